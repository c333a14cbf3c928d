/** Writes what a command found, in the format that was asked for, to standard output. */
import { formatJson } from "../report/lines/json.ts";
import type { Line } from "../report/lines/text.ts";
import { showLines } from "./show-long.ts";
import type { Surroundings } from "./surroundings.ts";

/** Writes a view in one format. */
export type Writer<View> = (view: View, surroundings: Surroundings) => Promise<void>;

/** Lines for a human, laid out for so many columns; through the pager where the command has one. */
export function asLines<View>(make: (view: View, columns: number) => readonly Line[]): Writer<View> {
  return async (view, surroundings) => {
    await showLines(make(view, surroundings.stdout.columns), surroundings);
  };
}

/** A JSON value. */
export function asJson<View>(make: (view: View) => unknown): Writer<View> {
  return async (view, { stdout }) => stdout.write(formatJson(make(view)));
}

/** Text that is complete as it is. */
export function asText<View>(make: (view: View) => string | Promise<string>): Writer<View> {
  return async (view, { stdout }) => stdout.write(await make(view));
}

/** Prints the view. writers: one for each format that --output of the command offers, and no other. */
export async function print<View, Output extends string>(
  view: View,
  writers: Readonly<Record<NoInfer<Output>, Writer<View>>>,
  output: Output,
  surroundings: Surroundings,
): Promise<void> {
  await writers[output](view, surroundings);
}
