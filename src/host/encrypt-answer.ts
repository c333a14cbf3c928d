/** encrypt.sh's question and answer: encoded, and decoded without trusting a byte. */
import { HostError } from "../core/errors.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { badAnswer, field, line, stateFolder } from "./frames.ts";
import { group } from "./probe-answer.ts";

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

/** encrypt.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeEncrypt(orders: readonly EncryptOrder[], nonce: string): Uint8Array {
  const parts = orders.flatMap(({ path, sha256, heldSha256, held }) => [
    Buffer.from(line("credential", path, sha256, heldSha256, String(held.byteLength))),
    held,
  ]);
  return Buffer.concat([Buffer.from(`${field(nonce)}\n${stateFolder}\n`), ...parts, Buffer.from("end\n")]);
}

/**
 * The encrypted files by path. Throws HostError: host-step for one that the host refuses, host-answer when
 * the answer is cut off.
 */
export function decodeEncrypt(
  host: string,
  orders: readonly EncryptOrder[],
  nonce: string,
  output: string,
  stderr: string,
): ReadonlyMap<string, Uint8Array> {
  const lines = output.split("\n");
  const rows = group(lines.slice(lines.findIndex((text) => text.endsWith(`${nonce} begin`)) + 1));
  const refused = orders.find(({ path }) => rows.get("refused")?.some(([name]) => name === path));
  if (refused !== undefined) throw refusal(host, refused.path, stderr);
  const texts = new Map((rows.get("encrypted") ?? []).map(([path = "", text = ""]) => [path, text]));
  const files = orders.map(
    ({ path }) => [path, new Uint8Array(Buffer.from(texts.get(path) ?? "", "base64"))] as const,
  );
  if (!lines.includes(`${nonce} end`) || files.some(([, { byteLength }]) => byteLength === 0))
    badAnswer(host, "not all credentials were encrypted", stderr);
  return new Map(files);
}

function refusal(host: string, path: string, stderr: string): HostError {
  const said = sanitizeLine(stderr.trim().split("\n").at(-1) ?? "");
  return new HostError(
    "host-step",
    host,
    `${host}: systemd-creds did not encrypt what ${path} shall hold${said === "" ? "" : `; it said: ${said}`}`,
    {
      hint: "Nothing was changed. On the host, `systemd-creds setup` shows whether it has a key; with `systemd: 247` in the inventory credentials are plain files.",
    },
  );
}
