/**
 * A connector whose every connection ends when the run's time is up, so that one host that hangs does not
 * outlive the run.
 */
import { ConnectError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { startDeadline, withSignal } from "./deadline.ts";
import type { Connector, Remote } from "./remote.ts";

/**
 * cutOff: the hosts that something was still asked of when the time was up; each call then rejects with
 * ConnectError("timeout").
 */
export type TimedConnector = {
  readonly connector: Connector;
  readonly cutOff: ReadonlySet<string>;
  /** The error of such a host. */
  readonly timeUp: (host: string) => ConnectError;
  readonly stop: () => void;
};

/** Starts the clock over all connections of a run. limit: the time as the operator wrote it. */
export function withinTime(inner: Connector, milliseconds: number, limit: string): TimedConnector {
  const cutOff = new Set<string>();
  const deadline = startDeadline(milliseconds, () => new Error("the run's time is up"));
  const timeUp = (host: string): ConnectError =>
    new ConnectError("timeout", host, `${host}: not checked to the end: the run's ${limit} are over`, {
      hint: "Give the run more time with --timeout, or see what it waits for: svcdeploy check.",
    });
  const guard: Guard = async (host, work, late = () => {}) => {
    try {
      deadline.signal.throwIfAborted();
      return await withSignal(deadline.signal, work(), late);
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      cutOff.add(host.name);
      throw timeUp(host.name);
    }
  };
  const connect = async (host: Host): Promise<Remote> =>
    timedRemote(
      await guard(
        host,
        () => inner.connect(host),
        (remote) => remote.close(),
      ),
      guard,
      deadline.signal,
    );
  return { connector: { connect }, cutOff, timeUp, stop: deadline.stop };
}

/** Runs work that ends with the time; what it comes to after that is handed to `late`. */
type Guard = <Value>(host: Host, work: () => Promise<Value>, late?: (value: Value) => void) => Promise<Value>;

function timedRemote(remote: Remote, guard: Guard, signal: AbortSignal): Remote {
  const withOwn = (own: AbortSignal | undefined): AbortSignal =>
    own === undefined ? signal : AbortSignal.any([signal, own]);
  return {
    host: remote.host,
    ...(remote.notes === undefined ? {} : { notes: remote.notes }),
    run: (script, options) =>
      guard(remote.host, () => remote.run(script, { ...options, signal: withOwn(options.signal) })),
    forward: (address, port, limitMilliseconds) =>
      guard(
        remote.host,
        () => remote.forward(address, port, limitMilliseconds),
        (stream) => stream.destroy(),
      ),
    stream: (script, options) => remote.stream(script, { ...options, signal: withOwn(options.signal) }),
    close: () => remote.close(),
  };
}
