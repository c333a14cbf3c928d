/**
 * Stays with a running transaction: renews its lease, hears its states, and comes back after a lost
 * connection.
 */
import { ConnectError, HostError } from "../core/errors.ts";
import {
  frameOf,
  isFinal,
  isStuckBehindItsConfirmation,
  parseState,
  stateFolder,
  systemScope,
  type TransactionState,
} from "../host/frames.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { sleep } from "./sleep.ts";

const RENEW_MILLISECONDS = 5000;
/** The host decides 20 s after the last renewal; past this it is not coming back soon. */
const RETURN_MILLISECONDS = 45_000;

/** A transaction has a dozen states at most; a host that goes on telling others is not believed. */
const MOST_STATES = 20;

/** A transaction that is being attended. */
export type Attendance = {
  /**
   * The first state from now on that passes the test. Rejects with ConnectError when the host is lost for
   * good, HostError past the deadline.
   */
  waitFor(
    test: (state: TransactionState) => boolean,
    deadlineMilliseconds: number,
  ): Promise<TransactionState>;
  /** Stops renewing the lease and listening. */
  end(): void;
};

type Waiter = {
  readonly test: (state: TransactionState) => boolean;
  readonly resolve: (state: TransactionState) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Attends a transaction over an open connection, and over new ones when that breaks. onState hears every new
 * state, twenty at most.
 */
export function attend(
  remote: Remote,
  id: string,
  context: DeployContext,
  onState: (state: TransactionState) => void,
): Attendance {
  const stop = new AbortController();
  const waiters = new Set<Waiter>();
  let last: TransactionState | null = null;
  let lost: unknown = null;
  let told = 0;
  const hear = (state: TransactionState): void => {
    const isNews = last === null || last.name !== state.name || last.detail !== state.detail;
    last = state;
    if (isNews && told < MOST_STATES) onState(state);
    if (isNews) told += 1;
    for (const waiter of waiters) if (waiter.test(state)) waiter.resolve(state);
    if (isFinal(state)) stop.abort();
  };
  listen(remote, id, context, stop.signal, hear).catch((error: unknown) => {
    lost = error;
    for (const waiter of waiters) waiter.reject(error);
  });
  return {
    end: () => stop.abort(),
    waitFor: async (test, deadlineMilliseconds) => {
      if (last !== null && test(last)) return last;
      if (lost !== null) throw lost;
      const { promise, resolve, reject } = Promise.withResolvers<TransactionState>();
      const waiter = { test, resolve, reject };
      const timer = setTimeout(() => reject(tooLate(remote, id, last)), deadlineMilliseconds);
      waiters.add(waiter);
      return await promise.finally(() => {
        clearTimeout(timer);
        waiters.delete(waiter);
      });
    },
  };
}

/** The host tries its bookkeeping again every 5 s: what is in its way for longer than this is reported. */
const STUCK_MILLISECONDS = 12_000;

/**
 * The state in which a transaction that was decided ends, or the one in which its bookkeeping is stuck.
 * Rejects as waitFor does, after the seconds that its undo may take and two minutes.
 */
export async function awaitEnd(attendance: Attendance, stopSeconds: number): Promise<TransactionState> {
  const last = await attendance.waitFor(
    (state) => isFinal(state) || isStuckBehindItsConfirmation(state),
    (stopSeconds + 120) * 1000,
  );
  if (isFinal(last)) return last;
  return await attendance.waitFor(isFinal, STUCK_MILLISECONDS).catch((error: unknown) => {
    if (error instanceof HostError) return last;
    throw error;
  });
}

async function listen(
  first: Remote,
  id: string,
  context: DeployContext,
  stop: AbortSignal,
  hear: (state: TransactionState) => void,
): Promise<void> {
  let remote = first;
  let lostAt: number | null = null;
  while (!stop.aborted) {
    try {
      await listenOnce(remote, id, context, stop, (state) => {
        lostAt = null;
        hear(state);
      });
    } catch (error) {
      if (!(error instanceof ConnectError) || context.detach.aborted) throw error;
    }
    if (stop.aborted) return;
    lostAt ??= context.now();
    remote = await comeBack(first, remote, lostAt, context);
  }
}

async function listenOnce(
  remote: Remote,
  id: string,
  context: DeployContext,
  stop: AbortSignal,
  hear: (state: TransactionState) => void,
): Promise<void> {
  const nonce = context.newId();
  const renewals = async function* (): AsyncGenerator<string> {
    yield `${nonce}\n${stateFolder}\n${systemScope}\n${id}\n`;
    while (!stop.aborted) {
      yield "renew\n";
      await sleep(RENEW_MILLISECONDS, stop);
    }
  };
  const onLine = (text: string): void => {
    const frame = frameOf(text, nonce);
    if (frame?.word === "state") hear(parseState(frame.rest));
  };
  await remote.run(scripts.attend, { input: renewals(), timeoutMilliseconds: 24 * 3600 * 1000, onLine });
}

async function comeBack(
  first: Remote,
  broken: Remote,
  lostAt: number,
  context: DeployContext,
): Promise<Remote> {
  if (broken !== first) broken.close();
  for (;;) {
    await sleep(1000, context.detach);
    try {
      context.detach.throwIfAborted();
      return await context.connector.connect(first.host);
    } catch (error) {
      if (context.detach.aborted || context.now() - lostAt > RETURN_MILLISECONDS) throw error;
    }
  }
}

function tooLate(remote: Remote, id: string, last: TransactionState | null): HostError {
  const { name } = remote.host;
  return new HostError(
    "host-step",
    name,
    `${name}: transaction ${id} did not end in time; its last state was ${last?.name ?? "unknown"}`,
  );
}
