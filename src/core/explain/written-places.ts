/**
 * A service file read backwards: from a place to the key that is there, and to the variables of the
 * template in it.
 */

import type { Place, ServiceSource, Tree } from "../model/declared.ts";
import { isTreeList } from "../model/tree.ts";
import { renderTemplate, type TemplateContext, traceTemplate } from "../render/template.ts";
import { templateVariables, type VariablePath } from "../render/template-paths.ts";
import type { Input } from "./line-origin.ts";

/** Keys and list positions from the root of the service file. */
export type KeyPath = readonly (string | number)[];
/** Follows a variable to where its value is; null for what has no place. */
export type FindInput = (path: VariablePath) => Input | null;

/** What can be asked about a service file. */
export type WrittenPlaces = {
  readonly file: string;
  readonly placeOf: (path: KeyPath) => Place;
  /** What was written at a path; undefined: nothing. */
  readonly treeAt: (path: KeyPath) => Tree | undefined;
  /** The path whose value starts at a place, the deepest; the root where none does. */
  readonly pathAt: (place: Place) => KeyPath;
  /** The variables in the text at a path. */
  readonly inputsAt: (path: KeyPath) => readonly Input[];
  /** The variables below a path whose texts are parts of `text`. */
  readonly inputsWithin: (path: KeyPath, text: string) => readonly Input[];
};

/** Reads a service file backwards. context: of the host that is asked about. */
export function writtenPlaces(
  source: ServiceSource,
  context: Omit<TemplateContext, "secrets">,
  find: FindInput,
): WrittenPlaces {
  const leaves = [...walk(source.tree, [])];
  const byPlace = new Map(leaves.map(({ path }) => [keyOf(source.placeOf(path)), path]));
  const whole: TemplateContext = { ...context, secrets: null };
  const inputsOf = (tree: Tree | undefined): readonly Input[] => {
    const text = Array.isArray(tree) && tree.length === 1 ? tree[0] : tree;
    return typeof text === "string" ? inputsOfTemplate(text, whole, find) : [];
  };
  const treeAt = (path: KeyPath): Tree | undefined => leaves.find((leaf) => samePath(leaf.path, path))?.tree;
  return {
    file: source.file,
    placeOf: source.placeOf,
    treeAt,
    pathAt: (place) => (place.file === source.file ? (byPlace.get(keyOf(place)) ?? []) : []),
    inputsAt: (path) => inputsOf(treeAt(path)),
    inputsWithin: (path, text) =>
      withoutRepeats(
        leaves
          .filter(
            ({ path: each, tree }) => samePath(each.slice(0, path.length), path) && isPart(tree, text, whole),
          )
          .flatMap(({ tree }) => inputsOf(tree)),
      ),
  };
}

/** The variables of a template, each once. */
export function inputsOfTemplate(text: string, context: TemplateContext, find: FindInput): readonly Input[] {
  const traced = text.includes("{{") ? traceTemplate(text, context) : null;
  if (traced === null) return [];
  const paths = [...templateVariables(traced.program).values()].flat();
  return withoutRepeats(paths.flatMap((path) => find(path) ?? []));
}

/** Each variable once, the first time it is named. */
export function withoutRepeats(inputs: readonly Input[]): readonly Input[] {
  return inputs.filter(({ name }, index) => inputs.findIndex((other) => other.name === name) === index);
}

/** The parts of a path as a reader would write them: timers[0].OnCalendar. */
export function showPath(path: KeyPath): string {
  return path.reduce<string>(
    (shown, step) =>
      typeof step === "number" ? `${shown}[${step}]` : shown === "" ? step : `${shown}.${step}`,
    "",
  );
}

function isPart(tree: Tree, text: string, context: TemplateContext): boolean {
  if (typeof tree !== "string" || !tree.includes("{{")) return false;
  const expanded =
    traceTemplate(tree, context) === null
      ? ""
      : renderTemplate(tree, context, { file: "", line: 1, column: 1 }).text;
  return expanded !== "" && text.includes(expanded);
}

function* walk(tree: Tree, path: KeyPath): Generator<{ readonly path: KeyPath; readonly tree: Tree }> {
  yield { path, tree };
  if (tree === null || typeof tree !== "object") return;
  if (isTreeList(tree)) for (const [index, item] of tree.entries()) yield* walk(item, [...path, index]);
  else for (const [key, value] of Object.entries(tree)) yield* walk(value, [...path, key]);
}

function keyOf({ line, column }: Place): string {
  return `${line}:${column}`;
}

function samePath(left: KeyPath, right: KeyPath): boolean {
  return left.length === right.length && left.every((step, index) => step === right[index]);
}
