/**
 * Progress in a terminal: one live row a play, the latest failures as lines under it, the final report below.
 */
import { type DefaultRenderer, Listr, type ListrTaskWrapper } from "listr2";
import type { DeployEvent } from "../../core/model/run.ts";
import type { Sink } from "../lines/sink.ts";
import { formatDuration, type Line, line, plainLine, styled, truncate, wrap } from "../lines/text.ts";
import { failureTitle } from "./failure-text.ts";
import { advance, makeProgress, type PlayProgress, progressTitle } from "./play-progress.ts";
import type { Reporter } from "./reporter.ts";
import { finalText } from "./run-output.ts";
import { isTrouble } from "./summary-table.ts";

/** From here on a row says how long nothing has moved. */
const STILL_MILLISECONDS = 9_950;

/** Failures that stay on the screen under their play; all of them stand in the final report. */
const MAX_FAILURE_ROWS = 5;

type Row = {
  progress: PlayProgress;
  movedAt: number;
  readonly task: Deferred<Task>;
  readonly ended: Deferred<null>;
};
type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof DefaultRenderer>;
type Deferred<Value> = {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  value: Value | null;
};

/** A reporter for a terminal on standard output. */
export function makeTtyReporter(sink: Sink): Reporter {
  const rows = new Map<string, Row>();
  const afterwards: Line[] = [];
  let display: Promise<unknown> = Promise.resolve();
  let clock: NodeJS.Timeout | null = null;
  const close = async (): Promise<void> => {
    if (clock !== null) clearInterval(clock);
    for (const row of rows.values()) row.ended.resolve(null);
    await display;
    rows.clear();
  };
  return {
    event: (event) => {
      if (event.type === "run-started") {
        display = startDisplay(event.plays, rows, sink);
        clock = setInterval(() => {
          for (const row of rows.values()) showTitle(row, sink);
        }, 1000).unref();
      }
      for (const row of rows.values()) update(row, event, sink);
      if (event.type === "run-interrupted") {
        rememberOnce([...rows.values()], event.message, sink);
        if (event.detached)
          afterwards.push(...wrap(event.message, sink.columns).map((text) => line(styled("warn", text))));
      }
      if (event.type === "run-finished")
        display = close().then(() =>
          sink.print([...afterwards, [], ...finalText(event.reports, sink.columns)]),
        );
    },
    close: async () => {
      await close();
    },
  };
}

async function startDisplay(plays: readonly string[], rows: Map<string, Row>, sink: Sink): Promise<void> {
  for (const play of plays)
    rows.set(play, {
      progress: makeProgress(play),
      movedAt: performance.now(),
      task: makeDeferred(),
      ended: makeDeferred(),
    });
  const tasks = [...rows.values()].map((row) => ({
    title: sink.clean(row.progress.play),
    task: async (_context: unknown, task: Task): Promise<void> => {
      row.task.resolve(task);
      await row.ended.promise;
      if (row.progress.hosts === 0) task.skip(`${row.progress.play}: not started`);
      // listr2 marks a row as failed only by what its task throws; the final report says it all.
      const { finished, hosts } = row.progress;
      if (
        finished.length < hosts ||
        finished.some((report) => isTrouble(report.status) || report.status === "skipped")
      )
        throw new Error(task.title);
    },
    rendererOptions: { persistentOutput: true, outputBar: MAX_FAILURE_ROWS },
  }));
  await new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: "default",
    rendererOptions: {
      collapseSkips: false,
      collapseErrors: false,
      showErrorMessage: false,
      formatOutput: "truncate",
    },
  }).run();
}

function update(row: Row, event: DeployEvent, sink: Sink): void {
  const progress = advance(row.progress, event);
  if (progress !== row.progress) row.movedAt = performance.now();
  row.progress = progress;
  if (row.task.value === null) return;
  showTitle(row, sink);
  if (
    event.type === "host-finished" &&
    event.report.play === row.progress.play &&
    isTrouble(event.report.status)
  )
    remember(row, plainLine(failureTitle(event.report, sink.columns)), sink);
  if (row.progress.hosts > 0 && row.progress.finished.length >= row.progress.hosts) row.ended.resolve(null);
}

/**
 * Where nothing has moved for a while it says for how long: a host that settles until its deadline is no
 * display that hangs.
 */
function showTitle(row: Row, sink: Sink): void {
  if (row.task.value === null) return;
  const still = performance.now() - row.movedAt;
  const since =
    row.progress.stages.size === 0 || still < STILL_MILLISECONDS ? "" : ` (${formatDuration(still)})`;
  row.task.value.title = truncate(sink.clean(progressTitle(row.progress)) + since, sink.columns - 4);
}

/** Under the play that is running; under the first one before any is. */
function rememberOnce(rows: readonly Row[], text: string, sink: Sink): void {
  const [first] = rows;
  const running = rows.find((row) => row.progress.hosts > row.progress.finished.length) ?? first;
  if (running !== undefined) remember(running, text, sink);
}

function remember(row: Row, text: string, sink: Sink): void {
  const task = row.task.value;
  if (task === null) return;
  task.output = truncate(sink.clean(text), sink.columns - 6);
}

function makeDeferred<Value>(): Deferred<Value> {
  const { promise, resolve } = Promise.withResolvers<Value>();
  const deferred: Deferred<Value> = {
    promise,
    value: null,
    resolve: (value) => {
      deferred.value = value;
      resolve(value);
    },
  };
  return deferred;
}
