/**
 * Python's literals: how an INI inventory's values get their types. `1` is a number, `[1, 'a']` a list,
 * `yes` and `01` are texts. What is no literal is the text as it is.
 */
import { type TextReader, takeMatch } from "./take-match.ts";
import { keyText, type Value } from "./value.ts";

/** The value of a literal, else the text itself. */
export function readLiteral(text: string): Value {
  const reader: Reader = { text, at: /^[ \t]*/.exec(text)?.[0].length ?? 0, depth: 0, isSigned: false };
  try {
    const value = readTop(reader);
    skip(reader, false);
    return reader.at === text.length ? value : text;
  } catch (error) {
    if (error instanceof NoLiteral) return text;
    throw error;
  }
}

/** Python counts its brackets as well. */
const MAX_DEPTH = 90;

class NoLiteral extends Error {}

/** isSigned: a + or - is in front, and no second one may be. */
type Reader = TextReader & { depth: number; isSigned: boolean };

function readTop(reader: Reader): Value {
  const first = readValue(reader, false);
  if (!take(reader, ",", false)) return first;
  const items = [first];
  while (!isAtEnd(reader)) {
    items.push(readValue(reader, false));
    if (!take(reader, ",", false)) break;
  }
  return items;
}

function isAtEnd(reader: Reader): boolean {
  skip(reader, false);
  return reader.at === reader.text.length;
}

