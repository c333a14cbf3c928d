/** The user's pager: which it is, and how text is sent through it. As git does it. */
import { type ChildProcess, spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** The user's own command line for a shell, and the screen's size. */
export type Pager = { readonly command: string; readonly rows: number; readonly columns: number };

type Screen = { readonly isTTY?: boolean; readonly rows?: number; readonly columns?: number };

/**
 * The pager of a standard output; null where there must be none: no terminal, TERM=dumb, CI, or the pager is
 * `cat` or empty.
 */
export function pagerOf(stdout: Screen, env: Readonly<Record<string, string | undefined>>): Pager | null {
  if (stdout.isTTY !== true || env.TERM === "dumb" || (env.CI ?? "") !== "") return null;
  const command = (env.SVCDEPLOY_PAGER ?? env.PAGER ?? "less").trim();
  return command === "" || command === "cat"
    ? null
    : { command, rows: stdout.rows || 24, columns: stdout.columns || 80 };
}

/** The environment of a pager, and how it gets what would end us. */
type PagerSurroundings = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onInterrupt: (listener: (signal: NodeJS.Signals) => void) => () => void;
};

/**
 * Runs the pager on a text that is longer than its screen, until the user leaves it. "not paged": the text is
 * shorter, or the pager could not be run.
 */
export async function page(
  text: string,
  pager: Pager,
  { environment, onInterrupt }: PagerSurroundings,
): Promise<"paged" | "not paged"> {
  if (heightOf(text, pager.columns) < pager.rows) return "not paged";
  let child: ChildProcess | null = null;
  // Ctrl-C reaches the pager as well, which takes it as it does; leaving it alone with the terminal would
  // help no one.
  const stop = onInterrupt((signal) => {
    if (signal !== "SIGINT") child?.kill(signal);
  });
  const env = { ...environment, LESS: environment.LESS ?? "FRX" };
  // $PAGER is the user's own command line; nothing of the project is in it.
  child = spawn("/bin/sh", ["-c", pager.command], { env, stdio: ["pipe", "inherit", "inherit"] });
  const status = await feed(child, text);
  stop();
  return COULD_NOT_RUN.some((code) => code === status) ? "not paged" : "paged";
}

/** Gives it the text and waits for its end; null when a signal ended it. */
async function feed(child: ChildProcess, text: string): Promise<number | null> {
  child.stdin?.on("error", () => {}); // it was left before the end
  child.stdin?.end(text);
  return await new Promise((resolve) => {
    child.once("error", () => resolve(COULD_NOT_RUN[0]));
    child.once("close", (code) => resolve(code));
  });
}

/** What a shell exits with when there is no such command, or it cannot be run. */
const COULD_NOT_RUN = [127, 126] as const;

function heightOf(text: string, columns: number): number {
  return text
    .split("\n")
    .reduce((sum, each) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(each).length / columns)), 0);
}
