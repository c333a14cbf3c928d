/**
 * JSON as Python reads it → nodes: whole numbers stay exact, NaN and Infinity are numbers, of a key written
 * twice the last one counts.
 */
import { makePlaceAt } from "../yaml.ts";
import { refuse, type Source } from "./fleet.ts";
import { type Node, type NodeEntry, type Parsed, withoutRepeats } from "./node.ts";
import { type TextReader, takeMatch } from "./take-match.ts";
import { Sealed, Unsafe, type Value } from "./value.ts";

const MAX_DEPTH = 200;

type Reader = TextReader & { depth: number };

class NoJson extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** The nodes of a JSON text; null: it is none. */
export function tryJsonNodes(source: Source): Parsed | null {
  const read = attempt(source);
  return "reason" in read ? null : read;
}

/** The same of a text that has to be JSON. Throws ConfigError for the first mistake. */
export function readJsonNodes(source: Source): Parsed {
  const read = attempt(source);
  if (!("reason" in read)) return read;
  return refuse(source, makePlaceAt(source.text, source.file)(read.at), `this is no JSON: ${read.reason}`);
}

function attempt(source: Source): Parsed | { readonly reason: string; readonly at: number } {
  const reader: Reader = { text: source.text, at: 0, depth: 0 };
  try {
    const node = readNode(reader);
    skip(reader);
    if (reader.at < reader.text.length) throw new NoJson("something follows its end");
    return { node, placeAt: makePlaceAt(source.text, source.file) };
  } catch (error) {
    if (error instanceof NoJson) return { reason: error.reason, at: reader.at };
    throw error;
  }
}

function skip(reader: Reader): void {
  takeMatch(reader, /[ \t\r\n]*/y);
}

const STRING = /"((?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const WORDS = new Map<string, Value>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function readNode(reader: Reader): Node {
  skip(reader);
  const offset = reader.at;
  if (reader.depth > MAX_DEPTH) throw new NoJson(`nested deeper than ${MAX_DEPTH} levels`);
  const word = takeMatch(reader, /true|false|null|NaN|-?Infinity/y)?.[0];
  if (word !== undefined) return { kind: "leaf", offset, value: WORDS.get(word) ?? null };
  const text = takeMatch(reader, STRING);
  if (text !== null) return { kind: "leaf", offset, value: unquote(text[0]) };
  const number = takeMatch(reader, NUMBER);
  if (number !== null) {
    const isWhole = number[1] === undefined && number[2] === undefined;
    return { kind: "leaf", offset, value: isWhole ? BigInt(number[0]) : Number(number[0]) };
  }
  reader.depth++;
  const node = takeMatch(reader, /\[/y) ? readList(reader, offset) : readMap(reader, offset);
  reader.depth--;
  return node;
}

function unquote(quoted: string): string {
  const value: unknown = JSON.parse(quoted);
  return String(value);
}

function readList(reader: Reader, offset: number): Node {
  const items: Node[] = [];
  skip(reader);
  if (takeMatch(reader, /\]/y)) return { kind: "list", offset, items };
  for (;;) {
    items.push(readNode(reader));
    skip(reader);
    if (takeMatch(reader, /\]/y)) return { kind: "list", offset, items };
    if (!takeMatch(reader, /,/y)) throw new NoJson("a , or ] is expected here");
  }
}

function readMap(reader: Reader, offset: number): Node {
  if (!takeMatch(reader, /\{/y)) throw new NoJson("a value is expected here");
  const entries: NodeEntry[] = [];
  skip(reader);
  if (takeMatch(reader, /\}/y)) return { kind: "map", offset, entries };
  for (;;) {
    skip(reader);
    const at = reader.at;
    const key = takeMatch(reader, STRING);
    if (key === null) throw new NoJson("a key in double quotes is expected here");
    skip(reader);
    if (!takeMatch(reader, /:/y)) throw new NoJson("a : is expected here");
    entries.push({ key: unquote(key[0]), offset: at, node: readNode(reader) });
    skip(reader);
    if (takeMatch(reader, /\}/y)) return special({ kind: "map", offset, entries: withoutRepeats(entries) });
    if (!takeMatch(reader, /,/y)) throw new NoJson("a , or } is expected here");
  }
}

/** How Ansible writes encrypted and unsafe values into JSON. */
function special(node: Extract<Node, { kind: "map" }>): Node {
  for (const { key, node: inner } of node.entries) {
    if (inner.kind !== "leaf" || typeof inner.value !== "string") continue;
    if (key === "__ansible_vault")
      return { kind: "leaf", offset: node.offset, value: new Sealed(inner.value) };
    if (key === "__ansible_unsafe")
      return { kind: "leaf", offset: node.offset, value: new Unsafe(inner.value) };
  }
  return node;
}
