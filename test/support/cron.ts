/** A real cron that runs one line each minute, with nothing around it, and what each run came to. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

const DAEMON = "/usr/sbin/cron";

/** Why there can be no such test here; null: there can. */
export const noCron =
  existsSync(DAEMON) && process.getuid?.() === 0 ? null : "cron is not installed, or this is not root";

/** One run: its environment as cron gave it, and its end. */
export type CronRun = {
  readonly environment: string;
  readonly terminal: string;
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
};

/** The line at work. */
export type Cron = {
  /** The first run that starts from now on, when it has ended. */
  readonly nextRun: () => Promise<CronRun>;
  readonly stop: () => void;
};

/**
 * Runs a crontab line by the machine's cron, through a file in /etc/cron.d that stop removes. folder: for the
 * records, the test's own.
 */
export function startCron(folder: string, line: string): Cron {
  const runs = join(folder, "runs");
  const shell = join(folder, "shell");
  const table = `/etc/cron.d/svcdeploy-test-${process.pid}`;
  mkdirSync(runs, { recursive: true });
  writeFileSync(shell, recorder(runs));
  chmodSync(shell, 0o755);
  // In /etc/cron.d the user stands behind the five fields.
  writeFileSync(table, `SHELL=${shell}\n${line.replace(/^((?:\S+ ){5})/, "$1root ")}\n`, { mode: 0o644 });
  process.once("exit", () => rmSync(table, { force: true }));
  let daemon: ChildProcess | null = null;
  // Where another one has the lock ours ends at once, and that one does the work; should it end in the
  // middle, ours takes its place.
  const keepAlive = (): void => {
    if (daemon === null || daemon.exitCode !== null)
      daemon = spawn(DAEMON, ["-f"], { cwd: "/", stdio: "ignore" });
  };
  keepAlive();
  return {
    nextRun: async () => {
      const from = Math.floor(Date.now() / 1000);
      const name = await until(240_000, "a run of cron", () => {
        keepAlive();
        return (
          readdirSync(runs).find(
            (each) => Number(each.split("-")[0]) > from && existsSync(join(runs, each, "status")),
          ) ?? null
        );
      });
      const read = (file: string): string => readFileSync(join(runs, name, file), "utf8");
      return {
        environment: read("environment"),
        terminal: read("terminal"),
        status: read("status").trim(),
        stdout: read("stdout"),
        stderr: read("stderr"),
      };
    },
    stop: () => {
      rmSync(table, { force: true });
      daemon?.kill();
    },
  };
}

/**
 * What cron takes for the shell: it writes down what cron gave, takes HOME away too, and keeps what cron
 * would mail.
 */
function recorder(runs: string): string {
  return `#!/bin/sh
out=${runs}/$(date +%s)-$$
mkdir "$out"
env >"$out/environment"
tty >"$out/terminal" 2>&1
cd /
env -u HOME /bin/sh "$@" >"$out/stdout" 2>"$out/stderr"
echo $? >"$out/part"
mv "$out/part" "$out/status"
`;
}
