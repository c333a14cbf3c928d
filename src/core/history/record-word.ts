/** Names as they are in a host's record line, where a value is one word. */

const MAX_LENGTH = 64;

/**
 * The text with everything else than letters, digits and . _ - as underscores, at most 64 characters;
 * `unknown` for none.
 */
export function recordWord(text: string): string {
  const kept = text.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, MAX_LENGTH);
  return kept === "" ? "unknown" : kept;
}
