/** check.sh's question and answer: decoded without trusting a byte. */
import type { Delivery } from "../core/check/deliveries.ts";
import type { CheckAnswer, ForeignLock, Space } from "../core/check/host-check.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { badAnswer, field, stateFolder, systemScope } from "./frames.ts";
import { decodeFacts, decodeTransactions, group, type Row, wholeNumber } from "./probe-answer.ts";

/** check.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeCheck(nonce: string, deliveries: ReadonlySet<Delivery>): string {
  const [trees, encrypted] = [
    deliveries.has("trees") ? "trees" : "",
    deliveries.has("encrypted credentials") ? "encrypted" : "",
  ];
  return `${field(nonce)}\n${stateFolder}\n${systemScope}\n${trees}\n${encrypted}\n`;
}

const MOST = 50;

/** Decodes check.sh's answer. Throws HostError("host-answer") when it is cut off or makes no sense. */
export function decodeCheck(host: string, nonce: string, output: string, stderr: string): CheckAnswer {
  const lines = output.split("\n");
  const begin = lines.findIndex((text) => text.endsWith(`${nonce} begin`));
  const end = lines.indexOf(`${nonce} end`);
  if (begin < 0 || end < begin) badAnswer(host, "the check's answer is cut off", stderr);
  const rows = group(lines.slice(begin + 1, end));
  const some = (kind: string): readonly Row[] => (rows.get(kind) ?? []).slice(0, MOST);
  const facts = rows.get("fact") ?? [];
  return {
    facts: decodeFacts(host, facts, stderr),
    spaces: some("space").map(decodeSpace),
    locks: some("lock").map(decodeLock),
    processes: some("process").map(([pid = "", program = ""]) => ({
      pid: wholeNumber(pid),
      program: word(program),
    })),
    failedUnits: some("failed").map(([unit = ""]) => word(unit)),
    reboots: (["required", "scheduled"] as const).filter((kind) =>
      facts.some(([name, value]) => name === "reboot" && value === kind),
    ),
    transactions: decodeTransactions(some("transaction")),
  };
}

function decodeSpace([folder = "", writable = "", blocks = "", inodes = ""]: Row): Space {
  const found = lastLine(blocks);
  const counted = lastLine(inodes);
  return {
    folder: word(folder),
    mount: word(found?.[3] ?? folder),
    writable: writable !== "no",
    freeKib: found === null ? null : wholeNumber(found[2] ?? ""),
    // A file system that makes inodes as it needs them (btrfs) says 0 of 0.
    freeInodes:
      counted === null || wholeNumber(counted[1] ?? "") === 0 ? null : wholeNumber(counted[2] ?? ""),
  };
}

/** A line of `df -P`: its total, what is free, and the mount point. Null for anything else. */
function lastLine(text: string): RegExpExecArray | null {
  return /\s(\d{1,15})\s+\d{1,15}\s+(\d{1,15})\s+(?:\d{1,3}%|-)\s+(\/.*)$/.exec(text.slice(0, 1024));
}

function decodeLock([path = "", pid = "", program = ""]: Row): ForeignLock {
  return { path: word(path), pid: /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : null, program: word(program) };
}

function word(text: string): string {
  return sanitizeLine(text).slice(0, 256);
}
