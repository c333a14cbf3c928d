/** A clock for reporters: each hand moves on by a second whenever it is looked at; local noon comes first. */
import type { Clock } from "../../src/report/run/reporter.ts";

export function clockAt(): Clock {
  let [passed, seconds] = [0, -1];
  return {
    now: () => {
      passed += 1000;
      return passed;
    },
    time: () => {
      seconds += 1;
      return new Date(2026, 10, 21, 12, 0, seconds);
    },
  };
}
