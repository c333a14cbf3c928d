/** A service file's strings, each a template, expanded once for one host. Keys are never templates. */

import { ConfigError, type Problem } from "../errors.ts";
import type { ServiceSource, Tree, TreeMap } from "../model/declared.ts";
import { isTreeList } from "../model/tree.ts";
import { renderTemplate, type TemplateContext } from "./template.ts";

type Path = readonly (string | number)[];

/**
 * The tree with every string expanded, `files[].content` excepted: it is rendered later, with secrets. Maps
 * stay null-prototype records. Throws ConfigError with the mistakes of all strings.
 */
export function expandTree(source: ServiceSource, context: Omit<TemplateContext, "secrets">): TreeMap {
  const problems: Problem[] = [];
  const expand = (tree: Tree, path: Path): Tree => {
    if (typeof tree === "string")
      return isFileContent(path)
        ? tree
        : expandString(
            tree,
            source,
            { ...context, instance: source.instanceAt?.(path) ?? null, secrets: null },
            path,
            problems,
          );
    if (tree === null || typeof tree !== "object") return tree;
    if (isTreeList(tree)) return tree.map((item, index) => expand(item, [...path, index]));
    return expandMap(tree, path, expand);
  };
  const expanded = expandMap(source.tree, [], expand);
  if (problems.length > 0) throw new ConfigError(problems);
  return expanded;
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
    return "";
  }
}

function isFileContent(path: Path): boolean {
  return path.length === 3 && path[0] === "files" && typeof path[1] === "number" && path[2] === "content";
}
