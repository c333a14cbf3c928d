/** What the minisign tool makes, made by node:crypto: keys and signatures of both forms (minisign(1)). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** publicKey: the second line of minisign.pub. */
export type MinisignPair = {
  readonly publicKey: string;
  readonly id: Buffer;
  readonly privateKey: KeyObject;
};

/** A new key with an id of its own. */
export function makeMinisignKey(): MinisignPair {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const id = randomBytes(8);
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  return { publicKey: Buffer.concat([Buffer.from("Ed"), id, raw]).toString("base64"), id, privateKey };
}

/** The text of FILE.minisig. form: Ed is the older one, over the file itself; ED is over its BLAKE2b-512. */
export function signMinisig(
  { id, privateKey }: MinisignPair,
  file: Uint8Array,
  options: { readonly form?: "Ed" | "ED"; readonly comment?: string } = {},
): string {
  const { form = "ED", comment = "timestamp:1795000000\tfile:program" } = options;
  const signature = sign(
    null,
    form === "ED" ? createHash("blake2b512").update(file).digest() : file,
    privateKey,
  );
  const whole = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
  const line = Buffer.concat([Buffer.from(form), id, signature]).toString("base64");
  return `untrusted comment: signature from minisign secret key\n${line}\ntrusted comment: ${comment}\n${whole.toString("base64")}\n`;
}
