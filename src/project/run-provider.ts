/** Runs a program of the operator's that prints a secret: `exec` of a service's secrets. */
import { spawn } from "node:child_process";
import { makeRedactor } from "../core/redact.ts";
import { stripControls } from "../core/sanitize.ts";
import { Secret } from "../core/secret.ts";
import { baseName } from "../core/unit-file/path-name.ts";

/** What it printed, less one line end at its end; or why there is none. */
export type Provided =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

const LONGEST_MILLISECONDS = 60_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Runs the program without a shell in the project's folder, with the operator's environment and nothing to
 * read; it has a minute. What it says on standard error is shown to the operator, since it may ask for a
 * touch of a key, without control characters and without secrets: those of hearing.known, and what it printed
 * itself. Its arguments and output appear in no message.
 */
export function runProvider(
  [program = "", ...words]: readonly string[],
  folder: string,
  longest = LONGEST_MILLISECONDS,
  hearing: Hearing = HEARD_BY_NO_ONE_ELSE,
): Promise<Provided> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let size = 0;
    const said = relay(baseName(program), () => Buffer.concat(chunks).toString("utf8"), hearing);
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString("utf8")));
    const finish = (provided: Provided): void => {
      clearTimeout(timer);
      said.flush();
      // What the program left running may hold its output open.
      child.stdout.destroy();
      child.stderr.destroy();
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

/** Who hears what providers say; known: secrets that were read before. */
export type Hearing = {
  readonly known: () => readonly Secret[];
  readonly say: (text: string) => void;
};

const HEARD_BY_NO_ONE_ELSE: Hearing = { known: () => [], say: (text) => void process.stderr.write(text) };

/** A program mostly ends sooner, and then what it printed is known before anything of it is shown. */
const HOLD_MILLISECONDS = 300;

/** Holds what a program says for a moment, and shows it without what it printed so far. */
function relay(
  program: string,
  printed: () => string,
  { known, say }: Hearing,
): { readonly push: (text: string) => void; readonly flush: () => void } {
  let held = "";
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (held === "") return;
    const own = printed()
      .split(/\r?\n/)
      .filter((line) => line !== "");
    const redactor = makeRedactor([...known(), ...own.map((line) => new Secret(`of ${program}`, line))]);
    say(redactor.redact(stripControls(held)));
    held = "";
  };
  const push = (text: string): void => {
    held += text;
    timer ??= setTimeout(flush, HOLD_MILLISECONDS);
  };
  return { push, flush };
}

function readValue(program: string, bytes: Buffer): Provided {
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes))
    return { ok: false, reason: `what ${program} printed is not UTF-8 text` };
  const value = text.replace(/\r?\n$/, "");
  return value === "" ? { ok: false, reason: `${program} printed nothing` } : { ok: true, value };
}
