/** A service file's strings, each a template, expanded once for one host. Keys are never templates. */

import { ConfigError, type Problem } from "../errors.ts";
import type { ServiceSource, Tree, TreeMap } from "../model/declared.ts";
import { isTreeList } from "../model/tree.ts";
import { renderTemplate, type TemplateContext } from "./template.ts";

/** What a program's place would be: a line that it is in has nothing else wrong with it. */
const UNRESOLVED = "/unresolved";

type Path = readonly (string | number)[];

/** A tree with its strings expanded. wrong: where strings are that could not be; they read UNRESOLVED. */
export type ExpandedTree = {
  readonly tree: TreeMap;
  readonly wrong: readonly Path[];
  readonly problems: readonly Problem[];
};

/** As expandTree does it, as far as it can. */
export function expandAsFar(source: ServiceSource, context: Omit<TemplateContext, "secrets">): ExpandedTree {
  const problems: Problem[] = [];
  const wrong: Path[] = [];
  const expand = (tree: Tree, path: Path): Tree => {
    if (typeof tree === "string") {
      if (isFileContent(path)) return tree;
      const around = { ...context, instance: source.instanceAt?.(path) ?? null, secrets: null };
      const before = problems.length;
      const text = expandString(tree, source, around, path, problems);
      if (problems.length > before) wrong.push(path);
      return text;
    }
    if (tree === null || typeof tree !== "object") return tree;
    if (isTreeList(tree)) return tree.map((item, index) => expand(item, [...path, index]));
    return expandMap(tree, path, expand);
  };
  return { tree: expandMap(source.tree, [], expand), wrong, problems };
}

/**
 * The tree with every string expanded, `files[].content` excepted: it is rendered later, with secrets. Maps
 * stay null-prototype records. Throws ConfigError with the mistakes of all strings.
 */
export function expandTree(source: ServiceSource, context: Omit<TemplateContext, "secrets">): TreeMap {
  const { tree, problems } = expandAsFar(source, context);
  if (problems.length > 0) throw new ConfigError(problems);
  return tree;
}

function expandMap(map: TreeMap, path: Path, expand: (tree: Tree, path: Path) => Tree): TreeMap {
  const copy: { [key: string]: Tree } = Object.create(null);
  for (const [key, value] of Object.entries(map)) copy[key] = expand(value, [...path, key]);
  return copy;
}

function expandString(
  text: string,
  source: ServiceSource,
  context: TemplateContext,
  path: Path,
  problems: Problem[],
): string {
  if (!text.includes("{{")) return text;
  try {
    return renderTemplate(text, context, source.placeOf(path)).text;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return UNRESOLVED;
  }
}

function isFileContent(path: Path): boolean {
  return path.length === 3 && path[0] === "files" && typeof path[1] === "number" && path[2] === "content";
}
