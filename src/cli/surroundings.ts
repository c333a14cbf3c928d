/**
 * What a command has around it: streams, environment, the terminal, and the two ways of being interrupted.
 * Nothing else reads `process`.
 */

import { makePalette } from "../report/lines/palette.ts";
import { makeSink, type Sink } from "../report/lines/sink.ts";
import { guardDisplay } from "./display-guard.ts";
import { type Logbook, makeLogbook } from "./logbook.ts";
import { type Pager, pagerOf } from "./pager.ts";

/** The surroundings of one run. */
export type Surroundings = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** A human can be asked: standard input and error are terminals. */
  readonly asking: "possible" | "impossible";
  /** Standard output is a terminal that can move its cursor. */
  readonly display: "live" | "plain";
  /** Columns and rows of the terminal as it is now; of a stream that is none, what is laid out for. */
  readonly screenSize: () => ScreenSize;
  /** Calls the listener whenever the terminal has another size; the function it gives ends that. */
  readonly onResize: (listener: () => void) => () => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** The words behind the program's name. */
  readonly commandLine: readonly string[];
  /** How this program was started, to start it again: node's absolute path and the program's. */
  readonly program: { readonly node: string; readonly main: string };
  /** The pager of long output on standard output; null: none. */
  readonly pager: Pager | null;
  /** Calls the listener at each Ctrl-C or TERM; the function it gives ends that. */
  readonly onInterrupt: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /**
   * While something is displayed live: gives the terminal back in order when the program is suspended or
   * quit; the function it gives ends that.
   */
  readonly guardDisplay: () => () => void;
  /** What the command tells about itself, for its reports. */
  readonly logbook: Logbook;
};

/** Of the terminal, in characters. */
export type ScreenSize = { readonly columns: number; readonly rows: number };

/**
 * Not SIGHUP: a listener would undo what nohup(1) did; without one a hangup ends the run at once, and the
 * hosts decide.
 */
const INTERRUPTS = ["SIGINT", "SIGTERM"] as const;

/** Columns when the stream is no terminal: what a CI log shows without scrolling. */
const DEFAULT_COLUMNS = 100;
const DEFAULT_ROWS = 24;
const MIN_COLUMNS = 40;
const MAX_COLUMNS = 160;

/** The surroundings of a real process. */
export function makeSurroundings(from: NodeJS.Process): Surroundings {
  const { env } = from;
  const isDumb = env.TERM === "dumb";
  return {
    stdin: from.stdin,
    stdout: sinkOf(from.stdout, env),
    stderr: sinkOf(from.stderr, env),
    asking: from.stdin.isTTY && from.stderr.isTTY ? "possible" : "impossible",
    display: from.stdout.isTTY && !isDumb && (env.CI ?? "") === "" ? "live" : "plain",
    screenSize: () => ({
      columns: columnsOf(from.stdout.isTTY ? from.stdout.columns : Number(env.COLUMNS)),
      rows: from.stdout.rows || DEFAULT_ROWS,
    }),
    onResize: (listener) => {
      from.stdout.on("resize", listener);
      return () => from.stdout.off("resize", listener);
    },
    environment: env,
    pager: pagerOf(from.stdout, env),
    workingDirectory: from.cwd(),
    commandLine: from.argv.slice(2),
    program: { node: from.execPath, main: from.argv[1] ?? "" },
    guardDisplay: () => guardDisplay(from),
    logbook: makeLogbook(),
    onInterrupt: (listener) => {
      for (const signal of INTERRUPTS) from.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTS) from.off(signal, listener);
      };
    },
  };
}

function sinkOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Sink {
  const isTerminal = stream.isTTY === true;
  const palette = makePalette({
    isTerminal,
    noColor: env.NO_COLOR,
    forceColor: env.FORCE_COLOR,
    cliColorForce: env.CLICOLOR_FORCE,
    term: env.TERM,
  });
  return makeSink({ stream, palette, columns: columnsOf(isTerminal ? stream.columns : Number(env.COLUMNS)) });
}

function columnsOf(columns: number): number {
  if (!Number.isInteger(columns) || columns <= 0) return DEFAULT_COLUMNS;
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, columns));
}
