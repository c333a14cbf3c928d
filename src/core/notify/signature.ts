/** The signature of a webhook: HMAC-SHA256 over the time and the body. */
import { createHmac } from "node:crypto";
import type { Secret } from "../secret.ts";

/** The header that carries it. */
export const SIGNATURE_HEADER = "svcdeploy-signature";

/** Characters that the key has at least. */
export const MIN_NOTIFY_KEY_LENGTH = 32;

/**
 * `t=SECONDS,v1=HEX`: the HMAC under the key of `SECONDS.BODY`. The time is signed along, so that an old
 * message cannot be sent again.
 */
export function signature(key: Secret, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", key.reveal()).update(`${seconds}.${body}`).digest("hex")}`;
}
