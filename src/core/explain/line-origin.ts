/** Where the lines of rendered files come from: the vocabulary of `explain`. */
import type { Place } from "../model/declared.ts";

/** A place that a value is at, or what is not in a file: `--set a.b=1`, `--env prod`. */
export type ValueSpot = { readonly place: Place | null; readonly text: string };

/**
 * A variable of a template: where its value won (a map may come from several places), and what it won over,
 * the nearest first.
 */
export type Input = {
  readonly name: string;
  readonly from: readonly ValueSpot[];
  readonly over: readonly ValueSpot[];
};

/**
 * layout: headers, braces and blank lines. svcdeploy: its own, whatever the project says. written: as the
 * project's file says at the place. template, source: a line of that file. derived: follows from another key,
 * named by `because`. default: nothing was written. secret: a secret's value.
 */
export type OriginKind =
  | "layout"
  | "svcdeploy"
  | "written"
  | "template"
  | "source"
  | "derived"
  | "default"
  | "secret";

/**
 * Why one line is there. place: null where no line of the project stands for it; because: more about it, or
 * empty.
 */
export type LineOrigin = {
  readonly kind: OriginKind;
  readonly place: Place | null;
  readonly because: string;
  readonly inputs: readonly Input[];
};

/** One line of a file as it will be on the host, a secret as <secret NAME>. */
export type ExplainedLine = { readonly text: string; readonly origin: LineOrigin };

/** A file; lines null: it is no text. place: of the whole, where it is declared. */
export type ExplainedFile = {
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Whether it holds secrets, which are not shown. */
  readonly secret: boolean;
  readonly lines: readonly ExplainedLine[] | null;
};

/** A line that says nothing on its own. */
export const LAYOUT: LineOrigin = { kind: "layout", place: null, because: "", inputs: [] };
/** A line of svcdeploy's own. */
export const OWN: LineOrigin = { kind: "svcdeploy", place: null, because: "", inputs: [] };

/** Text in lines: a newline at the end ends the last one. */
export function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
