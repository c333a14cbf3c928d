/**
 * Splits the text of a configuration file into lines as systemd does (read_line_full and config_parse;
 * systemd.syntax(7)).
 */

/** A line as it is in the file. end: what ended it, "" at the end of the file. */
export type PhysicalLine = { readonly text: string; readonly end: string };
/**
 * A comment, or an assignment or header with its continuations joined. first, last: its lines, counted from
 * 1; comments in between are lines of their own.
 */
export type LogicalLine = {
  readonly kind: "comment" | "content";
  readonly text: string;
  readonly first: number;
  readonly last: number;
};

/**
 * The lines of a text; put together again they are the text. `\n`, `\r` and NUL end a line, and one of each
 * in a row is one end.
 */
export function splitLines(text: string): readonly PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let start = 0;
  for (const match of text.matchAll(/(?:\r\n|\n\r|[\n\r])\0?|\0/g)) {
    lines.push({ text: text.slice(start, match.index), end: match[0] });
    start = match.index + match[0].length;
  }
  return start < text.length ? [...lines, { text: text.slice(start), end: "" }] : lines;
}

/**
 * The lines with continuations joined by a blank, in the order in which they end. A comment inside a
 * continuation is skipped, an empty line ends it.
 */
export function joinLines(lines: readonly PhysicalLine[]): readonly LogicalLine[] {
  const joined: LogicalLine[] = [];
  let parts: string[] = [];
  let first = 0;
  const finish = (last: number): void =>
    void joined.push({ kind: "content", text: parts.join(""), first, last });
  let markSeen = false;
  for (const [index, { text }] of lines.entries()) {
    if (isComment(text)) {
      joined.push({ kind: "comment", text, first: index + 1, last: index + 1 });
      continue;
    }
    // One byte order mark is skipped, wherever it starts a line that is no comment.
    const part: string = markSeen ? text : text.replace(/^\uFEFF/, "");
    markSeen ||= part !== text;
    if (parts.length === 0) first = index + 1;
    const continues = endsInContinuation(part);
    parts.push(continues ? `${part.slice(0, -1)} ` : part);
    if (continues) continue;
    finish(index + 1);
    parts = [];
  }
  if (parts.length > 0) finish(lines.length);
  return joined;
}

/** True when a line that ends like this would go on with the next one: an odd backslash at its end. */
export function endsInContinuation(text: string): boolean {
  let start = text.length;
  while (start > 0 && text[start - 1] === "\\") start--;
  return (text.length - start) % 2 === 1;
}

function isComment(text: string): boolean {
  return /^[ \t\n\r]*[#;]/.test(text);
}
