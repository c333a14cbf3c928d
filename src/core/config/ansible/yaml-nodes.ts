/**
 * YAML as Ansible reads it → nodes: types of YAML 1.1, merge keys, `!vault` and `!unsafe`, of a key written
 * twice the last. Aliases are shared, and counted as if they were written out.
 */
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type Node as YamlNode } from "yaml";
import { didYouMean } from "../../errors.ts";
import { composeDocuments, makePlaceAt, syntaxMistakes, type TextLimits } from "../yaml.ts";
import { refuse, type Source } from "./fleet.ts";
import { type Node, type NodeEntry, nameOf, type Parsed, withoutRepeats } from "./node.ts";
import { Sealed, Unsafe, type Value } from "./value.ts";
import { readFloat, readInteger, readPlain } from "./yaml-scalar.ts";

/** What one file of an Ansible inventory may hold. */
const LIMITS: TextLimits = { size: 64 * 1024 * 1024, lines: 1_000_000, nodes: 4_000_000, depth: 100 };
/** Of a comment right behind a quote or a bracket: libyaml, which Ansible uses, lets it pass. */
const TOLERATED = "Comments must be separated from other tokens";
const MOST_WRITTEN_OUT = 4_000_000;

type Reading = {
  readonly source: Source;
  readonly placeAt: Parsed["placeAt"];
  readonly anchors: Map<string, YamlNode>;
  readonly nodes: Map<YamlNode, Node | null>;
  readonly sizes: Map<Node, number>;
};

/** Reads one document. Throws ConfigError for the first mistake. */
export function readYamlNodes(source: Source): Parsed {
  const placeAt = makePlaceAt(source.text, source.file);
  const documents = composeDocuments(source.text, LIMITS, "failsafe");
  if (!Array.isArray(documents))
    refuse(source, placeAt(documents.offset), documents.message, documents.hint ?? null);
  const [first, second] = documents;
  if (first === undefined) return { node: null, placeAt };
  const errors = first.errors.filter(({ message }) => !message.startsWith(TOLERATED));
  const [slip] = syntaxMistakes({ errors });
  if (slip !== undefined) refuse(source, placeAt(slip.offset), slip.message, slip.hint ?? null);
  if (second !== undefined)
    refuse(source, placeAt(second.range[0]), "several documents in one file", "write one document a file");
  const reading: Reading = { source, placeAt, anchors: new Map(), nodes: new Map(), sizes: new Map() };
  return { node: first.contents === null ? null : read(reading, first.contents, 0), placeAt };
}

function read(reading: Reading, node: YamlNode | null, fallback: number): Node {
  const offset = node?.range?.[0] ?? fallback;
  if (node === null) return sized(reading, { kind: "leaf", offset, value: null }, 1);
  if (isAlias(node)) return readAlias(reading, node.source, offset);
  if ("anchor" in node && typeof node.anchor === "string") {
    if (reading.anchors.has(node.anchor)) fail(reading, offset, `the anchor &${node.anchor} is there twice`);
    reading.anchors.set(node.anchor, node);
  }
  reading.nodes.set(node, null);
  const made = readFresh(reading, node, offset);
  reading.nodes.set(node, made);
  return made;
}

function readAlias(reading: Reading, name: string, offset: number): Node {
  const target = reading.anchors.get(name);
  if (target === undefined)
    return fail(
      reading,
      offset,
      `there is no anchor &${name} before this alias`,
      didYouMean(name, reading.anchors.keys()),
    );
  return reading.nodes.get(target) ?? fail(reading, offset, `the value of &${name} contains itself`);
}

function readFresh(reading: Reading, node: YamlNode, offset: number): Node {
  if (isScalar(node))
    return sized(reading, { kind: "leaf", offset, value: readScalar(reading, node, offset) }, 1);
  const made = readCollection(reading, node, offset);
  if (node.tag === "!unsafe") return asUnsafe(made);
  refuseTag(reading, node.tag, isSeq(node) ? SEQUENCE : MAPPING, offset);
  return made;
}

function readCollection(reading: Reading, node: YamlNode, offset: number): Node {
  if (isSeq(node)) {
    const items = node.items.map((item) => read(reading, asNode(item), offset));
    return sized(reading, { kind: "list", offset, items }, sum(reading, items));
  }
  const entries = isMap(node) ? readEntries(reading, node.items, offset) : [];
  const size = sum(
    reading,
    entries.map((entry) => entry.node),
  );
  return sized(reading, { kind: "map", offset, entries }, size);
}

