/** Reads the journal of a host's units over an open connection, entry by entry. */
import { HostError } from "../core/errors.ts";
import { type LogEntry, parseEntry } from "../core/logs/log-entry.ts";
import { decodeLogLine, encodeLogs, type LogLine, type LogOrder } from "../host/logs-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { sleep } from "./sleep.ts";
import { splitLines } from "./split-lines.ts";

/** What the host says before the first entry. */
export type JournalHead = {
  /**
   * The host's clock in seconds since the epoch, and the milliseconds since the epoch of ours when that
   * arrived.
   */
  clock: { readonly host: number; readonly arrived: number } | null;
  /** Unit → the moment of the first entry of its current invocation, in milliseconds by the host's clock. */
  readonly starts: Map<string, number>;
};

/**
 * Where to read, and how long: until the signal is aborted. wallClock: milliseconds since the epoch. note:
 * hears why less may be seen than there is.
 */
export type JournalSource = {
  readonly remote: Remote;
  readonly context: DeployContext;
  readonly signal: AbortSignal;
  readonly wallClock: () => number;
  readonly note: (text: string) => void;
};

/** A line of JSON may be six times as long as the message in it; what is longer is no log line. */
const MAX_LINE_BYTES = 1024 * 1024;
const BEAT_MILLISECONDS = 15_000;

/** A head that nothing has been said into yet. */
export function makeHead(): JournalHead {
  return { clock: null, starts: new Map() };
}

/**
 * The entries in the journal's order, by the host's clock. The head is filled before the first of them.
 * Throws ConnectError, and HostError where the login may not read the journal.
 */
export async function* readJournal(
  source: JournalSource,
  order: LogOrder,
  head: JournalHead,
): AsyncGenerator<LogEntry> {
  const { remote, context, signal } = source;
  const nonce = context.newId();
  const reader = { host: remote.host.name, units: order.units, redact: context.redact };
  const pieces = remote.stream(scripts.logs, {
    input: beats(encodeLogs(order, nonce), order.mode, signal),
    signal,
  });
  let tooLong: "none" | "told" = "none";
  for await (const text of splitLines(pieces, MAX_LINE_BYTES)) {
    if (text === null) {
      if (tooLong === "none") source.note(`entries of more than ${MAX_LINE_BYTES / 1024} KiB are left out`);
      tooLong = "told";
      continue;
    }
    const line = decodeLogLine(text, nonce);
    if (line.kind !== "entry") hear(line, order, head, source);
    const entry = line.kind === "entry" ? parseEntry(line.json, reader) : null;
    if (entry !== null) yield entry;
  }
}

function hear(
  line: Exclude<LogLine, { kind: "entry" }>,
  order: LogOrder,
  head: JournalHead,
  { remote, wallClock, note }: JournalSource,
): void {
  switch (line.kind) {
    case "clock":
      head.clock = { host: line.clock, arrived: wallClock() };
      return;
    case "start":
      if (order.units.includes(line.unit)) head.starts.set(line.unit, line.at);
      return;
    case "journald":
      if (line.state !== "active" && order.mode === "once")
        note(`systemd-journald is ${line.state === "" ? "not there" : line.state}: nothing new is written`);
      return;
    case "login":
      if (!mayRead(line)) throw noAccess(remote);
      return;
    case "noise":
      return;
  }
}

/**
 * journalctl(1): root and the members of these groups see system units' entries; every other user gets none,
 * without an error.
 */
function mayRead({ uid, groups }: { readonly uid: number; readonly groups: readonly string[] }): boolean {
  return uid === 0 || ["systemd-journal", "adm", "wheel"].some((group) => groups.includes(group));
}

function noAccess({ host }: Remote): HostError {
  return new HostError("host-step", host.name, `${host.name}: ${host.user} may not read the journal`, {
    hint: `Write become: sudo in the inventory, or on the host: usermod -aG systemd-journal ${host.user}`,
  });
}

/** The order, and then a sign of life now and then for as long as the script is to go on. */
async function* beats(input: string, mode: LogOrder["mode"], signal: AbortSignal): AsyncGenerator<string> {
  yield input;
  while (mode === "follow" && !signal.aborted) {
    await sleep(BEAT_MILLISECONDS, signal);
    yield "\n";
  }
}
