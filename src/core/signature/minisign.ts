/**
 * Minisign's keys and signatures (minisign(1), "Signature format"): Ed25519 over the file or over its
 * BLAKE2b-512, and once more over the trusted comment.
 */
import { createPublicKey, verify } from "node:crypto";
import { sanitizeLine } from "../sanitize.ts";
import { OTHER_BYTES, refused, type SignatureVerdict } from "./verdict.ts";

/**
 * A signature as its four lines say. signed: what the first signature is of. keyId: as minisign prints it, 16
 * hex digits.
 */
export type MinisignSignature = {
  readonly signed: "file" | "blake2b-512";
  readonly keyId: string;
  readonly signature: Uint8Array;
  readonly trustedComment: Uint8Array;
  readonly globalSignature: Uint8Array;
};

const KEY_BYTES = 42;
const SIGNATURE_BYTES = 74;
const HEAD_BYTES = 10;
const TRUSTED = "trusted comment: ";

/** Reads a .minisig file. Text: why it is none. */
export function parseMinisig(bytes: Uint8Array): MinisignSignature | string {
  // Latin-1 keeps every byte of the comment, which is signed as it is.
  const lines = Buffer.from(bytes).toString("latin1").split(/\r?\n/);
  const [untrusted = "", first = "", comment = "", second = "", ...rest] = lines;
  if (
    !untrusted.startsWith("untrusted comment: ") ||
    !comment.startsWith(TRUSTED) ||
    rest.some((line) => line !== "")
  )
    return "is not a minisign signature of four lines";
  const head = decode(first, SIGNATURE_BYTES);
  const globalSignature = decode(second, SIGNATURE_BYTES - HEAD_BYTES);
  if (head === null || globalSignature === null) return "is damaged: a line is no base64 of the right length";
  const signed = SIGNED[head.toString("latin1", 0, 2)];
  if (signed === undefined) return "is of an algorithm that minisign does not have";
  return {
    signed,
    keyId: readKeyId(head),
    signature: head.subarray(HEAD_BYTES),
    trustedComment: Buffer.from(comment.slice(TRUSTED.length), "latin1"),
    globalSignature,
  };
}

/**
 * Holds a signature against a public key (base64, as in minisign.pub) and what was signed: the file itself,
 * or its BLAKE2b-512. The proof says the trusted comment, cleaned.
 */
export function checkMinisig(
  publicKey: string,
  signature: MinisignSignature,
  message: Uint8Array,
): SignatureVerdict {
  const raw = decode(publicKey, KEY_BYTES);
  if (raw === null || raw.toString("latin1", 0, 2) !== "Ed")
    return refused("cannot be checked: the key is no minisign public key");
  const keyId = readKeyId(raw);
  if (keyId !== signature.keyId)
    return refused(
      `was made with the minisign key ${signature.keyId}, not with ${keyId}`,
      "Someone else signed this, or the key was changed: ask who signs it.",
    );
  const key = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: raw.subarray(HEAD_BYTES).toString("base64url") },
    format: "jwk",
  });
  if (!verify(null, message, key, signature.signature))
    return refused(`does not hold: key ${keyId} signed other bytes`, OTHER_BYTES);
  const whole = Buffer.concat([signature.signature, signature.trustedComment]);
  if (!verify(null, whole, key, signature.globalSignature))
    return refused("has a trusted comment that was changed", OTHER_BYTES);
  return {
    ok: true,
    proof: {
      kind: "minisign",
      key: keyId,
      says: sanitizeLine(Buffer.from(signature.trustedComment).toString("utf8")).trim(),
    },
  };
}

const SIGNED: Readonly<Record<string, MinisignSignature["signed"]>> = { Ed: "file", ED: "blake2b-512" };

/** The id is a little-endian number (minisign prints it so). */
function readKeyId(bytes: Buffer): string {
  return bytes.readBigUInt64LE(2).toString(16).toUpperCase().padStart(16, "0");
}

/** Exactly so many bytes in canonical base64, or null. */
function decode(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === length && bytes.toString("base64") === text.trim() ? bytes : null;
}
