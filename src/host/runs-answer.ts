/** runs.sh's question and answer: the end of a host's record, decoded without trusting a byte. */
import { HostError } from "../core/errors.ts";
import { type HostRecord, parseHostRecord } from "../core/history/host-record.ts";
import { badAnswer, field, stateFolder } from "./frames.ts";
import { wholeNumber } from "./probe-answer.ts";

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

/** runs.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeRuns(nonce: string): string {
  return `${field(nonce)}\n${stateFolder}\n${MAX_RECORD_BYTES}\n`;
}

/**
 * Decodes runs.sh's answer. Throws HostError: cut off, senseless, or the login is not root and cannot read
 * the record.
 */
export function decodeRuns(host: string, nonce: string, output: string, stderr: string): RunsAnswer {
  const lines = output.split("\n");
  const begin = lines.findIndex((text) => text.endsWith(`${nonce} begin`));
  const end = lines.lastIndexOf(`${nonce} end`);
  if (begin < 0 || end < begin) badAnswer(host, "the answer about its record of runs is cut off", stderr);
  const start = lines.indexOf(`${nonce} runs`);
  const facts = new Map(lines.slice(begin + 1, start < 0 ? end : start).map((text) => splitFact(text)));
  const clock = wholeNumber(facts.get("clock") ?? "");
  if (clock === 0) badAnswer(host, "it did not say its time", stderr);
  if (facts.get("uid") !== "0") throw notRoot(host);
  if (start < 0) return { clock, records: [], isCut: false, unreadable: 0 };
  const isCut = wholeNumber(facts.get("size") ?? "") > MAX_RECORD_BYTES;
  const kept = lines.slice(start + (isCut ? 2 : 1), end).filter((text) => text !== "");
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
