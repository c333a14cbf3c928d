/** Runs a program of the operator's that prints a secret: `exec` of a service's secrets. */
import { spawn } from "node:child_process";

/** What it printed, less one line end at its end; or why there is none. */
export type Provided =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

const LONGEST_MILLISECONDS = 60_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Runs the program without a shell in the project's folder, with the operator's environment and nothing to
 * read; it has a minute. What it says on standard error is passed to the operator's, since it may ask for a
 * touch of a key; its arguments and output appear in no message.
 */
export function runProvider(
  [program = "", ...words]: readonly string[],
  folder: string,
  longest = LONGEST_MILLISECONDS,
): Promise<Provided> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (provided: Provided): void => {
      clearTimeout(timer);
      // What the program left running may hold its output open.
      child.stdout.destroy();
      child.kill("SIGKILL");
      resolve(provided);
    };
    const refuse = (reason: string): void => finish({ ok: false, reason: `${program} ${reason}` });
    const timer = setTimeout(() => refuse(`did not end within ${longest / 1000} s`), longest);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > MAX_BYTES) refuse("printed more than 1 MiB");
    });
    child.once("error", (error: NodeJS.ErrnoException) =>
      refuse(`could not be run (${error.code ?? "unknown"})`),
    );
    child.once("close", (status, signal) =>
      status === 0
        ? finish(readValue(program, Buffer.concat(chunks)))
        : refuse(`ended with ${signal ?? status}`),
    );
  });
}

function readValue(program: string, bytes: Buffer): Provided {
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes))
    return { ok: false, reason: `what ${program} printed is not UTF-8 text` };
  const value = text.replace(/\r?\n$/, "");
  return value === "" ? { ok: false, reason: `${program} printed nothing` } : { ok: true, value };
}
