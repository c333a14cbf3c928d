/** What the check of a signature came to. */
import type { SignatureProof } from "../model/artifact.ts";

/** reason: begins behind "the signature FILE "; hint: what to do next. */
export type SignatureVerdict =
  | { readonly ok: true; readonly proof: SignatureProof }
  | { readonly ok: false; readonly reason: string; readonly hint: string | null };

/** A signature that does not hold. */
export function refused(
  reason: string,
  hint: string | null = null,
): SignatureVerdict & { readonly ok: false } {
  return { ok: false, reason, hint };
}

/** What to do about a signature that is of other bytes: the same for every kind. */
export const OTHER_BYTES =
  "The artifact or its signature was changed, or they are of different versions: fetch both again, and " +
  "ask who signed it.";
