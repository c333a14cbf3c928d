/** The parts that every diff of a file is made of. */
import type { StructuredPatchHunk } from "diff";
import { type Line, line, styled } from "../lines/text.ts";

/** Edits that the diff algorithm looks for before it gives up; its cost grows with their square. */
export const MAX_EDITS = 3000;

/** `@@ -1,3 +1,4 @@`. */
export function hunkHeader(hunk: StructuredPatchHunk): Line {
  return line(
    styled("hunk", `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
  );
}

/** As diff(1) writes it: an empty range follows the line before it. */
function range(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}

/** A line with its sign, styled; trailing blanks and carriage returns made visible. */
export function showLine(text: string): Line {
  if (text.startsWith("+")) return line(styled("added", showBlanks(text)));
  if (text.startsWith("-")) return line(styled("removed", showBlanks(text)));
  return line(styled("dim", text));
}

/**
 * Blanks at a line's end decide between equal-looking lines, so they are drawn: · for a space, → for a tab, ␍
 * for a carriage return.
 */
function showBlanks(text: string): string {
  const sign = text.slice(0, 1);
  const shown = text
    .slice(1)
    .replace(/[ \t\r]+$/, (blanks) =>
      blanks.replaceAll(" ", "·").replaceAll("\t", "→").replaceAll("\r", "␍"),
    );
  return sign + shown;
}

/** Text, or null for bytes that are not UTF-8 or hold a NUL. */
export function decode(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

/** Lines of a text; the last need not end. */
export function countLines(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
