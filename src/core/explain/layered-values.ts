/**
 * Where a value of the project is: the layers of values files and --set, and those of an inventory,
 * followed as they are laid over each other.
 */

import { checkTree } from "../config/check.ts";
import { resolveGroups } from "../config/groups.ts";
import { inventorySchema } from "../config/inventory-schema.ts";
import { expandRanges } from "../config/ranges.ts";
import { parseYaml, type YamlDocument } from "../config/yaml.ts";
import type { Host, Place, Tree } from "../model/declared.ts";
import { isTreeList, isTreeMap } from "../model/tree.ts";
import type { Input, ValueSpot } from "./line-origin.ts";

type Path = readonly string[];
/** A layer: what it has at a path, and its name where it is no file's. */
type Layer = { readonly tree: Tree; readonly spotOf: (path: Path) => ValueSpot };

/**
 * What the layers are read from. text: null for a file that is not there. hosts: the names of the whole
 * inventory.
 */
export type LayerTexts = {
  readonly environment: string;
  readonly host: Host;
  readonly hosts: readonly string[];
  readonly text: (file: string) => string | null;
  /** Values files of the command line, in order; what they are called and say. */
  readonly overlays: readonly { readonly file: string; readonly text: string }[];
  readonly set: readonly string[];
};

/**
 * Follows a variable of a template, e.g. ["values", "port"], to its places; null for what has none (secrets
 * and the service's own name are the caller's).
 */
export function makeValueFinder(texts: LayerTexts): (path: Path) => Input | null {
  const values = valueLayers(texts);
  const inventory = inventoryLayers(texts);
  return (path) => {
    const [head, ...rest] = path;
    if (head === "values") return follow(path.join("."), values, rest);
    if (head === "env")
      return { name: "env", from: [{ place: null, text: `--env ${texts.environment}` }], over: [] };
    if (head !== "host") return null;
    if (rest[0] === "name" || rest.length === 0)
      return { name: path.join("."), from: [at(texts.host.place)], over: [] };
    if (rest[0] === "groups")
      return { name: "host.groups", from: [{ place: null, text: "groups of the inventory" }], over: [] };
    const found = follow(path.join("."), inventory, rest);
    return found.from.length > 0 ? found : { ...found, from: [{ place: null, text: "default" }] };
  };
}

/** A place as a spot. */
export function at(place: Place): ValueSpot {
  return { place, text: `${place.file}:${place.line}` };
}

/**
 * The last layer that has something at the path wins, unless it is a map: then all that have a map there take
 * part.
 */
function follow(name: string, layers: readonly Layer[], path: Path): Input {
  const having = layers.flatMap((layer) => {
    const tree = treeAt(layer.tree, path);
    return tree === undefined ? [] : [{ spot: layer.spotOf(path), isMap: isTreeMap(tree) }];
  });
  const lastScalar = having.findLastIndex(({ isMap }) => !isMap);
  const isMerged = having.length > 0 && lastScalar < having.length - 1;
  const from = isMerged ? having.slice(lastScalar + 1) : having.slice(-1);
  const over = having.slice(0, having.length - from.length).toReversed();
  return { name, from: from.map(({ spot }) => spot), over: over.map(({ spot }) => spot) };
}

function valueLayers({ environment, text, overlays, set }: LayerTexts): readonly Layer[] {
  const files = ["values/base.yaml", `values/${environment}.yaml`].flatMap((file) => {
    const found = text(file);
    return found === null ? [] : [{ file, text: found }];
  });
  const distinct = files.filter(
    ({ file }, index) => files.findIndex((other) => other.file === file) === index,
  );
  return [
    ...[...distinct, ...overlays].map(({ file, text: each }) => fileLayer(parseYaml(each, file), [])),
    ...set.map(setLayer),
  ];
}

function fileLayer(document: YamlDocument, lead: Path): Layer {
  return {
    tree: treeAt(document.tree, lead) ?? null,
    spotOf: (path) => at(spotIn(document, [...lead, ...path])),
  };
}

/** A list's items are counted in the tree and in the places, and named by text in a template. */
function spotIn(document: YamlDocument, path: Path): Place {
  const steps: (string | number)[] = [];
  let tree: Tree | undefined = document.tree;
  for (const step of path) {
    steps.push(Array.isArray(tree) ? Number(step) : step);
    tree = tree === undefined ? undefined : treeAt(tree, [step]);
  }
  return isTreeMap(tree) || Array.isArray(tree) ? document.keyPlaceOf(steps) : document.placeOf(steps);
}

function setLayer(assignment: string): Layer {
  const equals = assignment.indexOf("=");
  const tree = assignment
    .slice(0, equals)
    .split(".")
    .reduceRight<Tree>(
      (inner, key) => Object.assign(Object.create(null), { [key]: inner }),
      assignment.slice(equals + 1),
    );
  return { tree, spotOf: () => ({ place: null, text: `--set ${assignment}` }) };
}

/**
 * defaults, the groups from the outermost to the innermost, the host itself; as core/config/inventory.ts lays
 * them. Only vars come from groups.
 */
function inventoryLayers({ environment, host, hosts: names, text }: LayerTexts): readonly Layer[] {
  const file = `inventory/${environment}.yaml`;
  const document = parseYaml(text(file) ?? "", file);
  const hosts = treeAt(document.tree, ["hosts"]);
  const written = checkTree(inventorySchema, document, "plain").value?.groups ?? {};
  const groups = resolveGroups(written, names, () => undefined).get(host.name) ?? [];
  const pattern = isTreeMap(hosts) ? Object.keys(hosts).find((key) => isMember(key, host.name)) : undefined;
  return [
    fileLayer(document, ["defaults"]),
    ...groups.map(({ name }) => onlyVars(fileLayer(document, ["groups", name]))),
    ...(pattern === undefined ? [] : [fileLayer(document, ["hosts", pattern])]),
  ];
}

function isMember(pattern: string, host: string): boolean {
  const expanded = expandRanges(pattern);
  return expanded.ok && expanded.texts.includes(host);
}

function onlyVars(layer: Layer): Layer {
  const vars = treeAt(layer.tree, ["vars"]);
  return { ...layer, tree: vars === undefined ? null : Object.assign(Object.create(null), { vars }) };
}

function treeAt(tree: Tree, path: Path): Tree | undefined {
  let at: Tree | undefined = tree;
  for (const step of path) {
    if (at === undefined || at === null || typeof at !== "object" || !Object.hasOwn(at, step))
      return undefined;
    at = isTreeList(at) ? at[Number(step)] : isTreeMap(at) ? at[step] : undefined;
  }
  return at;
}
