/** Two columns: what is, and dim beside it what is to be said about it, or below where that does not fit. */
import { type Line, line, styled, wrap } from "./text.ts";

/** What is on the left, and the texts about it, the first of which is the nearest. */
export type BesideRow = { readonly left: string; readonly right: readonly string[] };

const INDENT = 2;
const GAP = 2;
const HANG = 2;

/**
 * The rows for so many columns, the right texts in one column. A left text is never broken: it may be copied.
 */
export function besideLines(rows: readonly BesideRow[], columns: number): readonly Line[] {
  const gutter = gutterOf(rows, columns);
  return rows.flatMap((row) => rowLines(row, gutter, columns));
}

/**
 * Behind the longest left text that leaves room for the longest first right text, which is given no more than
 * half the columns, but for a word that is longer.
 */
function gutterOf(rows: readonly BesideRow[], columns: number): number {
  const word = longest(
    rows.flatMap(({ right }) => right.flatMap((text, index) => wordsNeed(text, index === 0 ? 0 : HANG))),
  );
  const wanted = Math.max(
    word,
    Math.min(Math.floor(columns / 2), longest(rows.map(({ right }) => width(right[0] ?? "")))),
  );
  const room = columns - INDENT - GAP - wanted;
  const lengths = rows.filter(({ right }) => right.length > 0).map(({ left }) => width(left));
  return INDENT + Math.max(16, longest(lengths.filter((length) => length <= room))) + GAP;
}

/**
 * The columns that each word of a text needs: those behind the first may come to stand in a line that hangs.
 */
function wordsNeed(text: string, lead: number): readonly number[] {
  return text.split(" ").map((word, index) => lead + (index === 0 ? 0 : HANG) + width(word));
}

function rowLines({ left, right }: BesideRow, gutter: number, columns: number): readonly Line[] {
  const texts = right.flatMap((each, index) =>
    hangingText(each, columns - gutter, " ".repeat(index === 0 ? 0 : HANG)),
  );
  const text = " ".repeat(INDENT) + left;
  if (texts.length === 0) return [line(text.trimEnd())];
  const fits = width(text) + GAP <= gutter;
  const first = fits
    ? line(text + " ".repeat(gutter - width(text)), styled("dim", texts[0] ?? ""))
    : line(text);
  return [
    first,
    ...(fits ? texts.slice(1) : texts).map((each) => line(styled("dim", " ".repeat(gutter) + each))),
  ];
}

function hangingText(text: string, columns: number, lead: string): readonly string[] {
  if (width(lead + text) <= columns) return [lead + text];
  return wrap(text, columns - lead.length - HANG).map(
    (part, index) => lead + " ".repeat(index === 0 ? 0 : HANG) + part,
  );
}

/** Not by Math.max(...): a file may have more lines than a call takes arguments. */
function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, each) => Math.max(most, each), 0);
}

function width(text: string): number {
  return [...text].length;
}
