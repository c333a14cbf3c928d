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

/**
 * What several hosts' errors have in common: the message without the one host's user@address:port, which it
 * begins with.
 */
export function withoutTarget(message: string): string {
  return message.replace(/^[^\s@]+@\S+:\d+: /, "");
}

/** "hint: …", continued under itself; nothing for null. */
export function hintLines(hint: string | null, columns: number): readonly Line[] {
  if (hint === null) return [];
  return wrap(hint, columns - 6).map((text, index) =>
    line(styled("dim", index === 0 ? "hint: " : "      "), text),
  );
}
