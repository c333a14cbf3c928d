/** --since: spans, days and dates in the local time zone. */
import { expect, test } from "vitest";
import { parseSince } from "../../src/cli/since.ts";

process.env.TZ = "Europe/Berlin";
const NOW = Date.UTC(2026, 10, 21, 9, 4, 30);

test.each([
  ["90s", "2026-11-21T09:03:00Z"],
  ["2h 30min", "2026-11-21T06:34:30Z"],
  ["3d", "2026-11-18T09:04:30Z"],
  ["today", "2026-11-20T23:00:00Z"],
  ["yesterday", "2026-11-19T23:00:00Z"],
  ["2026-11-20", "2026-11-19T23:00:00Z"],
  ["2026-11-20 03:00", "2026-11-20T02:00:00Z"],
  ["2026-07-01T03:00:15", "2026-07-01T01:00:15Z"],
])("%s", (text, wanted) => {
  expect(new Date(parseSince(text, NOW)).toISOString()).toBe(wanted.replace("Z", ".000Z"));
});

test.each([
  "",
  "soon",
  "5",
  "1d 5",
  "infinity",
  "2026-02-31x",
  "2026-13-01",
  "20261120",
  "3 fortnights",
  "-1d",
])("%j is refused", (text) => {
  expect(() => parseSince(text, NOW)).toThrow(/is neither a span nor a date/);
});
