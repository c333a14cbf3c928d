/**
 * Makes edits in the text of a service file. Only the characters of a value change: comments, order and
 * layout stay.
 */
import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { parseYaml } from "./yaml.ts";

/**
 * block: unit, service, install, slice. from null: the value is added; to null: the value `from` is taken
 * out.
 */
export type ServiceEdit = {
  readonly block: string;
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
};

/**
 * An edited text, and how many of the edits could be made: a value that a template or another file gives is
 * left alone, and so is a file with mistakes.
 */
export function fixServiceText(
  text: string,
  edits: readonly ServiceEdit[],
): { readonly text: string; readonly made: number } {
  if (parseYaml(text, "").problems.length > 0 || text.includes("\r")) return { text, made: 0 };
  return edits.reduce(
    (so, edit) => {
      const edited = editOne(so.text, edit);
      const isSound = edited !== null && edited !== so.text && parseYaml(edited, "").problems.length === 0;
      return isSound ? { text: edited, made: so.made + 1 } : so;
    },
    { text, made: 0 },
  );
}

/**
 * The text without the entry of lint.ignore for a rule; null when there is none or it is not alone on its
 * lines.
 */
export function withoutIgnore(text: string, rule: string): string | null {
  const list = parseDocument(text).getIn(["lint", "ignore"], true);
  if (!isSeq(list)) return null;
  const index = list.items.findIndex((item) => isMap(item) && item.get("rule") === rule);
  if (index < 0) return null;
  return list.items.length === 1 ? removePair(text, ["lint"]) : removeItem(text, list, index);
}

function editOne(text: string, { block, name, from, to }: ServiceEdit): string | null {
  const document = parseDocument(text);
  const value = document.getIn([block, name], true);
  if (from === null) return to === null ? null : addValue(text, { block, name, value, to });
  const scalar = [value, ...(isSeq(value) ? value.items : [])].find(
    (node) => isScalar(node) && sourceOf(node).trim() === from,
  );
  if (!isScalar(scalar)) return null;
  if (to !== null) return replaceScalar(text, scalar, to);
  return scalar === value
    ? removePair(text, [block, name])
    : isSeq(value)
      ? removeItem(text, value, value.items.indexOf(scalar))
      : null;
}

function sourceOf(node: Scalar): string {
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

/** Block texts and values over several lines are left alone. */
function replaceScalar(text: string, node: Scalar, to: string): string | null {
  const [start, end] = node.range ?? [0, 0];
  const old = text.slice(start, end);
  if (old.includes("\n") || node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") return null;
  return text.slice(0, start) + writeScalar(to) + text.slice(end);
}

/** As YAML writes it on one line inside a flow collection, which is right everywhere. */
function writeScalar(value: string): string {
  return stringify([value], { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .slice(1, -1);
}

type Addition = {
  readonly block: string;
  readonly name: string;
  readonly value: unknown;
  readonly to: string;
};

/**
 * To a list as an item, to words as a word, to nothing as a key; a block that is missing is put before
 * `service:`.
 */
function addValue(text: string, { block, name, value, to }: Addition): string | null {
  if (isSeq(value)) return appendTo(text, value, writeScalar(to), "- ");
  if (isScalar(value)) return replaceScalar(text, value, `${sourceOf(value)} ${to}`);
  const map = parseDocument(text).get(block, true);
  if (isMap(map)) return appendTo(text, map, `${name}: ${writeScalar(to)}`, "");
  const service = /^service:/m.exec(text);
  return map !== undefined || service === null
    ? null
    : `${text.slice(0, service.index)}${block}:\n  ${name}: ${writeScalar(to)}\n${text.slice(service.index)}`;
}

/** Behind the last item: on a line of its own in a block, with a comma in a flow. */
function appendTo(text: string, collection: YAMLMap | YAMLSeq, item: string, lead: string): string | null {
  const last = endOfLast(collection);
  if (last === null) return null;
  if (collection.flow === true) return `${text.slice(0, last)}, ${item}${text.slice(last)}`;
  const lineEnd = text.indexOf("\n", last);
  const at = lineEnd < 0 ? text.length : lineEnd;
  const start = collection.range?.[0] ?? 0;
  const indent = " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
  return `${text.slice(0, at)}\n${indent}${lead}${item}${text.slice(at)}`;
}

/** Where the last value of a collection ends; null where that is inside a block text. */
function endOfLast(collection: YAMLMap | YAMLSeq): number | null {
  const last: unknown = collection.items.at(-1);
  const node = isPair(last) ? (last.value ?? last.key) : last;
  if (isScalar(node))
    return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED" ? null : (node.range?.[1] ?? null);
  if (!isCollection(node) || (!isMap(node) && !isSeq(node))) return null;
  return node.flow === true ? (node.range?.[1] ?? null) : endOfLast(node);
}

function isPair(value: unknown): value is Pair<Node, Node | null> {
  return typeof value === "object" && value !== null && "key" in value;
}

/**
 * A key with its value: its lines in a block, itself and its comma in a flow. A block that would be empty
 * is removed along.
 */
function removePair(text: string, path: readonly string[]): string | null {
  const parent: unknown =
    path.length === 1 ? parseDocument(text).contents : parseDocument(text).getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const index = parent.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === path.at(-1));
  if (index < 0) return null;
  if (parent.items.length === 1) return path.length === 1 ? null : removePair(text, path.slice(0, -1));
  return removeItem(text, parent, index);
}

function removeItem(text: string, collection: YAMLMap | YAMLSeq, index: number): string | null {
  const starts = collection.items.map(startOf);
  const [start, next, before] = [
    starts[index],
    starts[index + 1],
    index === 0 ? null : endOf(collection.items[index - 1]),
  ];
  const end = endOf(collection.items[index]);
  if (start === undefined || end === null) return null;
  if (collection.flow !== true) return removeLines(text, start, end);
  if (next !== undefined) return text.slice(0, start) + text.slice(next);
  return before === null ? null : text.slice(0, before) + text.slice(end);
}

/**
 * The lines from one place to another, when nothing else is on them but a dash before and a comment
 * behind.
 */
function removeLines(text: string, start: number, end: number): string | null {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  const to = lineEnd < 0 ? text.length : lineEnd + 1;
  if (!/^[ ]*(?:- +)?$/.test(text.slice(from, start)) || !/^[ ]*(?:#.*)?\n?$/.test(text.slice(end, to)))
    return null;
  return text.slice(0, from) + text.slice(to);
}

function startOf(item: unknown): number | undefined {
  const node = isPair(item) ? item.key : item;
  return (isScalar(node) || isCollection(node) ? node.range?.[0] : undefined) ?? undefined;
}

function endOf(item: unknown): number | null {
  const node = isPair(item) ? (item.value ?? item.key) : item;
  if (isScalar(node))
    return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED" ? null : (node.range?.[1] ?? null);
  if (!isMap(node) && !isSeq(node)) return null;
  return node.flow === true ? (node.range?.[1] ?? null) : endOfLast(node);
}
