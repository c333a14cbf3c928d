/** Waits for a condition, never for a time. */
import { setTimeout as pause } from "node:timers/promises";

/** Asks again until there is something; throws, naming what was waited for, when that takes too long. */
export async function until<Value>(
  milliseconds: number,
  what: string,
  ask: () => Value | null | Promise<Value | null>,
  pauseMilliseconds = 200,
): Promise<Value> {
  const endsAt = performance.now() + milliseconds;
  for (;;) {
    const value = await ask();
    if (value !== null) return value;
    if (performance.now() > endsAt) throw new Error(`${what}: not within ${milliseconds / 1000} s`);
    await pause(pauseMilliseconds);
  }
}
