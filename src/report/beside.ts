/** Two columns: what is, and dim beside it what is to be said about it, or below where that does not fit. */
import { type Line, line, styled, wrap } from "./text.ts";

/** What stands left, and the texts about it, the first of which is the nearest. */
export type Row = { readonly left: string; readonly right: readonly string[] };

const INDENT = 2;
const GAP = 2;

/** The rows for so many columns, the right texts in one column. A left text is never broken: it may be copied. */
export function besideLines(rows: readonly Row[], columns: number): readonly Line[] {
  const gutter = gutterOf(rows, columns);
  return rows.flatMap((row) => rowLines(row, gutter, columns));
}

/** Behind the longest left text that leaves room for the longest first right text, which is given no more than half the columns, but for a word that is longer. */
function gutterOf(rows: readonly Row[], columns: number): number {
  const rights = rows.map(({ right }) => right[0] ?? "");
  const word = Math.max(0, ...rights.flatMap((text) => text.split(" ")).map(width));
  const wanted = Math.max(word, Math.min(Math.floor(columns / 2), Math.max(0, ...rights.map(width))));
  const room = columns - INDENT - GAP - wanted;
  const lengths = rows.filter(({ right }) => right.length > 0).map(({ left }) => width(left));
  return INDENT + Math.max(16, ...lengths.filter((length) => length <= room)) + GAP;
}

function rowLines({ left, right }: Row, gutter: number, columns: number): readonly Line[] {
  const texts = right.flatMap((each, index) => hangingText(each, columns - gutter, index === 0 ? "" : "  "));
  const text = " ".repeat(INDENT) + left;
  if (texts.length === 0) return [line(text.trimEnd())];
  const fits = width(text) + GAP <= gutter;
  const first = fits ? line(text + " ".repeat(gutter - width(text)), styled("dim", texts[0] ?? "")) : line(text);
  return [first, ...(fits ? texts.slice(1) : texts).map((each) => line(styled("dim", " ".repeat(gutter) + each)))];
}

function hangingText(text: string, columns: number, lead: string): readonly string[] {
  if (width(lead + text) <= columns) return [lead + text];
  return wrap(text, columns - lead.length - 2).map((part, index) => (index === 0 ? lead : `${lead}  `) + part);
}

function width(text: string): number {
  return [...text].length;
}
