/** OpenPGP keys and signatures as gpgv wants and answers them (gpgv(1), doc/DETAILS of GnuPG). */
import { sanitizeLine } from "../sanitize.ts";
import { OTHER_BYTES, refused, type SignatureVerdict } from "./verdict.ts";

const ARMOR = new RegExp(
  "^-----BEGIN PGP [A-Z ]+-----[ \\t]*\\r?\\n(?:[^\\r\\n]+\\r?\\n)*[ \\t]*\\r?\\n" +
    "([A-Za-z0-9+/=\\s]+?)(?:\\r?\\n=[A-Za-z0-9+/]{4})?[ \\t]*\\r?\\n-----END PGP [A-Z ]+-----",
  "gm",
);

/**
 * The binary form: gpgv reads no armored keyring. Several blocks become one keyring; what is not armored
 * stays as it is.
 */
export function dearmor(bytes: Uint8Array): Uint8Array {
  const blocks = [...Buffer.from(bytes).toString("latin1").matchAll(ARMOR)].map(([, body = ""]) =>
    Buffer.from(body, "base64"),
  );
  return blocks.length === 0 ? bytes : Buffer.concat(blocks);
}

/**
 * What `gpgv --status-fd` says. Its exit status is not enough: it is 0 for a signature by a key that expired
 * or was revoked. Every signature in the file has to be good.
 */
export function readGpgStatus(text: string, exitStatus: number): SignatureVerdict {
  const lines = [...text.matchAll(/^\[GNUPG:\] ([A-Z_]+)(?: (.*))?$/gm)].map(([, word = "", rest = ""]) => ({
    word,
    rest,
  }));
  const find = (word: string) => lines.find((line) => line.word === word)?.rest;
  const bad = lines.find(({ word }) => BAD.has(word));
  if (bad !== undefined) return refuse(bad.word, bad.rest);
  const [good, valid] = [find("GOODSIG"), find("VALIDSIG")];
  if (good === undefined || valid === undefined || exitStatus !== 0)
    return refused(
      "is not an OpenPGP signature that gpgv can read",
      "Make one: gpg --armor --detach-sign FILE",
    );
  const [, name = ""] = /^\S+ (.*)$/.exec(good) ?? [];
  return {
    ok: true,
    proof: { kind: "gpg", key: /^[0-9A-F]{16,64}/.exec(valid)?.[0] ?? "", says: sanitizeLine(name).trim() },
  };
}

const BAD = new Set(["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "FAILURE", "ERROR"]);

function refuse(word: string, rest: string): SignatureVerdict {
  const key = sanitizeLine(rest).split(" ")[0] ?? "";
  switch (word) {
    case "BADSIG":
      return refused(`does not hold: key ${key} signed other bytes`, OTHER_BYTES);
    case "EXPSIG":
      return refused("has expired", "Have the artifact signed again.");
    case "EXPKEYSIG":
      return refused(
        `was made with key ${key}, which has expired`,
        "Put the key with its new expiry date into the project, or have the artifact signed with another.",
      );
    case "REVKEYSIG":
      return refused(
        `was made with key ${key}, which was revoked`,
        "Do not deploy this: its owner took the key back. Ask who signs it now.",
      );
    case "ERRSIG":
      return refused(
        `was made with key ${key}, which is not in the key file`,
        "Someone else signed this, the key file is of another key, or the algorithm is too old.",
      );
    default:
      return refused(`cannot be read by gpgv (${word})`, "Make one: gpg --armor --detach-sign FILE");
  }
}
