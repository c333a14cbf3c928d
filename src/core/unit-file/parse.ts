/** Reads the text of a unit file by the rules of systemd.syntax(7); never throws, mistakes are values. */

/** A comment line with its marker, e.g. "# a note". Lines count from 1. */
export type UnitComment = { readonly kind: "comment"; readonly text: string; readonly line: number };
/** One assignment, value as systemd sees it: continuations joined, both ends trimmed, quotes and specifiers untouched. */
export type UnitEntry = { readonly kind: "entry"; readonly name: string; readonly value: string; readonly line: number };
/** One section header and what stands under it; the same name may come several times. */
export type UnitSection = { readonly name: string; readonly line: number; readonly items: readonly (UnitEntry | UnitComment)[] };
/** A line that systemd would not accept. */
export type UnitFileProblem = { readonly line: number; readonly message: string };
/** A parsed unit file. comments: those before the first section. */
export type UnitFile = {
  readonly comments: readonly UnitComment[];
  readonly sections: readonly UnitSection[];
  readonly problems: readonly UnitFileProblem[];
};

/** A unit file's text as systemd reads it (systemd.syntax(7), conf-parser.c): `\n`, `\r` and NUL end a line, a comment inside a continuation is skipped. */
export function parseUnitFile(text: string): UnitFile {
  const file: Draft = { comments: [], sections: [], problems: [] };
  for (const line of joinLines(text.replace(/^\uFEFF/, ""))) readLine(file, line);
  return file;
}

/** Takes off systemd's white space (space, tab, newline, carriage return), and only that. */
export function trimWhitespace(text: string): string {
  return text.replace(/^[ \t\n\r]+/, "").replace(/(?<![ \t\n\r])[ \t\n\r]+$/, "");
}

/** True when a line that ends like this would go on with the next one: an odd backslash at its end. */
export function endsInContinuation(text: string): boolean {
  const run = /\\*$/.exec(text)?.[0].length ?? 0;
  return run % 2 === 1;
}

type DraftSection = { name: string; line: number; items: (UnitEntry | UnitComment)[] };
type Draft = { comments: UnitComment[]; sections: DraftSection[]; problems: UnitFileProblem[] };
type LogicalLine = { readonly text: string; readonly line: number };

function joinLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let pending: LogicalLine | null = null;
  for (const [index, raw] of text.split(/\r\n|\n\r|[\n\r\0]/).entries()) {
    if (isComment(raw)) {
      lines.push({ text: trimWhitespace(raw), line: index + 1 });
      continue;
    }
    const line: LogicalLine = { text: (pending?.text ?? "") + raw, line: pending?.line ?? index + 1 };
    pending = endsInContinuation(line.text) ? { text: `${line.text.slice(0, -1)} `, line: line.line } : null;
    if (pending === null) lines.push(line);
  }
  if (pending !== null) lines.push(pending);
  return lines;
}

function isComment(raw: string): boolean {
  return /^[ \t\n\r]*[#;]/.test(raw);
}

function readLine(file: Draft, { text, line }: LogicalLine): void {
  const stripped = trimWhitespace(text);
  const section = file.sections.at(-1);
  if (stripped === "") return;
  if (isComment(stripped)) (section?.items ?? file.comments).push({ kind: "comment", text: stripped, line });
  else if (stripped.startsWith("[")) readHeader(file, stripped, line);
  else readAssignment(file, section, stripped, line);
}

function readHeader(file: Draft, text: string, line: number): void {
  if (text.length > 1 && text.endsWith("]")) file.sections.push({ name: text.slice(1, -1), line, items: [] });
  else file.problems.push({ line, message: `Invalid section header "${text}": the closing bracket is missing` });
}

function readAssignment(file: Draft, section: DraftSection | undefined, text: string, line: number): void {
  const equals = text.indexOf("=");
  if (equals < 0) file.problems.push({ line, message: `Missing "=" in "${text}"` });
  else if (equals === 0) file.problems.push({ line, message: `Missing name before "=" in "${text}"` });
  else if (section === undefined) file.problems.push({ line, message: `Assignment outside of a section: "${text}"` });
  else section.items.push({ kind: "entry", name: trimWhitespace(text.slice(0, equals)), value: trimWhitespace(text.slice(equals + 1)), line });
}