function sum(reading: Reading, nodes: readonly Node[]): number {
  return nodes.reduce((total, node) => total + (reading.sizes.get(node) ?? 1), 1);
}

function sized(reading: Reading, node: Node, size: number): Node {
  if (size > MOST_WRITTEN_OUT)
    fail(reading, node.offset, `more than ${MOST_WRITTEN_OUT} values once its aliases are written out`);
  reading.sizes.set(node, size);
  return node;
}

/** What `<<` brings comes first, and gives way to the map's own keys. */
function readEntries(reading: Reading, pairs: readonly Pair[], offset: number): readonly NodeEntry[] {
  const merged: NodeEntry[] = [];
  const own: NodeEntry[] = [];
  for (const pair of pairs) {
    const key = asNode(pair.key);
    const at = key?.range?.[0] ?? offset;
    if (isScalar(key) && key.type === "PLAIN" && key.source === "<<" && key.tag === undefined)
      merged.push(...readMerge(reading, read(reading, asNode(pair.value), at)));
    else
      own.push({ key: readKey(reading, key, at), offset: at, node: read(reading, asNode(pair.value), at) });
  }
  return withoutRepeats([...merged, ...own]);
}

function readMerge(reading: Reading, node: Node): readonly NodeEntry[] {
  if (node.kind === "map") return node.entries;
  if (node.kind !== "list")
    return fail(reading, node.offset, `<< merges a map or a list of maps, this is ${nameOf(node)}`);
  return node.items
    .toReversed()
    .flatMap((item) =>
      item.kind === "map"
        ? item.entries
        : fail(reading, item.offset, `<< merges maps, this is ${nameOf(item)}`),
    );
}

function readKey(reading: Reading, key: YamlNode | null, offset: number): Value {
  if (key === null) return null;
  const node = read(reading, key, offset);
  if (node.kind === "leaf") return node.value;
  const isJinja = reading.source.text.startsWith("{{", offset - 1);
  return fail(
    reading,
    isJinja ? offset - 1 : offset,
    isJinja ? "YAML reads {{ as the start of a map" : "a key is a word or a text",
    isJinja ? "put a text that starts with {{ in quotes" : null,
  );
}

const STANDARD = "tag:yaml.org,2002:";
const MAPPING = ["map", "omap", "set"].map((name) => STANDARD + name);
const SEQUENCE = [`${STANDARD}seq`];

/** `!unsafe` in front of a list or map holds for all texts in it. */
function asUnsafe(node: Node): Node {
  if (node.kind === "list") return { ...node, items: node.items.map(asUnsafe) };
  if (node.kind === "map")
    return { ...node, entries: node.entries.map((entry) => ({ ...entry, node: asUnsafe(entry.node) })) };
  return typeof node.value === "string" ? { ...node, value: new Unsafe(node.value) } : node;
}

function refuseTag(
  reading: Reading,
  tag: string | undefined,
  known: readonly string[],
  offset: number,
): void {
  if (tag !== undefined && tag !== "!" && !known.includes(tag))
    fail(reading, offset, `the tag ${tag} is not known`, "write the value without a tag");
}

function readScalar(reading: Reading, node: Scalar, offset: number): Value {
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  const { tag } = node;
  if (tag === undefined) {
    const value = node.type === "PLAIN" ? readPlain(text) : text;
    return value === undefined
      ? fail(reading, offset, `"${text}" is no value of YAML 1.1`, "put it in quotes")
      : value;
  }
  if (tag === "!vault" || tag === "!vault-encrypted") return new Sealed(text);
  const value = TAGGED[tag]?.(text);
  return value === undefined ? fail(reading, offset, `the tag ${tag} is not known for this value`) : value;
}

const TAGGED: Readonly<Record<string, (text: string) => Value | undefined>> = {
  "!": (text) => text,
  "!unsafe": (text) => new Unsafe(text),
  [`${STANDARD}str`]: (text) => text,
  [`${STANDARD}binary`]: (text) => Buffer.from(text, "base64").toString("utf8"),
  [`${STANDARD}int`]: readInteger,
  [`${STANDARD}float`]: readFloat,
  [`${STANDARD}null`]: () => null,
  [`${STANDARD}bool`]: (text) =>
    ({ yes: true, no: false, true: true, false: false, on: true, off: false })[text.toLowerCase()],
};

function asNode(value: unknown): YamlNode | null {
  return isAlias(value) || isScalar(value) || isSeq(value) || isMap(value) ? value : null;
}

function fail(reading: Reading, offset: number, message: string, hint: string | null = null): never {
  return refuse(reading.source, reading.placeAt(offset), message, hint);
}
