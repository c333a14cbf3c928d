/** runs.sh's question and answer: the end of a host's record, decoded without trusting a byte. */
import { HostError } from "../core/errors.ts";
import { type HostRecord, parseHostRecord } from "../core/history/host-record.ts";
import { stateFolder } from "./frames.ts";
import { type Question, type Reply, refuseAnswer } from "./question.ts";
import { wholeNumber } from "./rows.ts";
import { scripts } from "./scripts.ts";

/** So much of the record's end is read: about 1500 transactions. */
export const MAX_RECORD_BYTES = 512 * 1024;

/**
 * A host's record. clock: seconds since the epoch. isCut: there are older lines. unreadable: lines that are
 * none of ours.
 */
export type RunsAnswer = {
  readonly clock: number;
  readonly records: readonly HostRecord[];
  readonly isCut: boolean;
  readonly unreadable: number;
};

/** The host's own record of transactions. Throws HostError where the login is not root and cannot read it. */
export const runsQuestion: Question<null, RunsAnswer> = {
  script: scripts.runs,
  about: "its record of runs",
  frame: "block",
  limits: { timeoutMilliseconds: 60_000 },
  encode: () => `${stateFolder}\n${MAX_RECORD_BYTES}\n`,
  decode,
};

// The facts, then behind one line with the nonce the record as it is.
function decode(reply: Reply): RunsAnswer {
  const { host, lines, nonce } = reply;
  const start = lines.indexOf(`${nonce} runs`);
  const facts = new Map(lines.slice(0, start < 0 ? undefined : start).map((text) => splitFact(text)));
  const clock = wholeNumber(facts.get("clock") ?? "");
  if (clock === 0) refuseAnswer(reply, "it did not report its time");
  if (facts.get("uid") !== "0") throw notRoot(host);
  if (start < 0) return { clock, records: [], isCut: false, unreadable: 0 };
  const isCut = wholeNumber(facts.get("size") ?? "") > MAX_RECORD_BYTES;
  const kept = lines.slice(start + (isCut ? 2 : 1)).filter((text) => text !== "");
  const records = kept.map(parseHostRecord).filter((record) => record !== null);
  return { clock, records, isCut, unreadable: kept.length - records.length };
}

function splitFact(text: string): readonly [string, string] {
  const [name = "", value = ""] = text.split("\t");
  return [name, value];
}

function notRoot(host: string): HostError {
  return new HostError(
    "host-step",
    host,
    `${host}: the login is not root, and only root can read the host's record of runs`,
    {
      hint: "Write `become: sudo` in the inventory, or log in as root.",
    },
  );
}
