/** A command in a pseudo-terminal of its own (script(1)): what is shown there, and what is typed into it. */
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** How it ended: standard error is in shown, as on a screen; raw keeps the control sequences. */
export type PtyRun = { readonly code: number | null; readonly shown: string; readonly raw: string };

/** Hears everything shown so far, each time there is more; may type. */
export type PtyWatcher = (shown: string, type: (text: string) => void) => void;

/** A shell that waits forever ends with this; less than a test may take. */
const MAX_MILLISECONDS = 20_000;

/**
 * Runs words in a terminal. env is all the environment there is; milliseconds: how long it may take at most.
 */
export function runInPty(
  words: readonly string[],
  settings: {
    readonly env: Readonly<Record<string, string>>;
    readonly cwd?: string;
    readonly watch?: PtyWatcher;
    readonly milliseconds?: number;
  },
): Promise<PtyRun> {
  return new Promise((resolve, reject) => {
    const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    // Without exec the shell between would hear Ctrl-C as well, and its exit status be the one that is seen.
    const child = spawn("script", ["--quiet", "--return", "--command", `exec ${quoted}`, "/dev/null"], {
      env: { SHELL: "/bin/sh", ...settings.env },
      cwd: settings.cwd ?? process.cwd(),
      stdio: ["pipe", "pipe", "inherit"],
    });
    let raw = "";
    const deadline = setTimeout(() => child.kill("SIGKILL"), settings.milliseconds ?? MAX_MILLISECONDS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      raw += text;
      settings.watch?.(stripVTControlCharacters(raw), (typed) => child.stdin.write(typed));
    });
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(deadline);
      resolve({ code, shown: stripVTControlCharacters(raw), raw });
    });
    child.stdin.on("error", () => {}); // a process that ended does not read
  });
}
