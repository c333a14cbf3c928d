/**
 * The answer to a shell's question, as lines: what to do, then the candidates, each `text TAB about` (bash:
 * text alone).
 */
import type { BashLine } from "./bash-line.ts";
import { quoteForBash } from "./bash-line.ts";
import type { Completion } from "./complete.ts";

/**
 * For bash, whose readline replaces a part of the word: `words`, `open` (no blank behind), `files` or
 * `folders`; then the rests of the words.
 */
export function answerBash(completion: Completion, { kept, quote }: BashLine): string {
  if (completion.kind !== "words") return `${completion.kind}\n`;
  const rests = completion.candidates.map(({ text }) => quoteForBash(text.slice(kept), quote));
  return lines([directiveOf(completion), ...rests]);
}

/**
 * For zsh and fish, which replace the whole word and quote it themselves. `files PREFIX` and `folders
 * PREFIX`: for what comes after the prefix.
 */
export function answerWords(completion: Completion): string {
  if (completion.kind !== "words") return `${completion.kind} ${completion.prefix}\n`;
  return lines([
    directiveOf(completion),
    ...completion.candidates.map(({ text, about }) => `${text}\t${about}`),
  ]);
}

/** A word that ends with "=" or "@" is continued. */
function directiveOf({ candidates }: Extract<Completion, { kind: "words" }>): "open" | "words" {
  return candidates.length > 0 && candidates.every(({ text }) => /[=@]$/.test(text)) ? "open" : "words";
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
