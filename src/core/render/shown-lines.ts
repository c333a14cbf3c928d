/** What of a text with secrets may be shown: its lines, those with a secret by the secret's name. */

/** A part of a text (UTF-16, to is behind it) that a secret decided, and the names of those secrets. */
export type SecretSpan = { readonly from: number; readonly to: number; readonly names: readonly string[] };

/**
 * Line by line: null for a line that no secret is in, else the line with `<secret NAME>` in the secret's
 * place. As many entries as the text has line ends, and one.
 */
export function shownLines(text: string, spans: readonly SecretSpan[]): readonly (string | null)[] {
  let from = 0;
  return text.split("\n").map((line) => {
    const start = from;
    from += line.length + 1;
    // What holds a line end, or begins at one, is on this line as well.
    const own = spans.filter((span) => span.from < from && span.to > start && span.to > span.from);
    return own.length === 0 ? null : shownLine(line, start, own);
  });
}

function shownLine(line: string, start: number, spans: readonly SecretSpan[]): string {
  let shown = "";
  let done = 0;
  for (const { from, to, names } of spans.toSorted((left, right) => left.from - right.from)) {
    const [begin, end] = [Math.max(from - start, 0), Math.min(to - start, line.length)];
    // One that lies within another is said by it.
    if (end <= done && done > 0) continue;
    shown += line.slice(done, Math.max(begin, done));
    shown += `<secret ${names.join(", ")}>`;
    done = Math.max(end, done);
  }
  return shown + line.slice(done);
}
