/** Merging what several hosts tell, each in its own order, into one order by time. */
import type { LogEntry } from "./log-entry.ts";

/**
 * The entries of all sources by time; from each only its next entry is held. A source that ends early does
 * not end the others.
 */
export async function* mergeEntries(sources: readonly AsyncIterator<LogEntry>[]): AsyncGenerator<LogEntry> {
  const heads = await Promise.all(sources.map(async (source) => ({ source, next: await source.next() })));
  for (;;) {
    let first: (typeof heads)[number] | null = null;
    for (const head of heads) if (!head.next.done && isEarlier(head.next.value, first)) first = head;
    if (first === null || first.next.done) return;
    yield first.next.value;
    first.next = await first.source.next();
  }
}

function isEarlier(entry: LogEntry, than: { readonly next: IteratorResult<LogEntry> } | null): boolean {
  return than === null || than.next.done === true || entry.at < than.next.value.at;
}
