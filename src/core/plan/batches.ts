/** Splits a play's hosts into batches. */
import type { Rollout } from "../model/declared.ts";

/**
 * Hosts in order, cut into batches of the given sizes (a percentage counts all hosts, at least one); the last
 * size repeats.
 */
export function batchesOf<Item>(
  items: readonly Item[],
  sizes: Rollout["batches"],
): readonly (readonly Item[])[] {
  const batches: (readonly Item[])[] = [];
  let start = 0;
  while (start < items.length) {
    const size = sizeOf(sizes[Math.min(batches.length, sizes.length - 1)] ?? "100%", items.length);
    batches.push(items.slice(start, start + size));
    start += size;
  }
  return batches;
}

function sizeOf(size: number | `${number}%`, total: number): number {
  const count = typeof size === "number" ? size : Math.floor((total * Number.parseFloat(size)) / 100);
  return Math.max(1, count);
}
