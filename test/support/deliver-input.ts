/** What deliver.sh reads from standard input, for tests that run it without SSH. */
import { createHash } from "node:crypto";
import { line, stateFolder, systemScope } from "../../src/host/frames.ts";
import { transactionFiles } from "../../src/host/scripts.ts";

/** deliver.sh's first lines for a transaction of 300 s with 120 s for its undo. id: 32 hex digits. */
export function deliverHead(id: string): string {
  return `nonce\n${stateFolder}\n${systemScope}\n${line(id, "me@here", "demo", "300", "120")}`;
}

/**
 * Everything after the first lines: the scripts that a transaction carries, then its own files (plan, new/0,
 * …).
 */
export function deliverBody(files: Readonly<Record<string, string>>): Uint8Array {
  const scripts = transactionFiles.map(({ name, text }): [string, string] => [name, text]);
  const all = [...scripts, ...Object.entries({ about: "run=test user=me\n", ...files })];
  return Buffer.concat([
    ...all.flatMap(([name, content]) => [Buffer.from(header(name, content)), Buffer.from(content)]),
    Buffer.from("end\n"),
  ]);
}

/** sha256 in hexadecimal. */
export function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function header(name: string, content: string): string {
  return line("file", name, String(Buffer.byteLength(content)), sha256(content));
}
