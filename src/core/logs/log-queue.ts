/**
 * What one host has sent and is not shown yet: bounded, so that a host which floods its journal costs
 * lines and not memory.
 */
import type { LogEntry } from "./log-entry.ts";

/** A queue that drops its oldest entries. */
export type LogQueue = {
  readonly push: (entry: LogEntry) => void;
  /** Everything in it, and how many entries were dropped before the first of them. */
  readonly drain: () => { readonly entries: readonly LogEntry[]; readonly dropped: number };
};

/** An empty queue for at most so many entries and characters of messages. */
export function makeLogQueue(maxEntries: number, maxCharacters: number): LogQueue {
  let entries: LogEntry[] = [];
  let characters = 0;
  let first = 0;
  let dropped = 0;
  return {
    push: (entry) => {
      entries.push(entry);
      characters += entry.message.length;
      while (
        entries.length - first > 1 &&
        (entries.length - first > maxEntries || characters > maxCharacters)
      ) {
        characters -= entries[first]?.message.length ?? 0;
        first += 1;
        dropped += 1;
      }
      // What was dropped is freed in large steps: moving the rest for each of them would cost more than
      // the rest.
      if (first > maxEntries) {
        entries = entries.slice(first);
        first = 0;
      }
    },
    drain: () => {
      const drained = { entries: entries.slice(first), dropped };
      entries = [];
      [characters, first, dropped] = [0, 0, 0];
      return drained;
    },
  };
}
