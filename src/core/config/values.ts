/**
 * Values: the base, an environment's over it, then files and assignments from the command line, which may
 * only change what is there.
 */
import { ConfigError, didYouMean, type Problem, UsageError } from "../errors.ts";
import type { Tree, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { emptyMap, mergeMaps } from "./merge.ts";
import { describe } from "./schema-parts.ts";
import { parseYaml, problemAt, type TreePath, type YamlDocument } from "./yaml.ts";

/** The map of a values file; an empty file is an empty map. */
export function readValues(document: YamlDocument): {
  readonly values: TreeMap;
  readonly problems: readonly Problem[];
} {
  const { tree } = document;
  if (document.isBroken) return { values: emptyMap(), problems: document.problems };
  if (isTreeMap(tree)) return { values: tree, problems: document.problems };
  const wrong =
    tree === null
      ? []
      : [
          problemAt(
            document.text,
            document.placeOf([]),
            `a map is expected here, this is ${describe(tree)}`,
            null,
          ),
        ];
  return { values: emptyMap(), problems: [...document.problems, ...wrong] };
}

/**
 * Lays a `--values` file over the project's values: each of its keys must be there already, with a value of
 * the same kind.
 */
export function overlayValues(
  values: TreeMap,
  document: YamlDocument,
): { readonly values: TreeMap; readonly problems: readonly Problem[] } {
  const { values: above, problems } = readValues(document);
  const found: Problem[] = [...problems];
  compare(values, above, [], (path, message, hint) =>
    found.push(problemAt(document.text, document.keyPlaceOf(path), message, hint)),
  );
  return { values: mergeMaps(values, above), problems: found };
}

/**
 * Applies one `--set key.path=value`. The text gets the type of what is at the path now: text stays as typed,
 * all else is read as YAML. Throws UsageError.
 */
export function setValue(values: TreeMap, assignment: string): TreeMap {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw new UsageError(`--set ${assignment}: KEY.PATH=VALUE is expected`);
  const path = assignment.slice(0, equals).split(".");
  const existing = find(values, path);
  const value = readAs(existing, assignment.slice(equals + 1), path.join("."));
  const above = path.reduceRight<Tree>((inner, key) => ({ ...emptyMap(), [key]: inner }), value);
  return isTreeMap(above) ? mergeMaps(values, above) : values;
}

type Report = (path: TreePath, message: string, hint: string | null) => void;

function compare(below: TreeMap, above: TreeMap, path: readonly string[], report: Report): void {
  for (const [key, value] of Object.entries(above)) {
    const here = [...path, key];
    const under = below[key];
    if (under === undefined)
      report(
        here,
        `there is no value "${here.join(".")}" to change`,
        didYouMean(key, Object.keys(below), path.map((step) => `${step}.`).join("")),
      );
    else if (under !== null && kindOf(under) !== kindOf(value))
      report(here, `"${here.join(".")}" is ${kindOf(under)}, this is ${describe(value)}`, null);
    else if (isTreeMap(under) && isTreeMap(value)) compare(under, value, here, report);
  }
}

const ONLY_CHANGES = "--set only changes values that are there: write it into values/base.yaml first";

function find(values: TreeMap, path: readonly string[]): Tree {
  let value: Tree = values;
  for (const [index, key] of path.entries()) {
    const lead = path
      .slice(0, index)
      .map((step) => `${step}.`)
      .join("");
    const next: Tree | undefined = isTreeMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (next === undefined) {
      const hint = didYouMean(key, isTreeMap(value) ? Object.keys(value) : [], lead) ?? ONLY_CHANGES;
      throw new UsageError(`--set ${path.join(".")}: there is no value "${lead}${key}"`, hint);
    }
    value = next;
  }
  return value;
}

function readAs(existing: Tree, text: string, name: string): Tree {
  if (typeof existing === "string") return text;
  const document = parseYaml(text, `--set ${name}`);
  if (document.problems.length > 0) throw new ConfigError(document.problems);
  if (existing !== null && kindOf(document.tree) !== kindOf(existing))
    throw new UsageError(
      `--set ${name}: ${kindOf(existing)} is expected, this is ${describe(document.tree)}`,
    );
  return document.tree;
}

function kindOf(tree: Tree): string {
  if (tree === null) return "empty";
  if (typeof tree === "object") return Array.isArray(tree) ? "a list" : "a map";
  return typeof tree === "string" ? "a text" : typeof tree === "number" ? "a number" : "true or false";
}
