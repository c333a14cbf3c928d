/**
 * Ctrl-C: the first starts no further host, the second leaves the hosts to themselves. SIGTERM does so at
 * once: a CI runner sends it a single time, and kills what is still there a little later.
 */
import { SvcdeployError } from "../core/errors.ts";
import type { Surroundings } from "./surroundings.ts";

/** The two signals, and how to work under them. */
export type Interrupts = {
  /** Aborted by the first, and by SIGTERM: no new host starts. Its reason is a SvcdeployError. */
  readonly signal: AbortSignal;
  /** Aborted by the second, and by SIGTERM: hosts under way decide alone. */
  readonly detach: AbortSignal;
  /** Work that only reads: the first Ctrl-C ends it at once with the signal's reason. */
  readonly abandonable: <Value>(work: Promise<Value>) => Promise<Value>;
  /** From now on Ctrl-C does again what it always does. */
  readonly stop: () => void;
};

/** Which interrupt it was. */
export type Interruption = { readonly detached: boolean; readonly message: string };

const FIRST =
  "Interrupted: no new host starts; the hosts under way finish. Ctrl-C again stops now: hosts whose change " +
  "is not confirmed then undo it by themselves.";
const SECOND =
  "Stopped now: a host whose change is not confirmed yet undoes it by itself within half a minute. " +
  "svcdeploy plan of the same environment shows the outcome.";
const TERMINATED = `SIGTERM. ${SECOND}`;

/** Starts listening for Ctrl-C and SIGTERM; tell is called once for the first, and once for the end. */
export function listenForInterrupts(
  surroundings: Surroundings,
  tell: (interruption: Interruption) => void,
): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  const reason = new SvcdeployError("interrupted", "Interrupted: nothing was changed.");
  const stop = surroundings.onInterrupt((signal) => {
    if (second.signal.aborted) return;
    const isLast = signal === "SIGTERM" || first.signal.aborted;
    first.abort(reason);
    if (isLast) second.abort(reason);
    const last = signal === "SIGTERM" ? TERMINATED : SECOND;
    tell({ detached: isLast, message: isLast ? last : FIRST });
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
