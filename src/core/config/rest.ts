/**
 * What of a tree its schema can read once everything that is wrong is left out, so that one mistake does not
 * hide what a later look finds.
 */
import type * as z from "zod";
import type { Tree, TreeMap } from "../model/declared.ts";
import { isTreeList, isTreeMap } from "../model/tree.ts";
import type { TreePath } from "./yaml.ts";

/**
 * tree: what is left of it; value: the same as the schema reads it. pathOf: where a path of the two is in the
 * tree as written: items of lists were left out.
 */
export type Rest<T> = {
  readonly tree: Tree;
  readonly value: T;
  readonly pathOf: (path: TreePath) => TreePath;
};

/**
 * Each turn leaves out what the one before made incomplete: a map without its name, a list without its items.
 */
const MAX_TURNS = 64;

/**
 * Reads the tree without what is wrong. gone: paths that are wrong for a reason the schema does not know.
 * Null: nothing is left.
 */
export function readRest<T>(
  schema: z.ZodType<T>,
  tree: Tree,
  gone: readonly TreePath[] = [],
): Rest<T> | null {
  const left = new Set(gone.map(keyOf));
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const kept = keep(tree, [], left);
    const pathOf = (path: TreePath): TreePath => originalPath(kept, path);
    const result = schema.safeParse(kept.tree);
    if (result.success) return { tree: kept.tree, value: result.data, pathOf };
    for (const issue of result.error.issues)
      for (const path of wrongPaths(issue, kept.tree)) {
        if (path.length === 0) return null;
        left.add(keyOf(pathOf(path)));
      }
  }
  return null;
}

/** A tree without some of its parts. indexes: of a list, where each item was. */
type Remains = {
  readonly tree: Tree;
  readonly indexes: readonly number[] | null;
  readonly children: ReadonlyMap<string | number, Remains>;
};

function keep(tree: Tree, path: TreePath, gone: ReadonlySet<string>): Remains {
  if (isTreeList(tree)) {
    const indexes = [...tree.keys()].filter((index) => !gone.has(keyOf([...path, index])));
    const items = indexes.map((index) => keep(tree[index] ?? null, [...path, index], gone));
    return { tree: items.map((item) => item.tree), indexes, children: new Map(items.entries()) };
  }
  if (!isTreeMap(tree)) return { tree, indexes: null, children: new Map() };
  const entries = Object.entries(tree).filter(([key]) => !gone.has(keyOf([...path, key])));
  const children = new Map(entries.map(([key, value]) => [key, keep(value, [...path, key], gone)]));
  const map: { [key: string]: Tree } = Object.create(null);
  for (const [key, child] of children) map[key] = child.tree;
  return { tree: map, indexes: null, children };
}

function originalPath(kept: Remains, path: TreePath): TreePath {
  const steps: (string | number)[] = [];
  let at: Remains | undefined = kept;
  for (const step of path) {
    steps.push(typeof step === "number" ? (at?.indexes?.[step] ?? step) : step);
    at = at?.children.get(step);
  }
  return steps;
}

/** What an issue takes out: keys that no one knows, the value that is wrong, the map that lacks one. */
function wrongPaths(issue: z.core.$ZodIssue, tree: Tree): readonly TreePath[] {
  const steps: (string | number)[] = [];
  let at: Tree | undefined = tree;
  for (const step of issue.path) {
    if (typeof step === "symbol" || at === null || typeof at !== "object") break;
    const next: Tree | undefined = childAt(at, step);
    if (next === undefined) break;
    steps.push(step);
    at = next;
  }
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...steps, key]) : [steps];
}

function childAt(tree: TreeMap | readonly Tree[], step: string | number): Tree | undefined {
  if (isTreeList(tree)) return typeof step === "number" ? tree[step] : undefined;
  return Object.hasOwn(tree, step) ? tree[step] : undefined;
}

function keyOf(path: TreePath): string {
  return JSON.stringify(path);
}
