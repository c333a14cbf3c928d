/** encrypt.sh's question and answer: encoded, and decoded without trusting a byte. */
import { HostError } from "../core/errors.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { line, stateFolder } from "./frames.ts";
import { type Question, type Reply, refuseAnswer } from "./question.ts";
import { group } from "./rows.ts";
import { scripts } from "./scripts.ts";

/**
 * A credential to be encrypted. sha256: of the encrypted file that would do as well, if the host has it;
 * heldSha256: of what it holds.
 */
export type EncryptOrder = {
  readonly path: string;
  readonly sha256: string;
  readonly heldSha256: string;
  readonly held: Uint8Array;
};

/**
 * The encrypted files by path. Throws HostError("host-step") for one that the host refuses: encrypt.sh stops
 * there, without an end.
 */
export const encryptQuestion: Question<readonly EncryptOrder[], ReadonlyMap<string, Uint8Array>> = {
  script: scripts.encrypt,
  about: "the credentials that it encrypts",
  frame: "block",
  // A host may have to be asked for some MiB of them.
  limits: { timeoutMilliseconds: 120_000, maxOutputBytes: 64 * 1024 * 1024 },
  encode,
  decode,
  refusal,
};

function encode(orders: readonly EncryptOrder[]): Uint8Array {
  const parts = orders.flatMap(({ path, sha256, heldSha256, held }) => [
    Buffer.from(line("credential", path, sha256, heldSha256, String(held.byteLength))),
    held,
  ]);
  return Buffer.concat([Buffer.from(`${stateFolder}\n`), ...parts, Buffer.from("end\n")]);
}

function decode(reply: Reply, orders: readonly EncryptOrder[]): ReadonlyMap<string, Uint8Array> {
  const texts = new Map(
    (group(reply.lines).get("encrypted") ?? []).map(([path = "", text = ""]) => [path, text]),
  );
  const files = orders.map(
    ({ path }) => [path, new Uint8Array(Buffer.from(texts.get(path) ?? "", "base64"))] as const,
  );
  if (files.some(([, { byteLength }]) => byteLength === 0))
    refuseAnswer(reply, "some credentials were not encrypted");
  return new Map(files);
}

function refusal({ host, lines, stderr }: Reply, orders: readonly EncryptOrder[]): HostError | null {
  const refused = new Set((group(lines).get("refused") ?? []).map(([path = ""]) => path));
  const path = orders.map((order) => order.path).find((each) => refused.has(each));
  if (path === undefined) return null;
  const said = sanitizeLine(stderr.trim().split("\n").at(-1) ?? "");
  return new HostError(
    "host-step",
    host,
    `${host}: systemd-creds did not encrypt the credential ` +
      `${path}${said === "" ? "" : `; its output: ${said}`}`,
    {
      hint:
        "Nothing was changed. On the host, `systemd-creds setup` shows whether it has a key; with " +
        "`systemd: 247` in the inventory credentials are plain files.",
    },
  );
}
