/** An error that is not our bug, as lines: whose fault, then what to do next. */
import type { SvcdeployError } from "../../core/errors.ts";
import { type Line, line, styled, wrap } from "./text.ts";

/** Message and hint within so many columns. */
export function errorLines(error: SvcdeployError, columns: number): readonly Line[] {
  return [
    ...wrap(error.message, columns).map((text) => line(styled("bad", text))),
    ...hintLines(error.hint, columns),
  ];
}

/** "hint: …", continued under itself; nothing for null. */
export function hintLines(hint: string | null, columns: number): readonly Line[] {
  if (hint === null) return [];
  return wrap(hint, columns - 6).map((text, index) =>
    line(styled("dim", index === 0 ? "hint: " : "      "), text),
  );
}
