/** Waiting that an abort ends early. */
import { setTimeout as timer } from "node:timers/promises";

/** Resolves after so many milliseconds, or at once when the signal is aborted. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await timer(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}
