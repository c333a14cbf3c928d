import fc from "fast-check";
import { expect, test } from "vitest";
import { makeUnit } from "../../../src/core/lint/from-files.ts";
import { judgeStartLimit, sayWaits, TIMER_SLACK_SECONDS } from "../../../src/core/lint/start-limit.ts";

const unitOf = (text: string) => makeUnit("a.service", { path: "a.service", text }, [], "");
const service = (interval: string, burst: number, restart: string) =>
  unitOf(
    `[Unit]\nStartLimitIntervalSec=${interval}\nStartLimitBurst=${burst}\n[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=${restart}\n`,
  );

/** As seen on systemd 247, 252 and 257; "chance" went either way. */
test.each([
  ["4", 5, "1", "never"],
  ["10", 5, "1", "trips"],
  ["5", 5, "1", "never"],
  ["5", 5, "900ms", "chance"],
  ["5.5", 5, "1", "chance"],
  ["4", 2, "2", "never"],
  ["4", 2, "1.9", "chance"],
  ["0", 5, "1", "off"],
  ["10", 5, "100ms", "trips"],
  ["10", 0, "1", "off"],
  ["infinity", 5, "1h", "trips"],
] as const)("interval %s, burst %i, wait %s: %s", (interval, burst, restart, kind) => {
  expect(judgeStartLimit(service(interval, burst, restart)).kind).toBe(kind);
});

test("the verdict is the rule, for all numbers", () => {
  const milliseconds = fc.integer({ min: 1, max: 120_000 });
  fc.assert(
    fc.property(milliseconds, fc.integer({ min: 1, max: 20 }), milliseconds, (interval, burst, restart) => {
      const { kind } = judgeStartLimit(service(`${interval}ms`, burst, `${restart}ms`));
      const expected =
        burst * restart >= interval
          ? "never"
          : burst * (restart + TIMER_SLACK_SECONDS * 1000) < interval
            ? "trips"
            : "chance";
      expect(kind).toBe(expected);
    }),
  );
});

test("waits that grow from 1 s to 8 s in three steps", () => {
  const { limit } = judgeStartLimit(
    unitOf(
      "[Service]\nExecStart=/bin/false\nRestart=always\nRestartSec=1\nRestartSteps=3\nRestartMaxDelaySec=8\n[Unit]\nStartLimitBurst=4\n",
    ),
  );
  expect(limit.waits).toBe(1 + 2 + 4 + 8);
  expect(sayWaits(limit)).toBe("4 × 1 s and growing = 15 s");
});
