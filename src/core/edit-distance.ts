/** How far a word is from another, to find what a mistyped one was meant to be. */

/** Restricted Damerau-Levenshtein distance: a swap of neighbours costs 1. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) current.push(stepCost(a, b, i, j, { older, previous, current }));
    [older, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}

function stepCost(
  a: string,
  b: string,
  i: number,
  j: number,
  rows: { older: number[]; previous: number[]; current: number[] },
): number {
  const at = (row: number[], index: number) => row[index] ?? Number.POSITIVE_INFINITY;
  const same = a[i - 1] === b[j - 1] ? 0 : 1;
  const cost = Math.min(
    at(rows.previous, j) + 1,
    at(rows.current, j - 1) + 1,
    at(rows.previous, j - 1) + same,
  );
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return swapped ? Math.min(cost, at(rows.older, j - 2) + 1) : cost;
}
