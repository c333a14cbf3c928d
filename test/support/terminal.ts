/** The command line in a terminal of its own, for what it asks and shows only there. */

import { main } from "./dist.ts";
import { type PtyWatcher, runInPty } from "./pty.ts";
import type { Run } from "./workshop.ts";

/** Hears everything shown so far, each time there is more; may type. */
export type Watcher = PtyWatcher;

/**
 * Runs the command line on a pseudo-terminal, without a pager that would wait for a key; standard error is in
 * stdout, as on a screen; colours are left out.
 */
export async function runInTerminal(args: readonly string[], watch: Watcher): Promise<Run> {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    TERM: "xterm",
    COLUMNS: "120",
    PAGER: "cat",
  };
  const { code, shown } = await runInPty([process.execPath, main, ...args], {
    env,
    watch,
    milliseconds: 280_000,
  });
  return { code, stdout: shown, stderr: "" };
}
