/** Ctrl-C: the first starts no further host, the second leaves the hosts to themselves. */
import { SvcdeployError } from "../core/errors.ts";
import type { Surroundings } from "./surroundings.ts";

/** The two signals, and how to work under them. */
export type Interrupts = {
  /** Aborted by the first: no new host starts. Its reason is a SvcdeployError. */
  readonly signal: AbortSignal;
  /** Aborted by the second: hosts under way decide alone. */
  readonly detach: AbortSignal;
  /** Work that only reads: the first Ctrl-C ends it at once with the signal's reason. */
  readonly abandonable: <Value>(work: Promise<Value>) => Promise<Value>;
  /** From now on Ctrl-C does again what it always does. */
  readonly stop: () => void;
};

/** Which interrupt it was. */
export type Interruption = { readonly detached: boolean; readonly message: string };

const FIRST =
  "Interrupted: no new host starts, those under way finish. Ctrl-C again leaves them to " + "themselves.";
const SECOND =
  "Left to the hosts: a host whose change is not confirmed yet undoes it within half a minute. " +
  "svcdeploy plan of the same environment shows the outcome.";

/** Starts listening for Ctrl-C and SIGTERM; tell is called once for each of the two. */
export function listenForInterrupts(
  surroundings: Surroundings,
  tell: (interruption: Interruption) => void,
): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  const reason = new SvcdeployError("interrupted", "Interrupted: nothing was changed.");
  const stop = surroundings.onInterrupt(() => {
    if (second.signal.aborted) return;
    const isFirst = !first.signal.aborted;
    (isFirst ? first : second).abort(reason);
    tell(isFirst ? { detached: false, message: FIRST } : { detached: true, message: SECOND });
  });
  return {
    signal: first.signal,
    detach: second.signal,
    abandonable: (work) => Promise.race([work, rejected(first.signal)]),
    stop,
  };
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
