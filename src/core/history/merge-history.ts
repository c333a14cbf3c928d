/** This machine's memory and what the hosts recorded, as one history: where they differ the host is right. */
import type { HostStatus } from "../model/run.ts";
import { type HostRecord, lastWords, type Outcome } from "./host-record.ts";
import type { RecordedHost, RecordedPlan, RecordedRun } from "./recorded-run.ts";

/**
 * What a host was asked and answered. answeredAt: by our clock. clockOffset: seconds that the host's is
 * ahead. isCut: its record has older lines, which were not read.
 */
export type HostAnswer = {
  readonly host: string;
  readonly result:
    | {
        readonly kind: "answered";
        readonly records: readonly HostRecord[];
        readonly answeredAt: number;
        readonly clockOffset: number;
        readonly unreadable: number;
        readonly isCut: boolean;
      }
    | { readonly kind: "failed"; readonly message: string };
};

/**
 * How the host's record relates to ours. agrees; differs: ours is wrong; decides: we did not know; alone:
 * nothing is recorded here; nothing: there was no transaction, so it has nothing to say; missing: it knows
 * nothing of a transaction that we had; older: its record begins later; unreachable; not-asked.
 */
export type HostWord =
  | "agrees"
  | "differs"
  | "decides"
  | "alone"
  | "nothing"
  | "missing"
  | "older"
  | "unreachable"
  | "not-asked";

/**
 * One host in one play of one run. at: milliseconds since the epoch by our clock, when the host noted the
 * end.
 */
export type HistoryHost = {
  readonly host: string;
  readonly play: string | null;
  readonly services: readonly string[];
  readonly status: HostStatus;
  readonly word: HostWord;
  readonly transaction: string | null;
  readonly at: number | null;
  /** What the host says; null when it says nothing. */
  readonly said: { readonly outcome: Outcome; readonly detail: string } | null;
  /** What is recorded here; null when nothing is. */
  readonly report: RecordedHost | null;
};

/**
 * One run. at: milliseconds since the epoch: its start, or when the first host noted its end; null where only
 * old lines tell of it.
 */
export type HistoryRun = Omit<
  RecordedRun,
  "commandLine" | "folder" | "startedAt" | "selected" | "hosts" | "environment"
> & {
  readonly at: number | null;
  readonly environment: string | null;
  /** The command's name. */
  readonly command: string | null;
  /** Of a run that is recorded here. */
  readonly here: { readonly commandLine: readonly string[]; readonly folder: string } | null;
  readonly hosts: readonly HistoryHost[];
  readonly plans: readonly RecordedPlan[];
};

/**
 * All runs, newest first; those without a time last. Host names decide which answer belongs to what is
 * recorded here.
 */
export function mergeHistory(
  recorded: readonly RecordedRun[],
  answers: readonly HostAnswer[],
): readonly HistoryRun[] {
  const told = answers.flatMap(recordsOf);
  const byRun = Map.groupBy(told, ({ record }) => record.run);
  const known = new Set(recorded.map(({ id }) => id));
  const ours = recorded.map((run) => mergeRun(run, byRun.get(run.id) ?? [], answers));
  const others = [...byRun]
    .filter(([id]) => !known.has(id))
    .map(([id, records]) => makeForeignRun(id, records));
  return [...ours, ...others].sort(
    (a, b) => (b.at ?? Number.NEGATIVE_INFINITY) - (a.at ?? Number.NEGATIVE_INFINITY),
  );
}

type RecordTold = { readonly host: string; readonly at: number | null; readonly record: HostRecord };

function recordsOf({ host, result }: HostAnswer): readonly RecordTold[] {
  if (result.kind === "failed") return [];
  // A line was written before the one behind it and before now, whatever a clock said that was put right
  // since.
  let latest = result.answeredAt;
  const told = lastWords(result.records).toReversed();
  return told.map((record) => {
    if (record.at === null) return { host, record, at: null };
    latest = Math.min(latest, (record.at - result.clockOffset) * 1000);
    return { host, record, at: latest };
  });
}

