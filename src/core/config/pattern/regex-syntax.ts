/**
 * Regular expressions in Python's syntax → a tree, without what cannot be matched in linear time:
 * back-references, conditions, atomic groups and possessive repeats are refused by name.
 */

/** A part of an expression. set: one character. */
export type RegexPart =
  | { readonly kind: "set"; readonly fits: (code: number) => boolean }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly RegexPart[] }
  | { readonly kind: "repeat"; readonly part: RegexPart; readonly least: number; readonly most: number }
  | { readonly kind: "look"; readonly part: RegexPart; readonly behind: boolean; readonly negated: boolean }
  | { readonly kind: "at"; readonly holds: (codes: readonly number[], at: number) => boolean };

/** Why a text is no expression that is matched here. */
export class RegexMistake extends Error {}

type Flags = { readonly i: boolean; readonly m: boolean; readonly s: boolean };
type Reader = { readonly text: readonly string[]; at: number; flags: Flags; depth: number };

const MAX_DEPTH = 100;
const LINE_FEED = 10;

/** Reads an expression. Throws RegexMistake. */
export function parseRegex(text: string): RegexPart {
  const reader: Reader = { text: Array.from(text), at: 0, flags: { i: false, m: false, s: false }, depth: 0 };
  const whole = readChoice(reader);
  if (reader.at < reader.text.length) throw new RegexMistake("a ) is not opened");
  return whole;
}

function peek(reader: Reader, ahead = 0): string {
  return reader.text[reader.at + ahead] ?? "";
}

function take(reader: Reader, sign: string): boolean {
  if (!Array.from(sign).every((character, index) => peek(reader, index) === character)) return false;
  reader.at += sign.length;
  return true;
}

function readChoice(reader: Reader): RegexPart {
  if (++reader.depth > MAX_DEPTH) throw new RegexMistake(`nested deeper than ${MAX_DEPTH} levels`);
  const choices = [readSequence(reader)];
  while (take(reader, "|")) choices.push(readSequence(reader));
  reader.depth--;
  return choices.length === 1 && choices[0] !== undefined ? choices[0] : { kind: "choice", parts: choices };
}

function readSequence(reader: Reader): RegexPart {
  const parts: RegexPart[] = [];
  while (reader.at < reader.text.length && peek(reader) !== "|" && peek(reader) !== ")") {
    const part = readPart(reader);
    if (part !== null) parts.push(readRepeat(reader, part));
  }
  return { kind: "sequence", parts };
}

const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

function readRepeat(reader: Reader, part: RegexPart): RegexPart {
  const bounds = readBounds(reader);
  if (bounds === null) return part;
  if (take(reader, "+")) throw new RegexMistake("possessive repeats such as *+ are not supported");
  // Lazy or not, the same texts match.
  take(reader, "?");
  if (readBounds(reader) !== null) throw new RegexMistake("two repeats follow each other");
  const [least, most] = bounds;
  if (least > most) throw new RegexMistake("a repeat whose least is above its most");
  return { kind: "repeat", part, least, most };
}

function readBounds(reader: Reader): readonly [number, number] | null {
  const simple = BOUNDS[peek(reader)];
  if (simple !== undefined) {
    reader.at++;
    return simple;
  }
  const [whole, least, comma, most] =
    /^\{(\d*)(,?)(\d*)\}/.exec(reader.text.slice(reader.at, reader.at + 30).join("")) ?? [];
  if (whole === undefined || whole === "{}" || (comma === "" && least === "")) return null;
  reader.at += whole.length;
  const first = Number(least ?? 0);
  return [first, comma === "" ? first : most === "" ? Number.POSITIVE_INFINITY : Number(most)];
}

/** null: it matches nothing by itself, such as a comment. */
function readPart(reader: Reader): RegexPart | null {
  const { flags } = reader;
  if (readBounds(reader) !== null) throw new RegexMistake("nothing is in front of a repeat");
  if (take(reader, "(")) return readGroup(reader);
  if (take(reader, "[")) return readClass(reader);
  if (take(reader, "\\")) return readEscape(reader);
  if (take(reader, ".")) return { kind: "set", fits: (code) => flags.s || code !== LINE_FEED };
  if (take(reader, "^"))
    return { kind: "at", holds: (codes, at) => at === 0 || (flags.m && codes[at - 1] === LINE_FEED) };
  if (take(reader, "$"))
    return {
      kind: "at",
      holds: (codes, at) =>
        at === codes.length || (codes[at] === LINE_FEED && (flags.m || at === codes.length - 1)),
    };
  const code = peek(reader).codePointAt(0) ?? 0;
  reader.at++;
  return setOf(flags, (found) => found === code);
}

function readGroup(reader: Reader): RegexPart | null {
  const { flags } = reader;
  const close = (part: RegexPart): RegexPart => {
    if (!take(reader, ")")) throw new RegexMistake("a ( is not closed");
    reader.flags = flags;
    return part;
  };
  if (!take(reader, "?")) return close(readChoice(reader));
  if (take(reader, ":")) return close(readChoice(reader));
  for (const [sign, behind, negated] of LOOKS)
    if (take(reader, sign)) return close({ kind: "look", part: readChoice(reader), behind, negated });
  if (take(reader, "P<")) {
    const name = readTo(reader, ">");
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw new RegexMistake(`"${name}" is no name of a group`);
    return close(readChoice(reader));
  }
  if (take(reader, "#")) {
    readTo(reader, ")");
    return null;
  }
  if (take(reader, "P=")) throw new RegexMistake("references to a group are not supported");
  if (take(reader, "(")) throw new RegexMistake("conditions are not supported");
  if (take(reader, ">")) throw new RegexMistake("atomic groups are not supported");
  return readFlags(reader, close);
}

