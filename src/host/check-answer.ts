/** check.sh's question and answer: decoded without trusting a byte. */
import type { Delivery } from "../core/check/deliveries.ts";
import type { CheckAnswer, ForeignLock, Space } from "../core/check/host-check.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { stateFolder, systemScope } from "./frames.ts";
import { decodeFacts } from "./machine-rows.ts";
import type { Question, Reply } from "./question.ts";
import { type AnswerRow, group, wholeNumber } from "./rows.ts";
import { scripts } from "./scripts.ts";
import { decodeTransactions } from "./state-rows.ts";

/** Whether a host is ready for a deployment that delivers these. */
export const checkQuestion: Question<ReadonlySet<Delivery>, CheckAnswer> = {
  script: scripts.check,
  about: "its readiness",
  frame: "block",
  limits: { timeoutMilliseconds: 60_000 },
  encode,
  decode,
};

function encode(deliveries: ReadonlySet<Delivery>): string {
  const [trees, encrypted] = [
    deliveries.has("trees") ? "trees" : "",
    deliveries.has("encrypted credentials") ? "encrypted" : "",
  ];
  return `${stateFolder}\n${systemScope}\n${trees}\n${encrypted}\n`;
}

const MOST = 50;

function decode(reply: Reply): CheckAnswer {
  const rows = group(reply.lines);
  const some = (kind: string): readonly AnswerRow[] => (rows.get(kind) ?? []).slice(0, MOST);
  const facts = rows.get("fact") ?? [];
  return {
    facts: decodeFacts(reply, facts),
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

function decodeSpace([folder = "", writable = "", blocks = "", inodes = ""]: AnswerRow): Space {
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

function decodeLock([path = "", pid = "", program = ""]: AnswerRow): ForeignLock {
  return { path: word(path), pid: /^[1-9]\d{0,9}$/.test(pid) ? Number(pid) : null, program: word(program) };
}

function word(text: string): string {
  return sanitizeLine(text).slice(0, 256);
}
