/**
 * bash's command line as text: its words without their quotes, and what readline will put in the place of the
 * last one.
 */
import type { TypedWords } from "./complete.ts";

/**
 * A line up to the cursor. kept: how many characters of the current word readline leaves as they are; quote:
 * the one that is open there.
 */
export type BashLine = TypedWords & { readonly kept: number; readonly quote: "" | "'" | '"' };

/**
 * Reads a line up to the cursor, its command first. breaks: COMP_WORDBREAKS; readline replaces only what
 * comes after the last of them, or behind the quote that is open. Nothing is expanded: `$HOME` stays as it
 * is written.
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: string[] = [];
  let word: string | null = null;
  let quote: BashLine["quote"] = "";
  let kept = 0;
  const characters = [...line];
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? "";
    if (quote === "" && /\s/.test(character)) {
      if (word !== null) words.push(word);
      [word, kept] = [null, 0];
    } else if (character === quote) {
      quote = "";
    } else if (quote === "" && (character === "'" || character === '"')) {
      [quote, word] = [character, word ?? ""];
      kept = word.length;
    } else if (character === "\\" && quote !== "'") {
      index += 1;
      word = (word ?? "") + (characters[index] ?? "");
    } else {
      word = (word ?? "") + character;
      // readline replaces the @ of a host as well (bash's rl_special_prefixes), and only what follows another
      // break.
      if (quote === "" && breaks.includes(character))
        kept = character === "@" ? word.length - 1 : word.length;
    }
  }
  return { before: words.slice(1), current: word ?? "", kept, quote };
}

/** The rest of a word as it must stand in the line for bash to read the word itself. */
export function quoteForBash(rest: string, quote: BashLine["quote"]): string {
  switch (quote) {
    case "'":
      return rest.replaceAll("'", "'\\''");
    case '"':
      return rest.replace(/[\\"$`]/g, "\\$&");
    case "":
      return rest.replace(/[^\w\-./:=@%+,]/gu, "\\$&");
  }
}
