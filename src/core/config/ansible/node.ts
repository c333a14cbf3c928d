/** A parsed text as YAML and JSON give it: values with the offsets of their keys, in the file's order. */
import type { Place } from "../../model/declared.ts";
import { keyText, type Value } from "./value.ts";

/** A value of a file; offsets count in the text. */
export type Node =
  | { readonly kind: "leaf"; readonly offset: number; readonly value: Value }
  | { readonly kind: "list"; readonly offset: number; readonly items: readonly Node[] }
  | { readonly kind: "map"; readonly offset: number; readonly entries: readonly NodeEntry[] };

/** One key of a map. Keys that are no texts are kept as they are. */
export type NodeEntry = { readonly key: Value; readonly offset: number; readonly node: Node };

/** A text as nodes; node null: there is nothing in it. */
export type Parsed = { readonly node: Node | null; readonly placeAt: (offset: number) => Place };

/** The value of a node. Aliases share their values, so that a bomb of them takes no memory. */
export function dataOf(node: Node, known: Map<Node, Value> = new Map()): Value {
  if (node.kind === "leaf") return node.value;
  const before = known.get(node);
  if (before !== undefined) return before;
  const value = node.kind === "list" ? node.items.map((item) => dataOf(item, known)) : mapOf(node, known);
  known.set(node, value);
  return value;
}

function mapOf(node: Extract<Node, { kind: "map" }>, known: Map<Node, Value>): Value {
  const map: { [key: string]: Value } = Object.create(null);
  for (const { key, node: inner } of node.entries) map[keyText(key)] = dataOf(inner, known);
  return map;
}

/** Of a key that is written twice the last one counts, at the place of the first. */
export function withoutRepeats(entries: readonly NodeEntry[]): readonly NodeEntry[] {
  return [...new Map(entries.map((entry) => [`${typeof entry.key} ${keyText(entry.key)}`, entry])).values()];
}

/** What a node is, for a message. */
export function nameOf(node: Node): string {
  if (node.kind !== "leaf") return `a ${node.kind}`;
  const { value } = node;
  if (value === null) return "empty";
  if (typeof value === "string") return "a text";
  return typeof value === "boolean" ? "true or false" : typeof value === "object" ? "encrypted" : "a number";
}