/** Blanks and a comment; between brackets also line ends. */
function skip(reader: Reader, inBrackets: boolean): void {
  const blanks = inBrackets
    ? /(?:[ \t\f\r\n]|#[^\r\n]*)*/y
    : /[ \t\f]*(?:#[^\r\n]*)?(?:[\r\n][ \t\f\r\n]*)?/y;
  blanks.lastIndex = reader.at;
  reader.at += blanks.exec(reader.text)?.[0].length ?? 0;
}

function take(reader: Reader, sign: string, inBrackets: boolean): boolean {
  skip(reader, inBrackets);
  if (!reader.text.startsWith(sign, reader.at)) return false;
  reader.at += sign.length;
  return true;
}

function readValue(reader: Reader, inBrackets: boolean): Value {
  skip(reader, inBrackets);
  const sign = takeMatch(reader, /[+-]/y)?.[0];
  if (sign === undefined) return readAtom(reader, inBrackets);
  if (reader.isSigned) throw new NoLiteral();
  reader.isSigned = true;
  const value = readAtom(reader, inBrackets);
  reader.isSigned = false;
  if (typeof value !== "bigint" && typeof value !== "number") throw new NoLiteral();
  return sign === "-" ? -value : value;
}

const DIGITS = String.raw`\d(?:_?\d)*`;
const EXPONENT = `[eE][+-]?${DIGITS}`;
/** Nothing that goes on with a word or a number may follow. */
const NUMBER = new RegExp(
  [
    "(?:(?<based>0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)",
    String.raw`(?<float>(?:(?:${DIGITS})?\.${DIGITS}|${DIGITS}\.)(?:${EXPONENT})?|${DIGITS}${EXPONENT})`,
    String.raw`(?<whole>[1-9](?:_?\d)*|0(?:_?0)*))(?![\p{L}\p{N}_.])`,
  ].join("|"),
  "uy",
);
const WORD = /(?:True|False|None)(?![\p{L}\p{N}_])/uy;
const MAX_DIGITS = 4300;

function readAtom(reader: Reader, inBrackets: boolean): Value {
  skip(reader, inBrackets);
  if (reader.depth > MAX_DEPTH) throw new NoLiteral();
  const number = takeMatch(reader, NUMBER);
  if (number !== null) {
    const digits = number[0].replaceAll("_", "");
    if (number.groups?.float !== undefined) return Number(digits);
    if (digits.length > MAX_DIGITS) throw new NoLiteral();
    return BigInt(digits);
  }
  const word = takeMatch(reader, WORD)?.[0];
  if (word !== undefined) return word === "None" ? null : word === "True";
  if (take(reader, "(", inBrackets)) return nested(reader, readTuple);
  if (take(reader, "[", inBrackets)) return nested(reader, (inner) => readItems(inner, "]"));
  if (take(reader, "{", inBrackets)) return nested(reader, readMap);
  return readTexts(reader, inBrackets);
}

function nested(reader: Reader, read: (reader: Reader) => Value): Value {
  reader.depth++;
  const value = read(reader);
  reader.depth--;
  return value;
}

function readItems(reader: Reader, end: string): readonly Value[] {
  const items: Value[] = [];
  while (!take(reader, end, true)) {
    items.push(readValue(reader, true));
    if (take(reader, ",", true)) continue;
    if (!take(reader, end, true)) throw new NoLiteral();
    break;
  }
  return items;
}

function readTuple(reader: Reader): Value {
  if (take(reader, ")", true)) return [];
  const first = readValue(reader, true);
  if (take(reader, ")", true)) return first;
  if (!take(reader, ",", true)) throw new NoLiteral();
  return [first, ...readItems(reader, ")")];
}

function readMap(reader: Reader): Value {
  const map: { [key: string]: Value } = Object.create(null);
  while (!take(reader, "}", true)) {
    const key = readValue(reader, true);
    // A set has no form in JSON.
    if ((typeof key === "object" && key !== null) || !take(reader, ":", true)) throw new NoLiteral();
    map[keyText(key)] = readValue(reader, true);
    if (take(reader, ",", true)) continue;
    if (!take(reader, "}", true)) throw new NoLiteral();
    break;
  }
  return map;
}

const TEXT = new RegExp(
  [
    String.raw`(?<prefix>[uU]|[bB]?[rR]?|[rR][bB])(?:'''(?<a>(?:\\[\s\S]|(?!''')[^\\])*)'''`,
    String.raw`"""(?<b>(?:\\[\s\S]|(?!""")[^\\])*)"""`,
    String.raw`'(?<c>(?:\\[\s\S]|[^\\'\r\n])*)'`,
    String.raw`"(?<d>(?:\\[\s\S]|[^\\"\r\n])*)")`,
  ].join("|"),
  "y",
);

/** Texts beside each other are one. */
function readTexts(reader: Reader, inBrackets: boolean): string {
  let whole: string | null = null;
  let kind: boolean | null = null;
  for (;;) {
    skip(reader, inBrackets);
    const found = takeMatch(reader, TEXT);
    if (found === null) break;
    const { prefix = "", a, b, c, d } = found.groups ?? {};
    const isBytes = /b/i.test(prefix);
    if (kind !== null && kind !== isBytes) throw new NoLiteral();
    kind = isBytes;
    const body = a ?? b ?? c ?? d ?? "";
    if (isBytes && /[^\0-\x7f]/.test(body)) throw new NoLiteral();
    whole = (whole ?? "") + (/r/i.test(prefix) ? body : withoutEscapes(body, isBytes));
  }
  if (whole === null) throw new NoLiteral();
  return whole;
}

const PLAIN: Readonly<Record<string, string>> = {
  ...{ "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
  "\n": "",
};

function withoutEscapes(body: string, isBytes: boolean): string {
  return body.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole: string, x?: string, u?: string, wide?: string, octal?: string, other = "") => {
      if (isBytes && (u ?? wide) !== undefined) return whole;
      const hex = x ?? u ?? wide;
      if (hex !== undefined) return character(Number.parseInt(hex, 16));
      if (octal !== undefined) return character(Number.parseInt(octal, 8));
      if (other === "x" || (!isBytes && /[uUN]/.test(other))) throw new NoLiteral();
      return PLAIN[other] ?? `\\${other}`;
    },
  );
}

function character(code: number): string {
  if (code > 0x10ffff) throw new NoLiteral();
  return String.fromCodePoint(code);
}
