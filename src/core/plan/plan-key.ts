/**
 * Fingerprints under a key: who does not have the key can neither forge one nor try out what it stands for.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Secret } from "../secret.ts";

/** Characters that a plan key has at least; 32 hex digits are 128 bits. */
export const MIN_KEY_LENGTH = 32;

/**
 * HMAC-SHA256 of a text under the plan key, 64 hex digits. purpose: so that a fingerprint of one thing is
 * never one of another.
 */
export function keyed(key: Secret, purpose: readonly string[], text: string): string {
  return createHmac("sha256", key.reveal())
    .update(JSON.stringify([...purpose, text]))
    .digest("hex");
}

/** A name of the key that tells two keys apart and says nothing about either, 16 hex digits. */
export function keyName(key: Secret): string {
  return keyed(key, ["key"], "").slice(0, 16);
}

/** Compares two fingerprints without telling by its duration where they differ. */
export function isSameKeyed(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
