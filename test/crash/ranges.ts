/**
 * Which cases are done, in a compact form: `1-57,59` for numbers of points, and for pairs the first number with the
 * second ones, `88/1-120 90/3`.
 */

const PIECE = /^(?:\d+\/)*[1-9]\d*(?:-[1-9]\d*)?(?:,[1-9]\d*(?:-[1-9]\d*)?)*$/;

/** The words `12` or `88/12`, each once, in the order of the numbers. Throws RangeError where the text is no such form. */
export function readRanges(text: string): ReadonlySet<string> {
  const pieces = text === "" ? [] : text.split(" ");
  return new Set(pieces.flatMap(readPiece));
}

function readPiece(piece: string): readonly string[] {
  if (!PIECE.test(piece)) throw new RangeError(`${JSON.stringify(piece)} is no range of numbers`);
  const at = piece.lastIndexOf("/") + 1;
  const before = piece.slice(0, at);
  return piece
    .slice(at)
    .split(",")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      if (last < first) throw new RangeError(`${range} ends before it begins`);
      return Array.from({ length: last - first + 1 }, (_, index) => `${before}${first + index}`);
    });
}

/** The same words as one text. */
export function writeRanges(words: Iterable<string>): string {
  const groups = Map.groupBy(words, (word) => word.slice(0, word.lastIndexOf("/") + 1));
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([before, group]) => before + writeNumbers(group.map((word) => Number(word.slice(before.length)))))
    .join(" ");
}

function writeNumbers(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of [...new Set(numbers)].toSorted((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open !== undefined && open.last + 1 === number) open.last = number;
    else ranges.push({ first: number, last: number });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`)).join(",");
}
