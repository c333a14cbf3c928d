/** The composed nodes of a YAML document → Tree: null-prototype records, own duplicate check, budgets that count aliases as if written out. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { didYouMean } from "../errors.ts";
import type { Tree } from "../model.ts";

/** Something wrong at an offset of the text. */
export type Mistake = { readonly offset: number; readonly message: string; readonly hint?: string | null };

/** Where a value and its key start, and the same of what is inside. */
export type Spot = { readonly key: number; readonly value: number; readonly children: Map<string | number, Spot> };

/** What a file may hold at most; aliases are expanded copies and count in nodes. */
export type Budget = { readonly depth: number; readonly nodes: number; readonly aliases: number };

const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const CORE_TAGS = new Set(["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`));

type Walk = {
  readonly text: string;
  readonly budget: Budget;
  readonly anchors: Map<string, Node>;
  readonly mistakes: Mistake[];
  nodes: number;
  aliases: number;
  /** Set by the first budget that is exceeded: from then on nothing more is read. */
  exhausted: boolean;
};

/** Turns nodes into a Tree; what cannot be kept is null in the tree and a mistake in the list. */
export function buildTree(contents: Node | null, text: string, budget: Budget): { tree: Tree; spot: Spot; mistakes: readonly Mistake[] } {
  const walk: Walk = { text, budget, anchors: new Map(), mistakes: [], nodes: 0, aliases: 0, exhausted: false };
  const spot: Spot = { key: 0, value: contents === null ? 0 : valueOffset(contents, text), children: new Map() };
  return { tree: build(walk, contents, spot, 0), spot, mistakes: walk.mistakes };
}

function build(walk: Walk, node: Node | null, spot: Spot, depth: number): Tree {
  if (node === null || walk.exhausted) return null;
  walk.nodes++;
  if (walk.nodes > walk.budget.nodes) return exhaust(walk, spot.value, `more than ${walk.budget.nodes} values once its aliases are written out`);
  if (depth > walk.budget.depth) return exhaust(walk, spot.value, `nested deeper than ${walk.budget.depth} levels`);
  if (isAlias(node)) return buildAlias(walk, node.source, spot, depth);
  if (node.tag !== undefined && !CORE_TAGS.has(node.tag))
    fail(walk, spot.value, `the tag ${node.tag} is not supported`, "write the value without a tag");
  if ("anchor" in node && typeof node.anchor === "string") walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return buildScalar(walk, node, spot);
  if (isSeq(node)) return node.items.map((item, index) => build(walk, asNode(item), childSpot(walk, spot, index, null, asNode(item)), depth + 1));
  if (isMap(node)) return buildMap(walk, node.items, spot, depth);
  return null;
}

function buildAlias(walk: Walk, name: string, spot: Spot, depth: number): Tree {
  walk.aliases++;
  if (walk.aliases > walk.budget.aliases) return exhaust(walk, spot.value, `more than ${walk.budget.aliases} aliases`);
  const target = walk.anchors.get(name);
  if (target === undefined) return fail(walk, spot.value, `there is no anchor &${name} before this alias`, didYouMean(name, walk.anchors.keys()));
  return build(walk, target, spot, depth);
}

function buildMap(walk: Walk, pairs: readonly Pair[], spot: Spot, depth: number): Tree {
  const map: { [key: string]: Tree } = Object.create(null);
  for (const pair of pairs) {
    const keyNode = asNode(pair.key);
    const offset = keyNode?.range?.[0] ?? spot.value;
    const key = keyText(walk, keyNode, offset);
    if (key === null) continue;
    if (key in map) {
      fail(walk, offset, `the key "${key}" is written twice in this map`, "keep one of them");
      continue;
    }
    map[key] = build(walk, asNode(pair.value), childSpot(walk, spot, key, offset, asNode(pair.value)), depth + 1);
  }
  return map;
}

function keyText(walk: Walk, node: Node | null, offset: number): string | null {
  if (walk.exhausted) return null;
  if (node === null || !isScalar(node)) return fail(walk, offset, "a key must be a plain word or text");
  if (node.value === null && (node.source ?? "") === "") return fail(walk, offset, "a key is missing here");
  const key = typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
  if (RESERVED_KEYS.has(key)) return fail(walk, offset, `the key "${key}" is reserved and refused`);
  if (key === "<<") return fail(walk, offset, "merge keys (<<) are not supported", "write the keys out, or use defaults: and vars:");
  if (!key.isWellFormed()) return fail(walk, offset, "the key is not valid Unicode");
  return key;
}

function buildScalar(walk: Walk, node: Scalar, spot: Spot): Tree {
  const { value, source } = node;
  if (value === null) return null;
  if (typeof value === "string") return value.isWellFormed() ? value : fail(walk, spot.value, "the text is not valid Unicode (a lone surrogate)");
  if (typeof value === "number" || typeof value === "boolean") {
    if (source !== undefined && source !== String(value)) fail(walk, spot.value, ...misread(source, value));
    return value;
  }
  return fail(walk, spot.value, "only text, numbers, true, false, null, lists and maps may stand here");
}

/** YAML's 0755 is the number 755, 1.10 is 1.1, True is true: whoever wrote them meant the text. */
function misread(source: string, value: number | boolean): [string, string] {
  const kind = typeof value === "number" ? "the number" : "the truth value";
  return [`YAML reads ${source} as ${kind} ${value}`, `write "${source}" in quotes to keep the text, or ${value} for the value`];
}

function childSpot(walk: Walk, parent: Spot, step: string | number, keyOffset: number | null, node: Node | null): Spot {
  const value = node === null ? (keyOffset ?? parent.value) : valueOffset(node, walk.text);
  const spot = { key: keyOffset ?? value, value, children: new Map() };
  parent.children.set(step, spot);
  return spot;
}

/** Where the text itself starts: after the quote, or at the first line of a block text. */
function valueOffset(node: Node, text: string): number {
  const start = node.range?.[0] ?? 0;
  if (!isScalar(node)) return start;
  if (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE") return start + 1;
  if (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED") return start;
  const newline = text.indexOf("\n", start);
  if (newline < 0) return start;
  const indent = /^(?:[ \t]*\r?\n)*( *)/.exec(text.slice(newline + 1, node.range?.[1] ?? text.length))?.[1] ?? "";
  return newline + 1 + indent.length;
}

function asNode(value: unknown): Node | null {
  return isAlias(value) || isScalar(value) || isSeq(value) || isMap(value) ? value : null;
}

function exhaust(walk: Walk, offset: number, message: string): null {
  walk.exhausted = true;
  return fail(walk, offset, message);
}

function fail(walk: Walk, offset: number, message: string, hint: string | null = null): null {
  walk.mistakes.push({ offset, message, hint });
  return null;
}
