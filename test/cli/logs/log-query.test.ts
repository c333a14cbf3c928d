import { expect, test } from "vitest";
import { logQuery } from "../../../src/cli/logs/log-query.ts";
import { valuesOf } from "../../../src/cli/options/arguments.ts";
import { LOGS } from "../../../src/cli/options/by-command.ts";
import type { LogQuery } from "../../../src/deploy/collect-logs.ts";

const NOW = new Date(2026, 10, 21, 12, 0, 0).getTime();

function queryOf(raw: Readonly<Record<string, unknown>>): LogQuery {
  return logQuery(valuesOf(LOGS, { _: ["logs", "web"], project: ".", output: "text", ...raw }), NOW);
}

test.each([
  [{}, { begin: { kind: "invocation" }, lines: 200, priority: null }],
  [{ follow: true }, { begin: { kind: "invocation" }, lines: 10, priority: null }],
  [{ since: "1h 30min" }, { begin: { kind: "ago", seconds: 5400 }, lines: "all", priority: null }],
  [{ since: "2026-11-21T11:00" }, { begin: { kind: "ago", seconds: 3600 }, lines: "all", priority: null }],
  [
    { since: "2026-11-21 11:59:30", lines: "5" },
    { begin: { kind: "ago", seconds: 30 }, lines: 5, priority: null },
  ],
  [{ since: "2026-11-21" }, { begin: { kind: "ago", seconds: 43_200 }, lines: "all", priority: null }],
  [
    { since: new Date(NOW - 5000).toISOString().replace(/\.\d+/, "") },
    { begin: { kind: "ago", seconds: 5 }, lines: "all", priority: null },
  ],
  [{ since: "2027-01-01" }, { begin: { kind: "ago", seconds: 0 }, lines: "all", priority: null }],
  [
    { lines: "all", priority: "warn" },
    { begin: { kind: "invocation" }, lines: "all", priority: 4 },
  ],
  [{ priority: "0" }, { begin: { kind: "invocation" }, lines: 200, priority: 0 }],
])("%j", (raw, query) => {
  expect(queryOf(raw)).toEqual(query);
});

test.each([
  { since: "the day before" },
  { since: "2026-13-40" },
  { since: "@0; reboot" },
  { since: "infinity" },
  { lines: "-1" },
  { lines: "99999999" },
  { priority: "8" },
  { priority: "loud" },
  { since: ["1h", "2h"] },
])("%j is refused", (raw) => {
  expect(() => queryOf(raw)).toThrow(expect.objectContaining({ code: "usage" }));
});
