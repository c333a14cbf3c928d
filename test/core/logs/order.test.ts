/** Entries of several hosts in one order, and no more of them in memory than said. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { LogEntry } from "../../../src/core/logs/log-entry.ts";
import { makeLogQueue } from "../../../src/core/logs/log-queue.ts";
import { mergeEntries } from "../../../src/core/logs/merge-entries.ts";
import { collect } from "../../support/collect.ts";

const entry = (host: string, at: number, message = "m"): LogEntry => ({
  host,
  unit: "u.service",
  at,
  priority: null,
  pid: null,
  message,
  cursor: null,
});
async function* source(
  host: string,
  times: readonly number[],
  seen = { taken: 0 },
): AsyncGenerator<LogEntry> {
  for (const at of times) {
    seen.taken += 1;
    yield entry(host, at);
  }
}

test("merged by time, nothing lost, each host's order kept", async () => {
  const times = fc
    .array(fc.integer({ min: 0, max: 20 }), { maxLength: 20 })
    .map((some) => some.toSorted((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(fc.array(times, { maxLength: 5 }), async (hosts) => {
      const merged = await collect(mergeEntries(hosts.map((each, index) => source(`h${index}`, each))));
      expect(merged.map(({ at }) => at)).toEqual(hosts.flat().toSorted((a, b) => a - b));
      hosts.forEach((each, index) => {
        expect(merged.filter(({ host }) => host === `h${index}`).map(({ at }) => at)).toEqual(each);
      });
    }),
  );
});

test("of each host only the next entry is taken", async () => {
  const seen = { taken: 0 };
  const merged = mergeEntries([source("slow", [1, 2, 3]), source("fast", [5, 6, 7, 8], seen)]);
  await merged.next();
  await merged.next();
  expect(seen.taken).toBe(1);
});

test("a queue keeps the newest, and counts the others", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 })),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 60 }),
      (lengths, most, characters) => {
        const queue = makeLogQueue(most, characters);
        lengths.forEach((length, index) => void queue.push(entry("h", index, "x".repeat(length))));
        const { entries, dropped } = queue.drain();
        expect(entries.length).toBeLessThanOrEqual(most);
        expect(dropped + entries.length).toBe(lengths.length);
        expect(entries.map(({ at }) => at)).toEqual(lengths.map((_, index) => index).slice(dropped));
        if (entries.length > 1)
          expect(entries.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThanOrEqual(
            characters,
          );
        expect(queue.drain()).toEqual({ entries: [], dropped: 0 });
      },
    ),
  );
});