const LOOKS = [
  ["=", false, false],
  ["!", false, true],
  ["<=", true, false],
  ["<!", true, true],
] as const;

function readTo(reader: Reader, end: string): string {
  const found = reader.text.indexOf(end, reader.at);
  if (found < 0) throw new RegexMistake(`a ${end} is missing`);
  const text = reader.text.slice(reader.at, found).join("");
  reader.at = found + 1;
  return text;
}

function readFlags(reader: Reader, close: (part: RegexPart) => RegexPart): RegexPart | null {
  const start = reader.at;
  const [whole = "", on = "", off = "", end = ""] =
    /^([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(reader.text.slice(start, start + 30).join("")) ?? [];
  if (whole === "" || /[^imsau]/.test(on + off)) throw new RegexMistake("this kind of (?…) is not supported");
  reader.at += whole.length;
  const has = (flag: keyof Flags): boolean =>
    (reader.flags[flag] || on.includes(flag)) && !off.includes(flag);
  const flags = { i: has("i"), m: has("m"), s: has("s") };
  if (end === ")" && start !== 2) throw new RegexMistake("flags for all of it are only at its start");
  reader.flags = flags;
  return end === ")" ? null : close(readChoice(reader));
}

function setOf({ i }: Flags, fits: (code: number) => boolean): RegexPart {
  return { kind: "set", fits: i ? (code) => variantsOf(code).some(fits) : fits };
}

function variantsOf(code: number): readonly number[] {
  const text = String.fromCodePoint(code);
  return [code, text.toLowerCase().codePointAt(0) ?? code, text.toUpperCase().codePointAt(0) ?? code];
}

const isWord = (code: number | undefined): boolean =>
  code !== undefined && /[\p{L}\p{N}_]/u.test(String.fromCodePoint(code));
const isDigit = (code: number): boolean => /\p{Nd}/u.test(String.fromCodePoint(code));
const isBlank = (code: number): boolean => /[\s\x1c-\x1f\x85]/.test(String.fromCodePoint(code));

const CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  ...{ w: isWord, d: isDigit, s: isBlank },
  ...{ W: (code) => !isWord(code), D: (code) => !isDigit(code), S: (code) => !isBlank(code) },
};

function readEscape(reader: Reader): RegexPart {
  const sign = peek(reader);
  const edge = (codes: readonly number[], at: number): boolean => isWord(codes[at - 1]) !== isWord(codes[at]);
  if (take(reader, "b")) return { kind: "at", holds: edge };
  if (take(reader, "B")) return { kind: "at", holds: (codes, at) => !edge(codes, at) };
  if (take(reader, "A")) return { kind: "at", holds: (_codes, at) => at === 0 };
  if (take(reader, "Z")) return { kind: "at", holds: (codes, at) => at === codes.length };
  const fits = CLASSES[sign];
  if (fits !== undefined) {
    reader.at++;
    return { kind: "set", fits };
  }
  if (/[1-9]/.test(sign)) throw new RegexMistake(`references to a group (\\${sign}) are not supported`);
  const code = readCode(reader);
  return setOf(reader.flags, (found) => found === code);
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: LINE_FEED, r: 13, t: 9, v: 11 };

/** The character behind a \, which is taken already. */
function readCode(reader: Reader): number {
  const rest = reader.text.slice(reader.at, reader.at + 9).join("");
  const [hex] = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/.exec(rest) ?? [];
  const [octal] = /^(?:0[0-7]{0,2}|[1-7][0-7]{2})/.exec(rest) ?? [];
  reader.at += (hex ?? octal ?? " ").length;
  if (hex !== undefined) return Number.parseInt(hex.slice(1), 16);
  if (octal !== undefined) return Number.parseInt(octal, 8);
  const [sign = ""] = Array.from(rest);
  const control = CONTROLS[sign];
  if (control !== undefined) return control;
  if (sign === "" || /[a-zA-Z0-9]/.test(sign)) throw new RegexMistake(`\\${sign} means nothing`);
  return sign.codePointAt(0) ?? 0;
}

function readClass(reader: Reader): RegexPart {
  const negated = take(reader, "^");
  const members: ((code: number) => boolean)[] = [];
  for (let isFirst = true; isFirst || peek(reader) !== "]"; isFirst = false) {
    if (reader.at >= reader.text.length) throw new RegexMistake("a [ is not closed");
    const first = readMember(reader);
    const isRange = peek(reader) === "-" && peek(reader, 1) !== "]" && peek(reader, 1) !== "";
    if (typeof first === "function" || !isRange) {
      members.push(typeof first === "function" ? first : (code) => code === first);
      if (typeof first === "function" && isRange) throw new RegexMistake("a range starts with a class");
      continue;
    }
    reader.at++;
    const last = readMember(reader);
    if (typeof last === "function" || last < first) throw new RegexMistake("a range runs backwards");
    members.push((code) => first <= code && code <= last);
  }
  reader.at++;
  const { fits } = { fits: (code: number) => members.some((member) => member(code)) };
  const cased = reader.flags.i ? (code: number) => variantsOf(code).some(fits) : fits;
  return { kind: "set", fits: (code) => cased(code) !== negated };
}

function readMember(reader: Reader): number | ((code: number) => boolean) {
  const sign = peek(reader);
  reader.at++;
  if (sign !== "\\") return sign.codePointAt(0) ?? 0;
  const fits = CLASSES[peek(reader)];
  if (fits === undefined) return readCode(reader);
  reader.at++;
  return fits;
}
