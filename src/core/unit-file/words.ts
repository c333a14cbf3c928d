/** Splits a value into words as systemd does (extract-word.c: quotes taken off, C escapes read). */

/** One word. raw: as written; value: without quotes and escapes; bare: no part of it was quoted or escaped. */
export type Word = { readonly raw: string; readonly value: string; readonly bare: boolean };
/** The words up to the first mistake. */
export type Words = { readonly words: readonly Word[]; readonly problem: string | null };

/** The words of a value; an open quote is the problem, an unknown escape stays as it is (as systemd has it in Exec lines). */
export function splitWords(text: string): Words {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (/[ \t\n\r]/.test(text[at] ?? "")) at++;
    if (at >= text.length) return { words, problem: null };
    const read = readWord(text, at);
    if (read === null) return { words, problem: `the quote in ${JSON.stringify(text.slice(at, at + 40))} is not closed` };
    words.push({ raw: text.slice(at, read.end), value: read.value, bare: read.bare });
    at = read.end;
  }
}

type Read = { readonly end: number; readonly value: string; readonly bare: boolean };

function readWord(text: string, start: number): Read | null {
  let quote = "";
  let value = "";
  let bare = true;
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === "" && /[ \t\n\r]/.test(character)) break;
    if (character === "\\") {
      const read = readEscape(text, at);
      [value, at, bare] = [value + read.value, at + read.length - 1, false];
    } else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) [quote, bare] = [character, false];
    else value += character;
  }
  return quote === "" ? { end: at, value, bare } : null;
}

const SHORT: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", s: " ", a: "\x07", b: "\b", f: "\f", v: "\v" };

function readEscape(text: string, at: number): { readonly value: string; readonly length: number } {
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(text.slice(at, at + 4));
  if (hex !== null) return { value: String.fromCharCode(Number.parseInt(hex[1] ?? "", 16)), length: 4 };
  const next = text[at + 1];
  if (next === undefined) return { value: "\\", length: 1 };
  if (/["'\\]/.test(next)) return { value: next, length: 2 };
  return { value: SHORT[next] ?? `\\${next}`, length: 2 };
}
