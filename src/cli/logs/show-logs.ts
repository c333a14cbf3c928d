/** Prints journal entries, no faster than they are read. */
import type { LogEntry } from "../../core/logs/log-entry.ts";
import { collectLogs, type LogContext, type LogQuery, type LogTarget } from "../../deploy/collect-logs.ts";
import { followLogs } from "../../deploy/follow-logs.ts";
import { sleep } from "../../deploy/sleep.ts";
import type { Sink } from "../../report/lines/sink.ts";
import { dayOf } from "../../report/lines/time-text.ts";
import {
  dayLine,
  droppedJson,
  droppedLine,
  entryJson,
  entryLines,
  type LogLayout,
} from "../../report/log-text.ts";
import type { Surroundings } from "../surroundings.ts";

/** What to show and how. */
export type ShownLogs = {
  readonly targets: readonly LogTarget[];
  readonly query: LogQuery;
  readonly around: LogContext;
  readonly layout: LogLayout;
  readonly output: "text" | "ndjson";
};

/** So many entries at once go to a reader who may be slow. */
const BATCH = 500;

/** Everything there is now, by time. */
export async function showOnce(shown: ShownLogs, surroundings: Surroundings): Promise<void> {
  const printer = PRINTERS[shown.output](shown.layout, surroundings.stdout);
  let batch: LogEntry[] = [];
  for await (const entry of collectLogs(shown.targets, shown.query, shown.around)) {
    batch.push(entry);
    if (batch.length < BATCH) continue;
    await printer.entries(batch);
    batch = [];
  }
  await printer.entries(batch);
}

/** Entries that arrive within so many milliseconds are put in order; the reader sees them as much later. */
const TICK_MILLISECONDS = 250;
/** Longest wait for the slowest host before what the others had is shown. */
const BEGIN_MILLISECONDS = 5_000;

/** What there is and what comes, until the context's signal is aborted. */
export async function showFollowed(shown: ShownLogs, surroundings: Surroundings): Promise<void> {
  const { signal } = shown.around.context;
  const printer = PRINTERS[shown.output](shown.layout, surroundings.stdout);
  const { queues, begun, ended } = followLogs(shown.targets, shown.query, shown.around);
  const over = new AbortController();
  const ending = ended.finally(() => over.abort());
  ending.catch(() => {});
  const either = AbortSignal.any([signal, over.signal]);
  const patience = new AbortController();
  await Promise.race([begun, sleep(BEGIN_MILLISECONDS, AbortSignal.any([either, patience.signal]))]);
  patience.abort();
  for (;;) {
    const isLast = either.aborted;
    const drained = [...queues].map(([host, queue]) => ({ host, ...queue.drain() }));
    for (const { host, dropped } of drained) if (dropped > 0) printer.dropped(host, dropped);
    await printer.entries(drained.flatMap(({ entries }) => entries).toSorted((a, b) => a.at - b.at));
    if (isLast) break;
    await sleep(TICK_MILLISECONDS, either);
  }
  if (!signal.aborted) await ending;
}

/** Prints in one format. entries: waits until they have left. */
type LogPrinter = {
  readonly entries: (entries: readonly LogEntry[]) => Promise<void>;
  readonly dropped: (host: string, count: number) => void;
};

const PRINTERS: Readonly<Record<ShownLogs["output"], (layout: LogLayout, stdout: Sink) => LogPrinter>> = {
  text: makeTextPrinter,
  ndjson: (_layout, stdout) => ({
    entries: async (entries) => {
      for (const entry of entries) stdout.write(entryJson(entry));
      await stdout.flush();
    },
    dropped: (host, count) => stdout.write(droppedJson(host, count)),
  }),
};

function makeTextPrinter(layout: LogLayout, stdout: Sink): LogPrinter {
  let day = "";
  return {
    entries: async (entries) => {
      for (const entry of entries) {
        const isNewDay = dayOf(entry.at) !== day;
        day = dayOf(entry.at);
        stdout.print([...(isNewDay ? [dayLine(entry.at)] : []), ...entryLines(entry, layout)]);
      }
      await stdout.flush();
    },
    dropped: (host, count) => stdout.print([droppedLine(host, count)]),
  };
}
