/** Splits a value into words as systemd does (extract-word.c: quotes taken off, C escapes read). */

/**
 * One word. raw: as written; value: without quotes and escapes; bare: no part of it was quoted or escaped.
 */
export type Word = { readonly raw: string; readonly value: string; readonly bare: boolean };
/** The words up to the first mistake. */
export type Words = { readonly words: readonly Word[]; readonly problem: string | null };

/**
 * The words of a value; an open quote is the problem, an unknown escape stays as it is (as systemd has it in
 * Exec lines).
 */
export function splitWords(text: string): Words {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (/[ \t\n\r]/.test(text[at] ?? "")) at++;
    if (at >= text.length) return { words, problem: null };
    const read = readWord(text, at);
    if (read === null)
      return { words, problem: `the quote in ${JSON.stringify(text.slice(at, at + 40))} is not closed` };
    words.push({ raw: text.slice(at, read.end), value: read.value, bare: read.bare });
    at = read.end;
  }
}

type Read = { readonly end: number; readonly value: string; readonly bare: boolean };

function readWord(text: string, start: number): Read | null {
  let quote = "";
  let bare = true;
  let at = start;
  const parts: (string | number)[] = [];
  for (; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === "" && /[ \t\n\r]/.test(character)) break;
    if (character === "\\") {
      const read = readEscape(text, at);
      parts.push(read.value);
      [at, bare] = [at + read.length - 1, false];
    } else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) [quote, bare] = [character, false];
    else parts.push(character);
  }
  return quote === "" ? { end: at, value: joinParts(parts), bare } : null;
}

/** Numbers are bytes, which together may make characters of UTF-8. */
function joinParts(parts: readonly (string | number)[]): string {
  if (parts.every((part) => typeof part === "string")) return parts.join("");
  return Buffer.concat(
    parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Uint8Array.of(part))),
  ).toString("utf8");
}

const SHORT: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  s: " ",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const ESCAPE =
  /\\(?:([ntrsabfv\\"'])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/**
 * A number is one byte. What is no escape stands for itself, as do those of NUL and of what is no character.
 */
function readEscape(text: string, at: number): { readonly value: string | number; readonly length: number } {
  ESCAPE.lastIndex = at;
  const [whole = "", short, hex, octal, four, eight] = ESCAPE.exec(text) ?? [];
  if (short !== undefined) return { value: SHORT[short] ?? short, length: 2 };
  const code = hex ?? four ?? eight;
  const value =
    octal !== undefined ? Number.parseInt(octal, 8) : code !== undefined ? Number.parseInt(code, 16) : 0;
  const isCharacter = value > 0 && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
  if (whole === "" || !isCharacter) return { value: text.slice(at, at + 2), length: 2 };
  return {
    value: four === undefined && eight === undefined ? value : String.fromCodePoint(value),
    length: whole.length,
  };
}
