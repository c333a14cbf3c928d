/** Reads the text of a unit file by the rules of systemd.syntax(7); never throws, mistakes are values. */
import { joinLines, type LogicalLine, type PhysicalLine, splitLines } from "./lines.ts";

/** A comment line with its marker, e.g. "# a note". Lines count from 1. */
export type UnitComment = { readonly kind: "comment"; readonly text: string; readonly line: number };
/**
 * One assignment, value as systemd sees it: continuations joined, both ends trimmed, quotes and specifiers
 * untouched.
 */
export type UnitEntry = {
  readonly kind: "entry";
  readonly name: string;
  readonly value: string;
  readonly line: number;
};
/** One section header and what is under it; the same name may come several times. */
export type UnitSection = {
  readonly name: string;
  readonly line: number;
  readonly items: readonly (UnitEntry | UnitComment)[];
};
/**
 * A line that systemd would not accept. effect: it is left out with a warning, or the whole file is refused.
 */
export type UnitFileProblem = {
  readonly line: number;
  readonly message: string;
  readonly effect: "line ignored" | "file refused";
};
/** A parsed unit file. comments: those before the first section. */
export type UnitFile = {
  readonly comments: readonly UnitComment[];
  readonly sections: readonly UnitSection[];
  readonly problems: readonly UnitFileProblem[];
};

/**
 * A unit file as systemd reads it (systemd.syntax(7), conf-parser.c): `\n`, `\r` and NUL end a line, a
 * comment inside a continuation is skipped. Any text or bytes give a value; of a file that systemd refuses,
 * what is after the mistake is read as well.
 */
export function parseUnitFile(input: string | Uint8Array): UnitFile {
  const file: Draft = { comments: [], sections: [], problems: [] };
  const lines = splitLines(
    typeof input === "string" ? input : new TextDecoder("utf-8", { ignoreBOM: true }).decode(input),
  );
  const invalid = typeof input === "string" ? new Set<number>() : invalidLines(input);
  refuseLongLines(file, lines);
  for (const line of joinLines(lines)) {
    refuseBadUnicode(file, line, invalid);
    readLine(file, line);
  }
  file.problems.sort((a, b) => a.line - b.line);
  return file;
}

/** Takes off systemd's white space (space, tab, newline, carriage return), and only that. */
export function trimWhitespace(text: string): string {
  return text.replace(/^[ \t\n\r]+/, "").replace(/(?<![ \t\n\r])[ \t\n\r]+$/, "");
}

/** systemd's LONG_LINE_MAX, in bytes: for a line of the file, and for a continued one. */
const MAX_LINE_BYTES = 1_048_576;

type DraftSection = { name: string; line: number; items: (UnitEntry | UnitComment)[] };
type Draft = { comments: UnitComment[]; sections: DraftSection[]; problems: UnitFileProblem[] };

/**
 * Numbers of the lines that are no UTF-8. Line ends are ASCII, so they are the same in any reading of the
 * bytes.
 */
function invalidLines(bytes: Uint8Array): ReadonlySet<number> {
  if (isUtf8(bytes)) return new Set();
  const lines = splitLines(new TextDecoder("latin1").decode(bytes));
  const numbers = new Set<number>();
  let start = 0;
  for (const [index, { text, end }] of lines.entries()) {
    if (!isUtf8(bytes.subarray(start, start + text.length))) numbers.add(index + 1);
    start += text.length + end.length;
  }
  return numbers;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function refuseLongLines(file: Draft, lines: readonly PhysicalLine[]): void {
  const message = "The line is longer than the 1 MiB that systemd reads";
  const long = lines.findIndex(({ text }) => isTooLong(text));
  if (long >= 0) file.problems.push({ line: long + 1, message, effect: "file refused" });
}

function isTooLong(text: string): boolean {
  return text.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(text) > MAX_LINE_BYTES;
}

/**
 * systemd takes surrogates and noncharacters for invalid UTF-8 (utf8.c); in a comment nothing is looked at.
 */
function refuseBadUnicode(
  file: Draft,
  { kind, text, first, last }: LogicalLine,
  invalid: ReadonlySet<number>,
): void {
  if (kind === "comment") return;
  const refuse = (message: string): void =>
    void file.problems.push({ line: first, message, effect: "file refused" });
  if (hasLine(invalid, first, last) || !text.isWellFormed() || /\p{Noncharacter_Code_Point}/u.test(text))
    refuse(`The line is not valid UTF-8: "${clip(text)}"`);
  else if (last > first && isTooLong(text))
    refuse("The line with its continuations is longer than the 1 MiB that systemd reads");
}

function hasLine(numbers: ReadonlySet<number>, first: number, last: number): boolean {
  for (let line = first; line <= last && numbers.size > 0; line++) if (numbers.has(line)) return true;
  return false;
}

function readLine(file: Draft, { kind, text, first }: LogicalLine): void {
  const stripped = trimWhitespace(text);
  const section = file.sections.at(-1);
  if (stripped === "") return;
  if (kind === "comment")
    (section?.items ?? file.comments).push({ kind: "comment", text: stripped, line: first });
  else if (stripped.startsWith("[")) readHeader(file, stripped, first);
  else readAssignment(file, section, stripped, first);
}

function readHeader(file: Draft, text: string, line: number): void {
  const refuse = (reason: string): void => {
    file.problems.push({
      line,
      message: `Invalid section header "${clip(text)}": ${reason}`,
      effect: "file refused",
    });
  };
  const isClosed = text.length > 1 && text.endsWith("]");
  const name = text.slice(1, -1);
  if (!isClosed) refuse("the closing bracket is missing");
  // systemd 247 ignores such a section, 252 and later refuse the file.
  else if (/[\x00-\x1f"'\\\x7f]/.test(name))
    refuse("quotes, backslashes and control characters are not allowed");
  if (isClosed) file.sections.push({ name, line, items: [] });
}

function readAssignment(file: Draft, section: DraftSection | undefined, text: string, line: number): void {
  const equals = text.indexOf("=");
  const ignore = (message: string): void =>
    void file.problems.push({ line, message: `${message} "${clip(text)}"`, effect: "line ignored" });
  if (section === undefined) ignore("Assignment outside of a section:");
  else if (equals < 0) ignore('Missing "=" in');
  else if (equals === 0) ignore('Missing name before "=" in');
  else
    section.items.push({
      kind: "entry",
      name: trimWhitespace(text.slice(0, equals)),
      value: trimWhitespace(text.slice(equals + 1)),
      line,
    });
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79).toWellFormed()}…`;
}