function mergeRun(run: RecordedRun, told: readonly RecordTold[], answers: readonly HostAnswer[]): HistoryRun {
  const { commandLine, folder, startedAt, selected, hosts, ...rest } = run;
  const left = new Set(told);
  const merged = hosts.map((report) => {
    const said = [...left].find((each) => isAbout(each, report));
    if (said !== undefined) left.delete(said);
    return said === undefined ? silentHost(report, startedAt, answers) : mergeHost(report, said);
  });
  const seen = new Set([...hosts.map(({ host }) => host), ...[...left].map(({ host }) => host)]);
  const lost = selected.filter((host) => !seen.has(host)).map((host) => unknownHost(host, answers));
  return {
    ...rest,
    at: startedAt,
    // The host's record calls it so.
    command: commandLine[0] === "drift" ? "heal" : (commandLine[0] ?? null),
    here: { commandLine, folder },
    hosts: [...merged, ...[...left].map(foreignHost), ...lost],
  };
}

function isAbout({ host, record }: RecordTold, report: RecordedHost): boolean {
  if (host !== report.host) return false;
  // Of a host that the run left nothing is known here, not even the transaction.
  if (report.transaction === null) return report.status === "unknown";
  return record.transaction === null || record.transaction === report.transaction;
}

function mergeHost(report: RecordedHost, { at, record: { outcome, detail } }: RecordTold): HistoryHost {
  const { host, play, services, transaction } = report;
  const word =
    report.status === "unknown" ? "decides" : isSameEnd(report.status, outcome) ? "agrees" : "differs";
  const status = word === "agrees" ? report.status : statusOf(outcome);
  return { host, play, services, transaction, report, status, word, at, said: { outcome, detail } };
}

function silentHost(report: RecordedHost, startedAt: number, answers: readonly HostAnswer[]): HistoryHost {
  const { host, play, services, status, transaction } = report;
  const word =
    transaction === null
      ? "nothing"
      : silenceOf(
          answers.find((answer) => answer.host === host),
          startedAt,
        );
  return { host, play, services, transaction, report, status, word, at: null, said: null };
}

function silenceOf(answer: HostAnswer | undefined, startedAt: number): HostWord {
  if (answer === undefined) return "not-asked";
  if (answer.result.kind === "failed") return "unreachable";
  const { records, clockOffset, isCut } = answer.result;
  const oldest = records.find(({ at }) => at !== null)?.at ?? null;
  return isCut || (oldest !== null && (oldest - clockOffset) * 1000 > startedAt) ? "older" : "missing";
}

function statusOf(outcome: Outcome): HostStatus {
  switch (outcome) {
    case "confirmed":
      return "changed";
    case "rolled-back":
      return "rolled-back";
    case "rollback-failed":
    case "refused":
      return "failed";
  }
}

/**
 * A run that saw a host put back may call it failed: someone else's change was in the way, or a unit did not
 * come back.
 */
function isSameEnd(status: HostStatus, outcome: Outcome): boolean {
  if (outcome === "rolled-back") return status === "rolled-back" || status === "failed";
  return status === statusOf(outcome);
}

function foreignHost({ host, at, record }: RecordTold): HistoryHost {
  const { services, transaction, outcome, detail } = record;
  return {
    host,
    play: null,
    services,
    status: statusOf(outcome),
    word: "alone",
    transaction,
    at,
    said: { outcome, detail },
    report: null,
  };
}

/** A run whose end was not recorded: what came of the host is not known here. */
function unknownHost(host: string, answers: readonly HostAnswer[]): HistoryHost {
  const answer = answers.find((each) => each.host === host);
  const word =
    answer === undefined ? "not-asked" : answer.result.kind === "failed" ? "unreachable" : "nothing";
  return {
    host,
    play: null,
    services: [],
    status: "unknown",
    word,
    transaction: null,
    at: null,
    said: null,
    report: null,
  };
}

function makeForeignRun(id: string, told: readonly RecordTold[]): HistoryRun {
  const times = told.flatMap(({ at }) => (at === null ? [] : [at]));
  const first = told[0]?.record;
  const {
    project = "unknown",
    environment = null,
    command = null,
    user = "unknown",
    controller = "unknown",
  } = first ?? {};
  return {
    id,
    project,
    environment,
    command,
    user,
    controller,
    commit: first?.commit ?? "none",
    tree: first?.tree ?? "unknown",
    at: times.length === 0 ? null : Math.min(...times),
    end: null,
    here: null,
    hosts: told.map(foreignHost),
    plans: [],
  };
}
