/** Moments in the local time zone. */
import { expect, test } from "vitest";
import { formatAge, formatMoment, formatWhen, formatZone } from "../../../src/report/lines/time-text.ts";

process.env.TZ = "Europe/Berlin";
const NOW = Date.UTC(2026, 10, 21, 10, 3, 12);
const HOUR = 3_600_000;

test.each([
  [0, "11:03, just now"],
  [59_000, "11:02, just now"],
  [60_000, "11:02, 1 min ago"],
  [HOUR - 1, "10:03, 59 min ago"],
  [HOUR, "10:03, 1 h ago"],
  [24 * HOUR - 1, "11:03, 23 h ago"],
  [24 * HOUR, "2026-11-20 11:03"],
  [-59_000, "11:04, just now"],
  [-365 * 24 * HOUR, "2027-11-21 11:03"],
])("%d ms ago", (age, wanted) => {
  expect(formatWhen(NOW - age, NOW)).toBe(wanted);
});

test("a moment has its own offset, winter or summer", () => {
  expect(formatMoment(NOW)).toBe("2026-11-21 11:03:12 +01:00");
  expect(formatMoment(Date.UTC(2026, 6, 1, 22, 0, 0))).toBe("2026-07-02 00:00:00 +02:00");
  expect(formatZone(NOW)).toBe("Europe/Berlin, +01:00");
  expect(formatAge(NOW - 25 * HOUR, NOW)).toBeNull();
});
