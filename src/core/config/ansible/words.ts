/** A line's words as a POSIX shell splits them, with comments: what a host's line of an INI inventory is. */

/** The words, or what is unbalanced. */
export type SplitWords =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly reason: string };

const BLANKS = " \t\r\n";

/**
 * Splits a line. A # begins a comment anywhere outside of quotes, also within a word; \ takes the next
 * character as it is, between double quotes only before " and \.
 */
export function splitWords(line: string): SplitWords {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote !== "") {
      if (character === quote) quote = "";
      else if (character === "\\" && quote === '"') {
        const next = line.charAt(++at);
        if (next === "") return { ok: false, reason: "a \\ at the end escapes nothing" };
        word += next === '"' || next === "\\" ? next : `\\${next}`;
      } else word += character;
    } else if (BLANKS.includes(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (character === "#") break;
    else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (character === "\\") {
      const next = line.charAt(++at);
      if (next === "") return { ok: false, reason: "a \\ at the end escapes nothing" };
      word = (word ?? "") + next;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") return { ok: false, reason: `a ${quote} is not closed` };
  if (word !== null) words.push(word);
  return { ok: true, words };
}
