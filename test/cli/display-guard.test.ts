/** What a suspended or quit program leaves of its live display: a cursor, and a word about the hosts. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const guard = fileURLToPath(new URL("../../src/cli/display-guard.ts", import.meta.url));
// Like the display it keeps back what is written after it has begun.
const PROGRAM = `
  import { guardDisplay } from ${JSON.stringify(guard)};
  guardDisplay(process);
  process.stdout.write("ready");
  process.stdout.write = () => true;
  setInterval(() => {}, 1000);
`;

test("Ctrl-Z shows the cursor and stops, going on hides it, Ctrl-\\ shows it and quits", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let tries = 0; !isSo() && tries < 400; tries += 1) await setTimeout(50);
    expect(isSo()).toBe(true);
  };
  const isStopped = (): boolean => / T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8"));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));

  await until(() => shown === "ready");
  child.kill("SIGTSTP");
  await until(isStopped);
  await until(() => /^ready\u001b\[\?25h\nSuspended: .*20 seconds.*\n$/.test(shown));
  child.kill("SIGCONT");
  await until(() => shown.endsWith("\u001b[?25l"));
  child.kill("SIGQUIT");
  await ended;
  expect(child.signalCode).toBe("SIGQUIT");
  expect(shown.endsWith("\u001b[?25l\u001b[?25h")).toBe(true);
});
