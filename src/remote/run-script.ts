/**
 * One script's conversation on an open channel: the script and its input go up, its output comes down, all of
 * it bounded.
 */
import { once } from "node:events";
import { StringDecoder } from "node:string_decoder";
import type { ClientChannel } from "ssh2";
import { HostError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { targetOf } from "./connection-errors.ts";
import { type Deadline, withSignal } from "./deadline.ts";
import type { RunOptions, RunResult, Script, ScriptInput } from "./remote.ts";

const DEFAULT_OUTPUT_CAP = 16 * 1024 * 1024;
/** How much of standard error is kept. */
export const STDERR_TAIL = 16 * 1024;
/** How much of it may come at all: what scripts complain of is short. */
export const STDERR_CAP = 1024 * 1024;

/**
 * Runs to the channel's end. Rejects with the deadline's reason, HostError("host-answer") past the cap, or
 * what the input threw; the channel is then closed.
 */
export async function converse(
  host: Host,
  channel: ClientChannel,
  script: Script,
  options: RunOptions,
  deadline: Deadline,
): Promise<RunResult> {
  const cap = options.maxOutputBytes ?? DEFAULT_OUTPUT_CAP;
  const stdout = new Output(options.onLine);
  const stderr = new Tail(STDERR_TAIL);
  const closed = new AbortController();
  const ended = new Promise<number | null>((resolve) => {
    channel.once("close", (code?: number | null) => {
      closed.abort();
      resolve(code ?? null);
    });
  });
  channel.on("data", (piece: Buffer) => {
    if (deadline.signal.aborted) return;
    const problem =
      stdout.bytes + piece.length > cap ? tooMuch(host, script, cap) : attempt(() => stdout.add(piece));
    if (problem !== null) deadline.fail(problem);
  });
  channel.stderr.on("data", (piece: Buffer) => {
    if (deadline.signal.aborted) return;
    stderr.add(piece);
    if (stderr.bytes > STDERR_CAP) deadline.fail(tooMuch(host, script, STDERR_CAP, " on standard error"));
  });
  send(channel, script, options.input, AbortSignal.any([closed.signal, deadline.signal])).catch(
    deadline.fail,
  );
  try {
    const exitCode = await withSignal(deadline.signal, ended);
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    channel.close();
    throw error;
  }
}

/**
 * Sends the script and its input, no faster than the host takes it; stops without a word when `over` fires:
 * the script may end early.
 */
export async function send(
  channel: ClientChannel,
  script: Script,
  input: ScriptInput,
  over: AbortSignal,
): Promise<void> {
  await write(channel, script.text, over);
  const pieces = typeof input === "string" || input instanceof Uint8Array ? [input] : input;
  for await (const piece of pieces) {
    if (over.aborted) return;
    await write(channel, piece, over);
  }
  if (!over.aborted) channel.end();
}

async function write(channel: ClientChannel, piece: string | Uint8Array, over: AbortSignal): Promise<void> {
  if (piece.length === 0 || !channel.writable || channel.write(piece)) return;
  await once(channel, "drain", { signal: over }).catch(() => {});
}

function attempt(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

function tooMuch(host: Host, script: Script, cap: number, where = ""): HostError {
  return new HostError(
    "host-answer",
    host.name,
    `${targetOf(host)}: ${script.name} printed more than ${cap} bytes${where}; it was stopped`,
  );
}

/** Standard output: kept whole, and handed on line by line. */
class Output {
  bytes = 0;
  readonly #pieces: Buffer[] = [];
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #decoder = new StringDecoder("utf8");
  #open: string[] = [];

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  add(piece: Buffer): void {
    this.bytes += piece.length;
    this.#pieces.push(piece);
    if (this.#onLine === undefined) return;
    const text = this.#decoder.write(piece);
    this.#open.push(text);
    // A line that never ends, in small pieces, must not be put together again for each of them.
    if (!text.includes("\n")) return;
    const lines = this.#open.join("").split("\n");
    this.#open = [lines.pop() ?? ""];
    for (const line of lines) this.#onLine(line);
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}

/** The last bytes of a stream. */
export class Tail {
  /** How many came in all. */
  bytes = 0;
  readonly #limit: number;
  #kept: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(piece: Buffer): void {
    this.bytes += piece.length;
    this.#kept = Buffer.concat([this.#kept, piece]).subarray(-this.#limit);
  }

  text(): string {
    return this.#kept.toString("utf8");
  }
}
