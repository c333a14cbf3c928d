/** The command line in a terminal of its own, for what it asks and shows only there. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import type { Run } from "./workshop.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Hears everything shown so far, each time there is more; may type. */
export type Watcher = (shown: string, type: (text: string) => void) => void;

/** Runs the command line on a pseudo-terminal (script(1)); standard error is in stdout, as on a screen; colours are left out. */
export function runInTerminal(args: readonly string[], watch: Watcher): Promise<Run> {
  return new Promise((resolve, reject) => {
    const quoted = ["exec", process.execPath, main, ...args]
      .map((word, index) => (index === 0 ? word : `'${word.replaceAll("'", "'\\''")}'`))
      .join(" ");
    const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", TERM: "xterm", COLUMNS: "120", SHELL: "/bin/sh" };
    const child = spawn("script", ["--quiet", "--return", "--command", quoted, "/dev/null"], { env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      watch(stripVTControlCharacters(stdout), (typed) => child.stdin.write(typed));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout: stripVTControlCharacters(stdout), stderr }));
    child.stdin.on("error", () => {}); // a process that ended does not read
  });
}
