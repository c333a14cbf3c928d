/** "Did you mean": the nearest of the words that there are. */
import { editDistance } from "../core/edit-distance.ts";

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
