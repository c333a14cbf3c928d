/** Health checks that speak of `instance`: one for each instance of the service. */

import type { ServiceSource, Tree, TreeMap } from "../model/declared.ts";
import { isTreeList } from "../model/tree.ts";
import { expandTree } from "./expand.ts";
import { namesInstance, type TemplateContext } from "./template.ts";

/** One check, its position in the file, and the instance that it is about. */
type Spread = { readonly check: Tree; readonly written: number; readonly instance: string | null };

/**
 * The service file with each such check once an instance, for expandTree: `instanceAt` says which instance a
 * path speaks of, and places stay those of the one check in the file. A service without instances, or without
 * such checks, stays as it is. Throws ConfigError for a name that cannot be expanded.
 */
export function spreadHealth(
  source: ServiceSource,
  context: Omit<TemplateContext, "secrets">,
): ServiceSource {
  const { instances, health } = source.tree;
  if (!isTreeList(instances) || !isTreeList(health) || !health.some(speaksOfInstance)) return source;
  const names = expandNames(source, instances, context);
  const checks = health.flatMap((check, written): readonly Spread[] =>
    speaksOfInstance(check)
      ? names.map((instance) => ({ check, written, instance }))
      : [{ check, written, instance: null }],
  );
  const tree: TreeMap = Object.assign(Object.create(null), source.tree, {
    health: checks.map(({ check }) => check),
  });
  const checkAt = ([first, index]: readonly (string | number)[]) =>
    first === "health" && typeof index === "number" ? checks[index] : undefined;
  const written = (path: readonly (string | number)[]) =>
    path.map((step, depth) => (depth === 1 ? (checkAt(path)?.written ?? step) : step));
  const { keyPlaceOf = source.placeOf } = source;
  return {
    ...source,
    tree,
    placeOf: (path) => source.placeOf(written(path)),
    keyPlaceOf: (path) => keyPlaceOf(written(path)),
    instanceAt: (path) => checkAt(path)?.instance ?? null,
  };
}

function expandNames(
  source: ServiceSource,
  instances: readonly Tree[],
  context: Omit<TemplateContext, "secrets">,
): readonly string[] {
  const tree: TreeMap = Object.assign(Object.create(null), { instances });
  const expanded = expandTree({ ...source, tree }, context).instances;
  return isTreeList(expanded) ? expanded.map(String) : [];
}

function speaksOfInstance(tree: Tree): boolean {
  if (typeof tree === "string") return namesInstance(tree);
  if (tree === null || typeof tree !== "object") return false;
  return (isTreeList(tree) ? tree : Object.values(tree)).some(speaksOfInstance);
}
