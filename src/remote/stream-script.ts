/** One script's conversation whose output is handed on piece by piece, no faster than it is taken. */
import type { ClientChannel } from "ssh2";
import type { RunResult, Script, StreamOptions } from "./remote.ts";
import { STDERR_CAP, STDERR_TAIL, send, Tail } from "./run-script.ts";

/** The pieces, and at last how the script ended (stdout: its first bytes, to tell a refusal by). */
export async function* listen(
  channel: ClientChannel,
  script: Script,
  options: StreamOptions,
): AsyncGenerator<Uint8Array, RunResult> {
  const stderr = new Tail(STDERR_TAIL);
  const over = new AbortController();
  const closed = new Promise<number | null>((resolve) => {
    channel.once("close", (code?: number | null) => {
      over.abort();
      resolve(code ?? null);
    });
  });
  const close = (): void => channel.close();
  channel.stderr.on("data", (piece: Buffer) => {
    stderr.add(piece);
    if (stderr.bytes > STDERR_CAP) close();
  });
  options.signal.addEventListener("abort", close, { once: true });
  if (options.signal.aborted) close();
  send(channel, script, options.input, AbortSignal.any([over.signal, options.signal])).catch(close);
  let first = "";
  try {
    for await (const piece of channel) {
      if (first === "") first = String(piece).slice(0, 1024);
      yield piece;
    }
  } catch {
    // A channel that breaks off says so here as well; why, its connection knows.
  } finally {
    options.signal.removeEventListener("abort", close);
    close();
  }
  const exitCode = await closed;
  return { exitCode, stdout: first, stderr: stderr.text() };
}
