/** What a private key file holds, and the public half of one that cannot be opened here. */
import ssh2 from "ssh2";
import type { KeyFile } from "./key-files.ts";

/**
 * key: ready to sign. locked: it has a passphrase, or is the public half alone, so only an agent can sign
 * with it; publicKey: its SSH encoding (RFC 4253, 6.6), null where the file does not show it. unusable: why.
 */
export type PrivateKey =
  | { readonly kind: "key"; readonly key: ssh2.ParsedKey }
  | { readonly kind: "locked"; readonly what: string; readonly publicKey: Buffer | null }
  | { readonly kind: "unusable"; readonly why: string };

/** The private key in a file. beside: the file of the same name with .pub, where one was looked for. */
export function readPrivateKey(file: KeyFile, beside: KeyFile | null = null): PrivateKey {
  if (file.kind === "absent") return unusable("does not exist");
  if (file.kind === "unreadable") return unusable(`cannot be read (${file.reason})`);
  const parsed = ssh2.utils.parseKey(file.text);
  if (!(parsed instanceof Error))
    return parsed.isPrivateKey()
      ? { kind: "key", key: parsed }
      : { kind: "locked", what: "is a public key, not a private one", publicKey: parsed.getPublicSSH() };
  if (/[Ee]ncrypted|passphrase/.test(parsed.message))
    return {
      kind: "locked",
      what: "has a passphrase",
      publicKey: embeddedPublicKey(file.text) ?? publicKeyIn(beside),
    };
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.test(file.text))
    return unusable(
      "is in PKCS#8, which svcdeploy does not read; " +
        `this rewrites it in OpenSSH's format: ssh-keygen -p -f ${file.path}`,
    );
  return unusable("is not a private key in a format that svcdeploy reads");
}

function unusable(why: string): PrivateKey {
  return { kind: "unusable", why };
}

function publicKeyIn(file: KeyFile | null): Buffer | null {
  if (file?.kind !== "text") return null;
  const parsed = ssh2.utils.parseKey(file.text);
  return parsed instanceof Error ? null : parsed.getPublicSSH();
}

const MAGIC = "openssh-key-v1\0";

/**
 * OpenSSH's own format has the public half in clear: three strings (cipher, key derivation, its options), the
 * number of keys, then the first public key (OpenSSH's PROTOCOL.key).
 */
function embeddedPublicKey(text: string): Buffer | null {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  const bytes = Buffer.from(body ?? "", "base64");
  if (bytes.subarray(0, MAGIC.length).toString("latin1") !== MAGIC) return null;
  let at = MAGIC.length;
  for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + lengthAt(bytes, at);
  const start = at + 8;
  const end = start + lengthAt(bytes, at + 4);
  return end > start && end <= bytes.length ? bytes.subarray(start, end) : null;
}

function lengthAt(bytes: Buffer, at: number): number {
  return at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;
}
