/**
 * Deadline: one signal for everything that may end an operation early: time, the caller, or a failure inside.
 */

/** signal aborts with the reason that came first. */
export type Deadline = {
  readonly signal: AbortSignal;
  /** Ends the operation with this reason. */
  readonly fail: (reason: unknown) => void;
  /** The operation is over: nothing aborts it now. */
  readonly stop: () => void;
};

/** Starts the clock. late makes the reason when the time is up; an outer signal passes its own reason on. */
export function startDeadline(milliseconds: number, late: () => Error, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const fail = (reason: unknown): void => controller.abort(reason);
  const passOn = (): void => fail(outer?.reason);
  const timer = setTimeout(() => fail(late()), milliseconds);
  outer?.addEventListener("abort", passOn, { once: true });
  if (outer?.aborted) passOn();
  const stop = (): void => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", passOn);
  };
  return { signal: controller.signal, fail, stop };
}

/**
 * Waits for work, or rejects with the signal's reason. What the work comes to after that is handed to `late`.
 */
export function withSignal<T>(
  signal: AbortSignal,
  work: Promise<T>,
  late: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason);
      work.then(late, () => {});
    };
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
