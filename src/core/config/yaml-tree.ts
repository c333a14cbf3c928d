/**
 * The composed nodes of a YAML document → Tree: null-prototype records, own duplicate check, budgets that
 * count aliases as if written out.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { didYouMean } from "../errors.ts";
import type { Tree } from "../model/declared.ts";

/** Something wrong at an offset of the text. */
export type Mistake = { readonly offset: number; readonly message: string; readonly hint?: string | null };

/** Where a value and its key start, and the same of what is inside. */
export type TreeSpot = {
  readonly key: number;
  readonly value: number;
  readonly children: ReadonlyMap<string | number, TreeSpot>;
};

/** What a file may hold at most; aliases are expanded copies and count in nodes. */
export type Budget = { readonly depth: number; readonly nodes: number; readonly aliases: number };

const RESERVED_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const CORE_TAGS = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Scalars share one empty map: a file may hold a hundred thousand of them. */
const NO_CHILDREN: ReadonlyMap<string | number, TreeSpot> = new Map();

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
export function buildTree(
  contents: Node | null,
  text: string,
  budget: Budget,
): { tree: Tree; spot: TreeSpot; mistakes: readonly Mistake[] } {
  const walk: Walk = {
    text,
    budget,
    anchors: new Map(),
    mistakes: [],
    nodes: 0,
    aliases: 0,
    exhausted: false,
  };
  const value = startOf(contents, text, 0);
  const { tree, children } = read(walk, contents, value, 0);
  return { tree, spot: { key: value, value, children }, mistakes: walk.mistakes };
}

type Read = { readonly tree: Tree; readonly children: ReadonlyMap<string | number, TreeSpot> };

function read(walk: Walk, node: Node | null, offset: number, depth: number): Read {
  if (node === null || walk.exhausted) return leaf(null);
  walk.nodes++;
  if (walk.nodes > walk.budget.nodes)
    return leaf(
      exhaust(walk, offset, `more than ${walk.budget.nodes} values once its aliases are written out`),
    );
  if (depth > walk.budget.depth)
    return leaf(exhaust(walk, offset, `nested deeper than ${walk.budget.depth} levels`));
  if (isAlias(node)) return readAlias(walk, node.source, offset, depth);
  if (node.tag !== undefined && !CORE_TAGS.has(node.tag))
    fail(walk, offset, `the tag ${node.tag} is not supported`, "write the value without a tag");
  if ("anchor" in node && typeof node.anchor === "string") walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return leaf(readScalar(walk, node, offset));
  if (isSeq(node)) return readList(walk, node.items, offset, depth);
  return isMap(node) ? readMap(walk, node.items, offset, depth) : leaf(null);
}

function leaf(tree: Tree): Read {
  return { tree, children: NO_CHILDREN };
}

function readAlias(walk: Walk, name: string, offset: number, depth: number): Read {
  walk.aliases++;
  if (walk.aliases > walk.budget.aliases)
    return leaf(exhaust(walk, offset, `more than ${walk.budget.aliases} aliases`));
  const target = walk.anchors.get(name);
  if (target === undefined)
    return leaf(
      fail(
        walk,
        offset,
        `there is no anchor &${name} before this alias`,
        didYouMean(name, walk.anchors.keys()),
      ),
    );
  return read(walk, target, offset, depth);
}

function readList(walk: Walk, items: readonly unknown[], offset: number, depth: number): Read {
  const list: Tree[] = [];
  const children = new Map<number, TreeSpot>();
  for (const [index, item] of items.entries()) {
    const value = startOf(asNode(item), walk.text, offset);
    const inner = read(walk, asNode(item), value, depth + 1);
    list.push(inner.tree);
    children.set(index, { key: value, value, children: inner.children });
  }
  return { tree: list, children };
}

function readMap(walk: Walk, pairs: readonly Pair[], offset: number, depth: number): Read {
  const map: { [key: string]: Tree } = Object.create(null);
  const children = new Map<string, TreeSpot>();
  for (const pair of pairs) {
    const keyNode = asNode(pair.key);
    const keyOffset = keyNode?.range?.[0] ?? offset;
    const key = readKey(walk, keyNode, keyOffset);
    if (key === null) continue;
    if (key in map) {
      fail(walk, keyOffset, `the key "${key}" is written twice in this map`, "keep one of them");
      continue;
    }
    const value = startOf(asNode(pair.value), walk.text, keyOffset);
    const inner = read(walk, asNode(pair.value), value, depth + 1);
    map[key] = inner.tree;
    children.set(key, { key: keyOffset, value, children: inner.children });
  }
  return { tree: map, children };
}

function readKey(walk: Walk, node: Node | null, offset: number): string | null {
  if (walk.exhausted) return null;
  if (walk.text.startsWith("{{", offset - 1))
    return fail(
      walk,
      offset - 1,
      "YAML reads {{ as the start of a map",
      'put a text that starts with {{ in quotes: "{{values.name}}"',
    );
  if (node === null || !isScalar(node)) return fail(walk, offset, "a key must be a plain word or text");
  if (node.value === null && (node.source ?? "") === "") return fail(walk, offset, "a key is missing here");
  const key = typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
  if (RESERVED_KEYS.has(key)) return fail(walk, offset, `the key "${key}" is reserved and refused`);
  if (key === "<<")
    return fail(
      walk,
      offset,
      "merge keys (<<) are not supported",
      "write the keys out, or use defaults: and vars:",
    );
  if (!key.isWellFormed()) return fail(walk, offset, "the key is not valid Unicode");
  return key;
}

function readScalar(walk: Walk, node: Scalar, offset: number): Tree {
  const { value, source } = node;
  if (value === null) return null;
  if (typeof value === "string")
    return value.isWellFormed()
      ? value
      : fail(walk, offset, "the text is not valid Unicode (a lone surrogate)");
  if (typeof value === "number" || typeof value === "boolean") {
    if (source !== undefined && source !== String(value)) fail(walk, offset, ...misread(source, value));
    return value;
  }
  return fail(walk, offset, "only text, numbers, true, false, null, lists and maps are allowed here");
}

/** YAML's 0755 is the number 755, 1.10 is 1.1, True is true: who wrote them meant the text. */
function misread(source: string, value: number | boolean): [string, string] {
  const kind = typeof value === "number" ? "the number" : "the truth value";
  return [
    `YAML reads ${source} as ${kind} ${value}`,
    `write "${source}" in quotes to keep the text, or ${value} for the value`,
  ];
}

/** Where the text itself starts: after the quote, or at the first line of a block text. */
function startOf(node: Node | null, text: string, fallback: number): number {
  const start = node?.range?.[0] ?? fallback;
  if (node === null || !isScalar(node)) return start;
  if (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE") return start + 1;
  if (node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED") return start;
  const newline = text.indexOf("\n", start);
  if (newline < 0) return start;
  const indent =
    /^(?:[ \t]*\r?\n)*( *)/.exec(text.slice(newline + 1, node.range?.[1] ?? text.length))?.[1] ?? "";
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
