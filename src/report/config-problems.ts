/**
 * Mistakes in the project's files as a compiler shows them: file:line:column, message, the line with a caret,
 * and what to do.
 */
import type { ConfigError, Problem } from "../core/errors.ts";
import { hintLines } from "./lines/error-text.ts";
import { indent, type Line, line, styled, wrap } from "./lines/text.ts";

/**
 * All problems, file by file from the top down, then how many there were. File names stand as they are, so
 * that editors can jump to them.
 */
export function configProblems(error: ConfigError, columns: number): readonly Line[] {
  return [
    ...inReadingOrder(error.problems).flatMap((problem) => [...problemLines(problem, columns), []]),
    line(styled("strong", `${error.message}.`)),
  ];
}

/** The files stay in the order in which they are named first. */
function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map((problem) => problem.place.file))];
  return files.flatMap((file) =>
    problems
      .filter((problem) => problem.place.file === file)
      .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  );
}

function problemLines(problem: Problem, columns: number): readonly Line[] {
  const place = `${problem.place.file}:${problem.place.line}:${problem.place.column}`;
  const fits = place.length + problem.message.length + 2 <= columns && !problem.message.includes("\n");
  const head = fits
    ? [line(styled("strong", place), ": ", styled("bad", problem.message))]
    : [
        line(styled("strong", `${place}:`)),
        ...wrap(problem.message, columns - 2).map((text) => line("  ", styled("bad", text))),
      ];
  return [...head, ...excerptLines(problem.excerpt), ...indent(hintLines(problem.hint, columns - 2), 2)];
}

function excerptLines(excerpt: string): readonly Line[] {
  if (excerpt === "") return [];
  return indent(
    excerpt
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => (/^[\s|]*\^[\s^~]*$/.test(text) ? line(styled("bad", text)) : line(text))),
    2,
  );
}
