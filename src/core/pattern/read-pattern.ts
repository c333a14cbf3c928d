/** Reads the patterns that linear-pattern.ts looks for. */

/** What one character must be. */
export type Test = (char: string) => boolean;

/** What a pattern says, as a tree. */
export type PatternPart =
  | { readonly kind: "char"; readonly test: Test }
  | { readonly kind: "edge"; readonly edge: "start" | "end" }
  | { readonly kind: "row"; readonly parts: readonly PatternPart[] }
  | { readonly kind: "either"; readonly parts: readonly PatternPart[] }
  | { readonly kind: "repeat"; readonly part: PatternPart; readonly least: number; readonly most: number }
  | { readonly kind: "group"; readonly part: PatternPart };

const MAX_LENGTH = 200;
const MAX_REPEAT = 50;

/** Why a text is no pattern. */
export class NoPattern extends Error {}

/** Reads a pattern. Throws NoPattern with why it is none, for the end of a sentence. */
export function readParts(text: string): { readonly whole: PatternPart; readonly hasGroup: boolean } {
  if (text === "" || text.length > MAX_LENGTH) throw new NoPattern(`it has 1 to ${MAX_LENGTH} characters`);
  const reader: Reader = { chars: [...text], at: 0, groups: 0 };
  const whole = readEither(reader);
  if (reader.at < reader.chars.length) throw new NoPattern("a ) closes nothing");
  return { whole, hasGroup: reader.groups > 0 };
}

type Reader = { readonly chars: readonly string[]; at: number; groups: number };

function readEither(reader: Reader): PatternPart {
  const parts = [readRow(reader)];
  while (reader.chars[reader.at] === "|") {
    reader.at++;
    parts.push(readRow(reader));
  }
  return { kind: "either", parts };
}

function readRow(reader: Reader): PatternPart {
  const parts: PatternPart[] = [];
  for (;;) {
    const char = reader.chars[reader.at];
    if (char === undefined || char === "|" || char === ")") return { kind: "row", parts };
    parts.push(readRepeat(reader, readAtom(reader)));
  }
}

function readAtom(reader: Reader): PatternPart {
  const char = reader.chars[reader.at++] ?? "";
  switch (char) {
    case "(":
      return readGroup(reader);
    case "[":
      return { kind: "char", test: readClass(reader) };
    case ".":
      return { kind: "char", test: (each) => each !== "\n" };
    case "^":
      return { kind: "edge", edge: "start" };
    case "$":
      return { kind: "edge", edge: "end" };
    case "\\":
      return { kind: "char", test: readEscape(reader) };
    case "*":
    case "+":
    case "?":
    case "{":
      throw new NoPattern(
        `nothing is before ${char} that it could repeat; write \\${char} for the character`,
      );
    default:
      return { kind: "char", test: (each) => each === char };
  }
}

function readGroup(reader: Reader): PatternPart {
  const isPlain = reader.chars[reader.at] === "?";
  if (isPlain && reader.chars[reader.at + 1] !== ":")
    throw new NoPattern("looks ahead and behind, and names of groups, are not known here: ( ) and (?: ) are");
  if (isPlain) reader.at += 2;
  const isSaved = !isPlain && ++reader.groups === 1;
  const part = readEither(reader);
  if (reader.chars[reader.at++] !== ")") throw new NoPattern("a ( is not closed");
  return isSaved ? { kind: "group", part } : part;
}

function readRepeat(reader: Reader, part: PatternPart): PatternPart {
  const rest = reader.chars.slice(reader.at, reader.at + 12).join("");
  const [all, sign, least, comma, most] = /^(?:([*+?])|\{(\d{1,3})(?:(,)(\d{0,3}))?\})/.exec(rest) ?? [];
  if (all === undefined) return part;
  reader.at += all.length;
  if (/^[*+?{]/.test(reader.chars[reader.at] ?? "")) throw new NoPattern("one repetition follows another");
  if (part.kind === "edge") throw new NoPattern("^ and $ are not repeated");
  if (sign !== undefined)
    return {
      ...{ kind: "repeat", part, least: sign === "+" ? 1 : 0 },
      most: sign === "?" ? 1 : Number.POSITIVE_INFINITY,
    };
  const from = Number(least);
  const to = comma === undefined ? from : most === "" ? Number.POSITIVE_INFINITY : Number(most);
  if (from > MAX_REPEAT || (to > MAX_REPEAT && to !== Number.POSITIVE_INFINITY) || from > to)
    throw new NoPattern(`a repetition counts from 0 to ${MAX_REPEAT}`);
  return { kind: "repeat", part, least: from, most: to };
}

const SETS: Readonly<Record<string, Test>> = {
  d: (char) => /^\d$/.test(char),
  w: (char) => /^\w$/.test(char),
  s: (char) => /^\s$/.test(char),
  D: (char) => !/^\d$/.test(char),
  W: (char) => !/^\w$/.test(char),
  S: (char) => !/^\s$/.test(char),
};

function readEscape(reader: Reader): Test {
  const char = reader.chars[reader.at++];
  if (char === undefined) throw new NoPattern("a backslash is at its end");
  const set = SETS[char];
  if (set !== undefined) return set;
  if (char === "t" || char === "n") return (each) => each === (char === "t" ? "\t" : "\n");
  if (/[A-Za-z0-9]/.test(char))
    throw new NoPattern(`\\${char} is not known here: \\d \\w \\s \\D \\W \\S \\t \\n are`);
  return (each) => each === char;
}

function readClass(reader: Reader): Test {
  const isNegated = reader.chars[reader.at] === "^";
  if (isNegated) reader.at++;
  const tests: Test[] = [];
  for (let isFirst = true; ; isFirst = false) {
    const char = reader.chars[reader.at++];
    if (char === undefined) throw new NoPattern("a [ is not closed");
    if (char === "]" && !isFirst) break;
    const to = reader.chars[reader.at + 1];
    if (char === "\\") tests.push(readEscape(reader));
    else if (reader.chars[reader.at] === "-" && to !== undefined && to !== "]") {
      reader.at += 2;
      if (to === "\\" || to < char) throw new NoPattern(`${char}-${to} is no range`);
      tests.push((each) => char <= each && each <= to);
    } else tests.push((each) => each === char);
  }
  return (each) => tests.some((test) => test(each)) !== isNegated;
}
