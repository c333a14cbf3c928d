/** Runs an inventory program of the project: `--list` and `--host NAME`. */
import { spawn } from "node:child_process";

/** What it printed, or why there is none. */
export type Printed =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/** What a program may take; milliseconds, and bytes of standard output. */
export type ProgramLimits = { readonly milliseconds: number; readonly bytes: number };

/** A cloud's inventory takes seconds; what takes a minute hangs. */
export const PROGRAM_LIMITS: ProgramLimits = { milliseconds: 60_000, bytes: 64 * 1024 * 1024 };
const MAX_SAID = 2000;

/**
 * Runs the program without a shell, in the folder that we were started in as Ansible does, with nothing to
 * read. Past its limits it and what it started are ended. What it says on standard error is part of the
 * reason where it fails, and else not shown.
 */
export function runInventory(
  program: string,
  words: readonly string[],
  { milliseconds, bytes }: ProgramLimits,
): Promise<Printed> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const chunks: Buffer[] = [];
    let size = 0;
    let said = "";
    const finish = (printed: Printed): void => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      endGroup(child.pid);
      resolve(printed);
    };
    const refuse = (reason: string): void => finish({ ok: false, reason });
    const timer = setTimeout(() => refuse(`did not end within ${milliseconds / 1000} s`), milliseconds);
    child.stderr.on("data", (chunk: Buffer) => {
      if (said.length < MAX_SAID) said += chunk.toString("utf8");
    });
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > bytes) refuse(`printed more than ${bytes / 1024 / 1024} MiB`);
    });
    child.once("error", (error: NodeJS.ErrnoException) =>
      refuse(`could not be run (${error.code ?? "unknown"})`),
    );
    child.once("close", (status, signal) => {
      if (status === 0) return finish(decode(Buffer.concat(chunks)));
      const words = said.slice(0, MAX_SAID).trim();
      refuse(`ended with ${signal ?? status}${words === "" ? "" : `, and said: ${words}`}`);
    });
  });
}

/** The program and all that it started. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended, and nothing of it is left.
  }
}

function decode(bytes: Buffer): Printed {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes)
    ? { ok: true, text }
    : { ok: false, reason: "printed what is not UTF-8 text" };
}
