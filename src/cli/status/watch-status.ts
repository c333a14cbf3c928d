/**
 * `status --watch`: the same picture again and again, in place on a terminal, one below the other elsewhere.
 */
import type { HostTarget } from "../../core/model/resource.ts";
import type { StatusOfHost } from "../../core/status/host-status.ts";
import { byHost } from "../../core/target/play-targets.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { sleep } from "../../deploy/sleep.ts";
import type { StatusLook } from "../../deploy/status.ts";
import { watchHosts } from "../../deploy/watch-hosts.ts";
import { formatJson } from "../../report/lines/json.ts";
import type { Sink } from "../../report/lines/sink.ts";
import { type Line, line, plural, styled, truncate } from "../../report/lines/text.ts";
import { statusJson } from "../../report/status/status-json.ts";
import { statusText } from "../../report/status/status-text.ts";
import type { StatusView } from "../../report/status/status-view.ts";
import type { Interrupts } from "../interrupts.ts";
import type { Surroundings } from "../surroundings.ts";
import { makeStatusBoard, type StatusBoard } from "./status-board.ts";
import { exitCodeOfStatus } from "./status-exit-code.ts";

/** What to watch and how to show it. interval: milliseconds. */
export type StatusWatch = {
  readonly environment: string;
  readonly targets: readonly HostTarget[];
  readonly context: DeployContext;
  readonly interval: number;
  readonly rows: StatusView["rows"];
  readonly output: "text" | "json";
  readonly toStatus: (targets: readonly HostTarget[], look: StatusLook) => StatusOfHost;
};

/** Longest wait for hosts that were not heard of yet, before the first picture that is not drawn in place. */
const FIRST_PICTURE_MILLISECONDS = 15_000;
const STALE_LOOKS = 3;
const STALE_MILLISECONDS = 10_000;

/** Watches until Ctrl-C, SIGTERM or a closed pipe, which is how a watch is meant to end: 0. */
export async function watchStatus(
  watch: StatusWatch,
  interrupts: Interrupts,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, display } = surroundings;
  const stop = new AbortController();
  const over = AbortSignal.any([interrupts.signal, stdout.gone, stop.signal]);
  const context = { ...watch.context, signal: over };
  const names = byHost(watch.targets).map(({ host }) => host.name);
  const stale = Math.max(STALE_MILLISECONDS, STALE_LOOKS * watch.interval);
  const board = makeStatusBoard(names, stale, performance.now());
  const watching = watchHosts(watch.targets, context, {
    intervalMilliseconds: watch.interval,
    seen: ({ host, targets, result }) => {
      board.note(
        host.name,
        result.ok ? watch.toStatus(targets, result.look) : result.error,
        performance.now(),
      );
    },
  });
  const isLive = display === "live" && watch.output === "text";
  const showing = isLive
    ? showLive(watch, board, over, surroundings)
    : showPlain(watch, board, over, surroundings);
  try {
    await Promise.race([showing, watching]);
  } finally {
    // However it ended, the screen is given back.
    stop.abort();
    await showing;
  }
  return 0;
}

async function showLive(
  watch: StatusWatch,
  board: StatusBoard,
  over: AbortSignal,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout, screenSize, onResize } = surroundings;
  const draw = (): void => {
    const { columns, rows } = screenSize();
    stdout.redraw(cut(picture(watch, board, columns), rows));
  };
  const unhear = onResize(draw);
  stdout.screen("enter");
  try {
    while (!over.aborted) {
      draw();
      await stdout.flush();
      // Until all hosts are there each of them is news.
      await sleep(board.isComplete() ? watch.interval : Math.min(watch.interval, 500), over);
    }
  } finally {
    unhear();
    stdout.screen("leave");
  }
  stdout.print(statusText(viewOf(watch, board), screenSize().columns));
}

async function showPlain(
  watch: StatusWatch,
  board: StatusBoard,
  over: AbortSignal,
  { stdout }: Surroundings,
): Promise<void> {
  const begun = performance.now();
  while (!over.aborted && !board.isComplete() && performance.now() - begun < FIRST_PICTURE_MILLISECONDS)
    await sleep(100, over);
  while (!over.aborted) {
    PICTURES[watch.output](watch, board, stdout);
    await stdout.flush();
    await sleep(watch.interval, over);
  }
}

const PICTURES: Readonly<
  Record<StatusWatch["output"], (watch: StatusWatch, board: StatusBoard, stdout: Sink) => void>
> = {
  text: (watch, board, stdout) => stdout.print([...picture(watch, board, stdout.columns), []]),
  json: (watch, board, stdout) => {
    const view = viewOf(watch, board);
    stdout.write(formatJson(statusJson(view, exitCodeOfStatus(view.hosts)), 0));
  },
};

function viewOf({ environment, rows }: StatusWatch, board: StatusBoard): StatusView {
  return { environment, rows, hosts: board.hosts(performance.now()) };
}

function picture(watch: StatusWatch, board: StatusBoard, columns: number): readonly Line[] {
  const about =
    `${new Date().toLocaleTimeString("en-GB")}, every ${watch.interval / 1000} s; * changed recently; ` +
    "Ctrl-C ends";
  return [line(styled("dim", truncate(about, columns))), ...statusText(viewOf(watch, board), columns)];
}

function cut(lines: readonly Line[], rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  return [
    ...lines.slice(0, rows - 1),
    line(
      styled(
        "dim",
        `… ${plural(lines.length - rows + 1, "more line")}: a taller terminal, --limit or --service`,
      ),
    ),
  ];
}
