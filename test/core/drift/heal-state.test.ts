/** What healing remembers: read back as written, hostile text refused, old things forgotten. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  findingKey,
  formatState,
  type HealState,
  healsOf,
  parseState,
  rememberSeen,
} from "../../../src/core/drift/heal-state.ts";

const NOW = 1_800_000_000;
const key = (host: string, subject: string): string =>
  findingKey(host, "play", {
    kind: "content",
    service: "app",
    subject,
    text: "",
    origin: "host",
    since: null,
    change: null,
  });

test("is read back as it was written", () => {
  const state = fc.record({
    seen: fc
      .array(
        fc.tuple(
          fc.tuple(fc.string({ minLength: 1 }), fc.string()).map(([host, subject]) => key(host, subject)),
          fc.nat(),
        ),
        { maxLength: 5 },
      )
      .map((list) => new Map(list)),
    heals: fc.array(fc.record({ host: fc.string(), service: fc.string(), at: fc.nat() }), { maxLength: 5 }),
  });
  fc.assert(fc.property(state, (one: HealState) => void expect(parseState(formatState(one))).toEqual(one)));
});

test.each([
  "",
  "null",
  "{}",
  "[]",
  '{"schema":"svcdeploy.heal-state/2","seen":{},"heals":[]}',
  '{"schema":"svcdeploy.heal-state/1","seen":{"x":1},"heals":[]}',
  '{"schema":"svcdeploy.heal-state/1","seen":{},"heals":[{"host":1}]}',
])("%j is no state", (text) => {
  expect(parseState(text)).toBeNull();
});

test("no text at all makes reading it fail", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseState(text)));
});

test("what is new is seen now, what is old since then, what is gone is forgotten, and other hosts are left alone", () => {
  const old: HealState = {
    seen: new Map([
      [key("h1", "/a"), NOW - 100],
      [key("h1", "/gone"), NOW - 100],
      [key("h2", "/b"), NOW - 50],
    ]),
    heals: [],
  };
  const next = rememberSeen(old, [key("h1", "/a"), key("h1", "/new")], new Set(["h1"]), NOW);
  expect(Object.fromEntries(next.seen)).toEqual({
    [key("h1", "/a")]: NOW - 100,
    [key("h1", "/new")]: NOW,
    [key("h2", "/b")]: NOW - 50,
  });
});

test("a heal counts for a day, and a clock that was ahead does not count forever", () => {
  const heal = (at: number) => ({ host: "h1", service: "app", at });
  const state: HealState = {
    seen: new Map(),
    heals: [heal(NOW - 90_000), heal(NOW - 80_000), heal(NOW), heal(NOW + 1_000_000)],
  };
  const next = rememberSeen(state, [], new Set(), NOW);
  expect(next.heals.map(({ at }) => at)).toEqual([NOW - 80_000, NOW]);
  expect(healsOf(next, "h1", "app", NOW)).toBe(2);
  expect(healsOf(next, "h1", "other", NOW)).toBe(0);
});
