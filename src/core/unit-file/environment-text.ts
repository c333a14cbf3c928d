/** Reads an environment file as systemd does (env-file.c), with the line of each assignment. */
import type { Place } from "../model.ts";

/** An assignment that systemd accepts, its value without quotes. */
export type EnvironmentVariable = { readonly name: string; readonly value: string; readonly place: Place };

/** The assignments of an EnvironmentFile=; comments, `export …` and lines without "=" are dropped, as systemd does. Never throws. */
export function readEnvironmentText(text: string, file: string): readonly EnvironmentVariable[] {
  const found: EnvironmentVariable[] = [];
  let line = 1;
  for (const [chunk = "", name, written = ""] of text.matchAll(LINES)) {
    if (name !== undefined) found.push({ name, value: unquote(written.trim()), place: { file, line, column: 1 } });
    line += chunk.split("\n").length - 1;
  }
  return found;
}

/** One logical line: an assignment whose quotes may hold line ends, or anything up to the line's end. */
const LINES = /[ \t]*([A-Za-z_][A-Za-z0-9_]*)=((?:"(?:[^"\\]|\\[\s\S])*"|'[^']*'|\\[\s\S]|[^\n"'\\])*)(?:\n|$)|[^\n]*(?:\n|$)/gy;

function unquote(written: string): string {
  return written.replace(/"((?:[^"\\]|\\[\s\S])*)"|'([^']*)'|\\([\s\S])/g, (_all, double?: string, single?: string, escaped?: string) => {
    if (double !== undefined) return double.replace(/\\(["\\`$])/g, "$1").replaceAll("\\\n", "");
    return single ?? (escaped === "\n" ? "" : (escaped ?? ""));
  });
}
