/** What the journals of several hosts have now, merged by time. */
import { ConnectError, SvcdeployError } from "../core/errors.ts";
import type { LogEntry } from "../core/logs/log-entry.ts";
import { mergeEntries } from "../core/logs/merge-entries.ts";
import type { Host } from "../core/model/declared.ts";
import type { LogOrder } from "../host/logs-answer.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { type JournalHead, makeHead, readJournal } from "./read-journal.ts";

/** One host and the units whose journal is wanted. */
export type LogTarget = { readonly host: Host; readonly units: readonly string[] };

/**
 * What is wanted of each. begin: from the first entry of the current invocation on, from so many seconds ago
 * on, or all there is.
 */
export type LogQuery = {
  readonly lines: number | "all";
  readonly begin:
    | { readonly kind: "invocation" }
    | { readonly kind: "oldest" }
    | { readonly kind: "ago"; readonly seconds: number };
  readonly priority: number | null;
};

/** What the reading of logs needs beside a deployment's context. wallClock: milliseconds since the epoch. */
export type LogContext = {
  readonly context: DeployContext;
  readonly wallClock: () => number;
  /** Hears what the operator should know of a host beside its entries. */
  readonly note: (host: string, text: string) => void;
  /** Hears why a host has no more entries. */
  readonly lost: (host: string, error: SvcdeployError) => void;
};

/** Entries by time. Errors of hosts are passed to `lost` and end that host alone. */
export async function* collectLogs(
  targets: readonly LogTarget[],
  query: LogQuery,
  around: LogContext,
): AsyncGenerator<LogEntry> {
  const sources = targets.map((target) => hostLogs(target, query, around));
  try {
    yield* mergeEntries(sources);
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)));
  }
}

async function* hostLogs(
  { host, units }: LogTarget,
  query: LogQuery,
  around: LogContext,
): AsyncGenerator<LogEntry> {
  let remote: Remote | null = null;
  try {
    around.context.signal.throwIfAborted();
    remote = await around.context.connector.connect(host);
    yield* readOnce(remote, units, query, around, makeHead());
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    around.lost(host.name, error);
  } finally {
    remote?.close();
  }
}

/** A host that sends nothing for so long is no longer waited for. */
const SILENT_MILLISECONDS = 60_000;

/** What one host has now, its clock corrected where that is needed. Throws ConnectError and HostError. */
export async function* readOnce(
  remote: Remote,
  units: readonly string[],
  query: LogQuery,
  { context, wallClock, note }: LogContext,
  head: JournalHead,
): AsyncGenerator<LogEntry> {
  const silence = new AbortController();
  const signal = AbortSignal.any([context.signal, silence.signal]);
  const tell = (text: string): void => note(remote.host.name, text);
  const entries = readJournal(
    { remote, context, signal, wallClock, note: tell },
    orderOf(units, query),
    head,
  );
  try {
    for (;;) {
      const timer = setTimeout(() => silence.abort(), SILENT_MILLISECONDS);
      const next = await entries.next().finally(() => clearTimeout(timer));
      if (silence.signal.aborted) throw silent(remote);
      if (next.done) break;
      if (isWanted(next.value, query, head)) yield corrected(next.value, head);
    }
  } finally {
    await entries.return(undefined);
    const clock = clockNote(head);
    if (clock !== null) tell(clock);
  }
}

/** The entry by our clock, where the host's is off by more than can be measured. */
export function corrected(entry: LogEntry, head: JournalHead): LogEntry {
  const offset = clockOffset(head);
  return offset === 0 ? entry : { ...entry, at: entry.at - offset };
}

/**
 * The host tells its clock in whole seconds and the answer takes its time: less than this is no difference.
 */
const CLOCK_TOLERANCE_MILLISECONDS = 2_000;

function clockOffset({ clock }: JournalHead): number {
  if (clock === null) return 0;
  const offset = clock.host * 1000 + 500 - clock.arrived;
  return Math.abs(offset) > CLOCK_TOLERANCE_MILLISECONDS ? offset : 0;
}

function clockNote(head: JournalHead): string | null {
  const seconds = Math.round(clockOffset(head) / 1000);
  if (seconds === 0) return null;
  return (
    `its clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} ours; its ` +
    `entries are ordered and shown by our clock`
  );
}

/**
 * With both a moment and a number of lines the host gives the last lines, and the moment is looked at here:
 * journalctl would give the first.
 */
function orderOf(units: readonly string[], { lines, begin, priority }: LogQuery): LogOrder {
  const start = begin.kind === "ago" && lines === "all" ? begin : ({ kind: "oldest" } as const);
  return { mode: "once", units, lines, start, priority };
}

function isWanted(entry: LogEntry, { begin }: LogQuery, { starts, clock }: JournalHead): boolean {
  switch (begin.kind) {
    case "oldest":
      return true;
    case "invocation":
      // By time and not by the id: what a process says just before it dies is often not attributed to its
      // invocation now.
      return entry.at >= (starts.get(entry.unit) ?? 0);
    case "ago":
      return clock === null || entry.at >= (clock.host - begin.seconds) * 1000;
  }
}

function silent({ host }: Remote): ConnectError {
  return new ConnectError(
    "timeout",
    host.name,
    `${host.name}: no answer from its journal for ${SILENT_MILLISECONDS / 1000} s`,
  );
}
