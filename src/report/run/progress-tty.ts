/**
 * Progress in a terminal: a line for each host that has ended, below them one live row a play, and the final
 * report at the end.
 */

import { DefaultRenderer, figures, Listr, type ListrTaskWrapper } from "listr2";
import type { Work } from "../../core/model/plan.ts";
import type { HostReport, RunEvent } from "../../core/model/run.ts";
import { isAsWanted, isTrouble } from "../../core/model/run.ts";
import { runName } from "../lines/run-name.ts";
import type { Sink } from "../lines/sink.ts";
import { formatDuration, type Line, line, plural, styled, truncate, wrap } from "../lines/text.ts";
import { finishedLine } from "./finished-line.ts";
import { type HostCourse, healthyAfter, workDone } from "./host-course.ts";
import { advance, isCountingDown, makeProgress, type PlayProgress, progressTitle } from "./play-progress.ts";
import type { Reporter } from "./reporter.ts";
import { finalText } from "./run-output.ts";

/** From here on a row says how long nothing has moved. */
const STILL_MILLISECONDS = 9_950;

type HostRow = {
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
  const rows = new Map<string, HostRow>();
  const above: string[] = [];
  const done: Work[] = [];
  const show = (lines: readonly Line[]): void => {
    above.push(...lines.map((each) => sink.paint([each]).trimEnd()));
  };
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
        sink.print([startLine(event)]);
        display = startDisplay(event.plays, rows, above, sink);
        clock = setInterval(() => {
          for (const row of rows.values()) showTitle(row, sink);
        }, 1000).unref();
      }
      if (event.type === "host-finished") {
        const course = rows.get(event.report.play)?.progress.courses.get(event.report.host);
        done.push(...workDone(event.report, course));
        show([endLine(event.report, course, sink.columns)]);
      }
      if (event.type === "run-interrupted")
        show(wrap(event.message, sink.columns).map((text) => line(styled("warn", text))));
      for (const row of rows.values()) update(row, event, sink);
      if (event.type === "run-finished")
        display = close().then(() => sink.print([[], ...finalText(event.reports, done, sink.columns)]));
    },
    close,
  };
}

/** The run's name is what `show` takes, also while it runs. */
function startLine({ run, environment, hosts }: Extract<RunEvent, { type: "run-started" }>): Line {
  const name = runName(run);
  return line(
    styled("strong", `Run ${name}`),
    `: ${environment}, ${plural(hosts.length, "host")}`,
    styled("dim", ` (svcdeploy show ${name})`),
  );
}

function endLine(report: HostReport, course: HostCourse | undefined, columns: number): Line {
  const mark = isTrouble(report.status)
    ? styled("bad", figures.cross)
    : report.status === "skipped"
      ? styled("warn", figures.arrowDown)
      : styled("good", figures.tick);
  return line(mark, " ", ...finishedLine(report, healthyAfter(course), columns - 2));
}

async function startDisplay(
  plays: readonly string[],
  rows: Map<string, HostRow>,
  above: readonly string[],
  sink: Sink,
): Promise<void> {
  for (const play of plays)
    rows.set(play, {
      progress: makeProgress(play),
      movedAt: performance.now(),
      task: makeDeferred(),
      ended: makeDeferred(),
    });
  const tasks = [...rows.values()].map((row) => ({
    title: sink.clean(row.progress.play),
    task: async (_context: unknown, task: Task): Promise<void> => await runRow(row, task),
  }));
  await new Listr<unknown, ReturnType<typeof rendererBelow>, typeof DefaultRenderer>(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: rendererBelow(above),
    rendererOptions: {
      collapseSkips: false,
      collapseErrors: false,
      showErrorMessage: false,
      formatOutput: "truncate",
    },
  }).run();
}

/** Shows the row until its play has ended; listr2 marks a row as failed only by what its task throws. */
async function runRow(row: HostRow, task: Task): Promise<void> {
  row.task.resolve(task);
  await row.ended.promise;
  const { finished, hosts, play } = row.progress;
  if (hosts === 0) task.skip(`${play}: not started`);
  const isWell = ({ status }: HostReport): boolean => isAsWanted(status);
  if (finished.length < hosts || !finished.every(isWell)) throw new Error(task.title);
}

/** Of more lines than a screen has rows the newest are drawn; all of them stay once the display ends. */
const MAX_DRAWN_LINES = 200;

/** listr2's own rows, with lines above them that may become more at any time. */
function rendererBelow(above: readonly string[]) {
  return class extends DefaultRenderer {
    override create(options?: Parameters<DefaultRenderer["create"]>[0]): string {
      // Without a prompt: the last time, and what is drawn then stays.
      const lines = options?.prompt === false ? above : above.slice(-MAX_DRAWN_LINES);
      return [...lines, super.create(options)].join("\n");
    }
  };
}

function update(row: HostRow, event: RunEvent, sink: Sink): void {
  const progress = advance(row.progress, event, performance.now());
  if (progress !== row.progress) row.movedAt = performance.now();
  row.progress = progress;
  if (row.task.value === null) return;
  showTitle(row, sink);
  if (row.progress.hosts > 0 && row.progress.finished.length >= row.progress.hosts) row.ended.resolve(null);
}

/** Where nothing has moved for a while and no time is counted down, it says for how long. */
function showTitle(row: HostRow, sink: Sink): void {
  if (row.task.value === null) return;
  const now = performance.now();
  const still = now - row.movedAt;
  const isStill =
    row.progress.courses.size > 0 && still >= STILL_MILLISECONDS && !isCountingDown(row.progress, now);
  const since = isStill ? ` (${formatDuration(still)})` : "";
  row.task.value.title = truncate(sink.clean(progressTitle(row.progress, now)) + since, sink.columns - 4);
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
