/** Schema × tree → a typed value or problems with places. The one file that reads zod's issues. */
import type * as z from "zod";
import { nearestName, type Problem } from "../errors.ts";
import type { Place, Tree } from "../model/declared.ts";
import { type Rest, readRest } from "./rest.ts";
import { describe, readKeysMessage } from "./schema-parts.ts";
import { problemAt, type TreePath } from "./yaml.ts";

/**
 * A tree with what is needed to point into it. text: the source for excerpts; empty leaves them to be filled
 * in later.
 */
export type Checkable = {
  readonly tree: Tree;
  readonly text: string;
  readonly placeOf: (path: TreePath) => Place;
  readonly keyPlaceOf: (path: TreePath) => Place;
  /** True: its reader has reported what is wrong, and nothing in the tree can be trusted. */
  readonly isBroken?: boolean;
};

/** No one reads more mistakes of one file, and each costs a look through its text. */
export const MAX_PROBLEMS = 100;

/** value null: there were problems, or templates are still to be expanded. */
export type Checked<T> = { readonly value: T | null; readonly problems: readonly Problem[] };

/** rest: what can be read without what is wrong; null: nothing. */
export type CheckedRest<T> = { readonly rest: Rest<T> | null; readonly problems: readonly Problem[] };

/**
 * Checks a tree. stage "written": what is wrong with a text that holds `{{` is left to the second check;
 * "expanded" or "plain": nothing is left.
 */
export function checkTree<T>(
  schema: z.ZodType<T>,
  document: Checkable,
  stage: "written" | "expanded" | "plain",
): Checked<T> {
  if (document.isBroken === true) return { value: null, problems: [] };
  const result = schema.safeParse(document.tree);
  if (result.success) return { value: result.data, problems: [] };
  const issues = result.error.issues.filter(
    (issue) => stage !== "written" || !isTemplate(valueAt(document.tree, stepsOf(issue.path, document.tree))),
  );
  const problems: Problem[] = [];
  for (const issue of issues) {
    if (problems.length < MAX_PROBLEMS) problems.push(...explain(issue, document));
  }
  return { value: null, problems };
}

/** Checks a tree that is final, and reads of it what is right. gone: paths that are known to be wrong. */
export function checkRest<T>(
  schema: z.ZodType<T>,
  document: Checkable,
  gone: readonly TreePath[] = [],
): CheckedRest<T> {
  if (document.isBroken === true) return { rest: null, problems: [] };
  const { value, problems } = checkTree(schema, document, "expanded");
  if (value !== null && gone.length === 0)
    return { rest: { tree: document.tree, value, pathOf: (path) => path }, problems };
  return { rest: readRest(schema, document.tree, gone), problems };
}

/**
 * Problems of reading YAML, then those of the schema except where the first already say what is wrong: a
 * number that YAML misread is not a bad mode as well.
 */
export function withoutEchoes(first: readonly Problem[], then: readonly Problem[]): readonly Problem[] {
  const told = new Set(first.map((problem) => JSON.stringify(problem.place)));
  return [...first, ...then.filter((problem) => !told.has(JSON.stringify(problem.place)))];
}

/** The same mistake found for many hosts is one mistake. */
export function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  return [
    ...new Map(
      problems.map((problem) => [JSON.stringify([problem.place, problem.message]), problem]),
    ).values(),
  ];
}

function explain(issue: z.core.$ZodIssue, document: Checkable): readonly Problem[] {
  const path = stepsOf(issue.path, document.tree);
  if (issue.code === "unrecognized_keys")
    return issue.keys
      .slice(0, MAX_PROBLEMS)
      .map((key) => unknownKey([...path, key], issue.message, document));
  const value = valueAt(document.tree, path);
  if (value === undefined)
    return [problemAt(document.text, document.keyPlaceOf(path), `"${path.at(-1)}" is missing`, null)];
  const isOwnWords = !issue.message.startsWith("Invalid input");
  const message =
    issue.code === "invalid_type" && !isOwnWords
      ? `${expectedName(issue.expected)} is expected here, this is ${describe(value)}`
      : issue.message;
  return [problemAt(document.text, document.placeOf(path), message, null)];
}

function unknownKey(path: TreePath, keysMessage: string, document: Checkable): Problem {
  const key = String(path.at(-1));
  const { known, later } = readKeysMessage(keysMessage);
  if (later.includes(key))
    return problemAt(document.text, document.keyPlaceOf(path), `\`${key}\` is not supported yet`, null);
  const nearest = nearestName(key, known);
  const hint = nearest === null ? `known keys: ${known.join(", ")}` : `did you mean "${nearest}"?`;
  return problemAt(document.text, document.keyPlaceOf(path), `the key "${key}" is not known here`, hint);
}

function expectedName(expected: string): string {
  switch (expected) {
    case "object":
    case "record":
      return "a map";
    case "array":
      return "a list";
    default:
      return `a ${expected}`;
  }
}

function isTemplate(value: Tree | undefined): boolean {
  return typeof value === "string" && value.includes("{{");
}

/** An issue's path in the tree as written: a lone value that was read as a list of one has no index there. */
function stepsOf(path: readonly PropertyKey[], tree: Tree): TreePath {
  const steps: (string | number)[] = [];
  for (const step of path) {
    const lone = typeof step === "number" && !Array.isArray(valueAt(tree, steps));
    if (typeof step !== "symbol" && !lone) steps.push(step);
  }
  return steps;
}

function valueAt(tree: Tree, path: TreePath): Tree | undefined {
  let value: Tree | undefined = tree;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
