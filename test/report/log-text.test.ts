import { expect, test } from "vitest";
import type { LogEntry } from "../../src/core/logs/log-entry.ts";
import { plainText } from "../../src/report/lines/text.ts";
import { dayLine, droppedLine, entryJson, entryLines, makeLogLayout } from "../../src/report/log-text.ts";

const at = new Date(2026, 10, 21, 3, 4, 5, 6).getTime();
const entry: LogEntry = {
  host: "web1",
  unit: "api.service",
  at,
  priority: 6,
  pid: 1,
  message: "one\ntwo",
  cursor: null,
};
const HOSTS = ["web1", "web20"];

test("host and unit stand there only where there are several, each line has all of it", () => {
  const text = (hosts: readonly string[], units: readonly string[]): string =>
    plainText(entryLines(entry, makeLogLayout(hosts, units, hosts)));
  expect(text(["web1"], ["api.service"])).toBe("03:04:05.006 | one\n03:04:05.006 | two\n");
  expect(text(HOSTS, ["api.service"])).toBe("03:04:05.006 web1  | one\n03:04:05.006 web1  | two\n");
  expect(text(HOSTS, ["api.service", "cache.mount"])).toMatch(/^03:04:05\.006 web1 {2}api {9}\| one$/m);
});

test("a host keeps its colour whatever is selected, and no two of six share one", () => {
  const inventory = ["a", "b", "c", "d", "e", "f"];
  const { tints } = makeLogLayout(["a"], [], inventory);
  expect(new Set(tints.values()).size).toBe(6);
  expect(makeLogLayout(["f", "a"], [], inventory).tints).toEqual(tints);
  expect(
    makeLogLayout(
      [],
      [],
      Array.from({ length: 50 }, (_, index) => `h${index}`),
    ).tints.size,
  ).toBe(50);
});

test("trouble is painted as such", () => {
  const style = (priority: number | null): string | undefined =>
    entryLines({ ...entry, priority }, makeLogLayout([], [], []))[0]?.at(-1)?.style;
  expect([null, 7, 5, 4, 3, 0].map(style)).toEqual(["plain", "plain", "plain", "warn", "bad", "bad"]);
});

test("the day, and lines that were dropped", () => {
  expect(plainText([dayLine(at)])).toMatch(/^── 2026-11-21, UTC[+-]\d\d:\d\d\n$/);
  expect(plainText([droppedLine("h1", 1204)])).toBe(
    "… 1,204 lines of h1 dropped: it writes faster than this terminal shows\n",
  );
});

test("as JSON, one line", () => {
  expect(JSON.parse(entryJson(entry))).toEqual({
    schema: "svcdeploy.log/1",
    host: "web1",
    unit: "api.service",
    time: new Date(at).toISOString(),
    priority: 6,
    pid: 1,
    message: "one\ntwo",
  });
  expect(entryJson(entry)).toMatch(/^[^\n]*\n$/);
});
