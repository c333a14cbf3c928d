/**
 * Follows the journals of several hosts: what there is, then what comes, over losses of the connection,
 * without a line twice.
 */
import { SvcdeployError } from "../core/errors.ts";
import { causeOfError } from "../core/exit-code.ts";
import { type LogQueue, makeLogQueue } from "../core/logs/log-queue.ts";
import type { LogStart } from "../host/logs-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { corrected, type LogContext, type LogQuery, type LogTarget, readOnce } from "./collect-logs.ts";
import { makeHead, readJournal } from "./read-journal.ts";
import { sleep } from "./sleep.ts";

/** What is being followed. */
export type FollowedLogs = {
  /** By host. */
  readonly queues: ReadonlyMap<string, LogQueue>;
  /** Resolves when every host has told what there was, or could not be reached. */
  readonly begun: Promise<unknown>;
  /**
   * Resolves when the context's signal is aborted, or when every host has refused us; rejects only by our own
   * mistakes.
   */
  readonly ended: Promise<unknown>;
};

/** Entries of one host that wait to be shown; older ones are dropped. */
const MAX_WAITING = 2_000;
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024;
const RETRY_MILLISECONDS = 2_000;

/** Starts to follow. A lost host is reported once, tried again, and reported when it is back. */
export function followLogs(targets: readonly LogTarget[], query: LogQuery, around: LogContext): FollowedLogs {
  const hosts = targets.map((target) => {
    const queue = makeLogQueue(MAX_WAITING, MAX_WAITING_CHARACTERS);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    return {
      name: target.host.name,
      queue,
      begun,
      ended: followHost({ target, query, around, queue, begin }).finally(begin),
    };
  });
  return {
    queues: new Map(hosts.map(({ name, queue }) => [name, queue])),
    begun: Promise.all(hosts.map(({ begun }) => begun)),
    ended: Promise.all(hosts.map(({ ended }) => ended)),
  };
}

type Following = {
  readonly target: LogTarget;
  readonly query: LogQuery;
  readonly around: LogContext;
  readonly queue: LogQueue;
  readonly begin: () => void;
};

async function followHost(following: Following): Promise<void> {
  const { target, around, begin } = following;
  const { signal, connector } = around.context;
  const name = target.host.name;
  let start: LogStart | null = null;
  let isTold = false;
  while (!signal.aborted) {
    let remote: Remote | null = null;
    try {
      remote = await connector.connect(target.host);
      if (isTold) around.note(name, "back");
      isTold = false;
      start ??= await readBacklog(remote, following);
      begin();
      for await (const next of followFrom(remote, start, following)) start = next;
      if (!signal.aborted) around.note(name, "its journalctl ended; starting it again");
    } catch (error) {
      if (!(error instanceof SvcdeployError)) throw error;
      if (!signal.aborted && !isTold) around.lost(name, error);
      isTold = true;
      // Neither a login that is refused nor a journal that may not be read gets better by trying again.
      if (causeOfError(error) === "refused" || (start === null && error.code === "host-step")) return;
    } finally {
      remote?.close();
    }
    begin();
    await sleep(RETRY_MILLISECONDS, signal);
  }
}

/**
 * What there is, and from where on to follow: the last entry, or where there is none, the moment before it
 * was looked for.
 */
async function readBacklog(remote: Remote, { target, query, around, queue }: Following): Promise<LogStart> {
  const head = makeHead();
  let cursor: string | null = null;
  for await (const entry of readOnce(remote, target.units, query, around, head)) {
    queue.push(entry);
    cursor = entry.cursor ?? cursor;
  }
  return cursor !== null ? { kind: "cursor", cursor } : { kind: "moment", clock: head.clock?.host ?? 0 };
}

/** Queues what comes, and says after each entry from where on to go on without it. */
async function* followFrom(
  remote: Remote,
  start: LogStart,
  { target, query, around, queue }: Following,
): AsyncGenerator<LogStart> {
  const { context, wallClock } = around;
  const head = makeHead();
  const order = {
    mode: "follow",
    units: target.units,
    lines: "all",
    start,
    priority: query.priority,
  } as const;
  const known = start.kind === "cursor" ? start.cursor : null;
  const note = (text: string): void => around.note(target.host.name, text);
  for await (const entry of readJournal(
    { remote, context, signal: context.signal, wallClock, note },
    order,
    head,
  )) {
    if (entry.cursor === known && known !== null) continue;
    queue.push(corrected(entry, head));
    if (entry.cursor !== null) yield { kind: "cursor", cursor: entry.cursor };
  }
}
