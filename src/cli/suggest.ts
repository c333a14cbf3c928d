/** "Did you mean": the nearest of the words that there are. */

/** A hint that names the nearest known word, or all of them when none is near; prefix is put before each. */
export function suggest(word: string, known: readonly string[], prefix: string): string {
  const [nearest] = known
    .map((each) => ({ each, distance: editDistance(word, each) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest !== undefined && isNear(word, nearest)) return `Did you mean ${prefix}${nearest.each}?`;
  return `There are: ${known.map((each) => prefix + each).join(", ")}`;
}

/** Two slips of the hand are believed of a word that starts right: `paln` is plan, `bogus` is not logs. */
function isNear(
  word: string,
  { each, distance }: { readonly each: string; readonly distance: number },
): boolean {
  return distance <= (word[0] === each[0] ? Math.max(2, Math.floor(word.length / 3)) : 1);
}

/** Levenshtein's distance, a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
