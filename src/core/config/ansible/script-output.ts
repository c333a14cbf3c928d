/** What an inventory program prints for `--list` and `--host NAME`, read into a fleet. */
import { addChild, addGroup, addHost, type Fleet, refuse, type Source, setVariable } from "./fleet.ts";
import { readJsonNodes } from "./json-nodes.ts";
import { dataOf, type Node, type NodeEntry, nameOf, type Parsed } from "./node.ts";
import { keyText } from "./value.ts";
import { readNodes } from "./yaml-inventory.ts";

type Reading = Parsed & { readonly fleet: Fleet; readonly source: Source; readonly named: Set<string> };

/**
 * Reads what was printed for --list. Gives the hosts whose variables are still to be asked for with --host:
 * none, where the output has them in _meta. Throws ConfigError for the first mistake.
 */
export function readListOutput(fleet: Fleet, source: Source): readonly string[] {
  const parsed = readJsonNodes(source);
  const reading: Reading = { ...parsed, fleet, source, named: new Set() };
  const entries = entriesOf(reading, parsed.node, "the output");
  for (const entry of entries) if (entry.key !== "_meta") readGroup(reading, entry);
  const meta = entries.find(({ key }) => key === "_meta")?.node;
  const found =
    meta === undefined ? undefined : entriesOf(reading, meta, "_meta").find(({ key }) => key === "hostvars");
  if (found === undefined || (found.node.kind === "leaf" && found.node.value === null))
    return [...reading.named];
  for (const host of entriesOf(reading, found.node, "_meta.hostvars"))
    if (typeof host.key === "string" && reading.named.has(host.key))
      readVariables(reading, host.key, host.node);
  return [];
}

/** Reads what was printed for --host, which may be YAML. Throws ConfigError, also where it is empty. */
export function readHostOutput(fleet: Fleet, source: Source, host: string): void {
  const parsed = readNodes(source);
  const node = parsed.node ?? { kind: "leaf", offset: 0, value: null };
  readVariables({ ...parsed, fleet, source, named: new Set() }, host, node);
}

function entriesOf({ source, placeAt }: Reading, node: Node | null, what: string): readonly NodeEntry[] {
  if (node?.kind === "map") return node.entries;
  return refuse(
    source,
    placeAt(node?.offset ?? 0),
    `a map is expected here: ${what} is ${node === null ? "empty" : nameOf(node)}`,
  );
}

function readVariables(reading: Reading, owner: string, node: Node): void {
  for (const { key, offset, node: value } of entriesOf(reading, node, `the variables of "${owner}"`))
    setVariable(reading.fleet, reading.source, owner, keyText(key), {
      value: dataOf(value),
      place: reading.placeAt(offset),
    });
}

const PARTS = ["hosts", "vars", "children"];

function readGroup(reading: Reading, { key, offset, node }: NodeEntry): void {
  const name = nameIn(reading, key, offset);
  addGroup(reading.fleet, name, reading.placeAt(offset));
  const parts = node.kind === "map" ? node.entries : null;
  const part = (wanted: string): Node | undefined => parts?.find((each) => each.key === wanted)?.node;
  if (parts === null) readHosts(reading, name, node);
  else if (!parts.some((each) => typeof each.key === "string" && PARTS.includes(each.key))) {
    // The short form: a host of that name, with variables.
    readHost(reading, name, { kind: "leaf", offset, value: name });
    readVariables(reading, name, node);
  } else readParts(reading, name, part);
}

function readParts(reading: Reading, name: string, part: (wanted: string) => Node | undefined): void {
  const { fleet, source, placeAt } = reading;
  const [hosts, vars, children] = [part("hosts"), part("vars"), part("children")];
  if (hosts !== undefined) readHosts(reading, name, hosts);
  if (vars !== undefined) readVariables(reading, name, vars);
  if (children === undefined) return;
  for (const child of namesIn(reading, children, "children", name)) {
    const inner = nameIn(reading, child.kind === "leaf" ? child.value : null, child.offset);
    addGroup(fleet, inner, placeAt(child.offset));
    addChild(fleet, source, name, inner, placeAt(child.offset));
  }
}

function nameIn({ source, placeAt }: Reading, key: unknown, offset: number): string {
  if (typeof key === "string" && key !== "") return key;
  return refuse(source, placeAt(offset), "the name of a group is a text, and not empty");
}

function readHosts(reading: Reading, group: string, node: Node): void {
  for (const host of namesIn(reading, node, "hosts", group)) readHost(reading, group, host);
}

function readHost({ fleet, source, placeAt, named }: Reading, group: string, node: Node): void {
  if (node.kind !== "leaf" || typeof node.value !== "string" || node.value === "")
    refuse(source, placeAt(node.offset), "the name of a host is a text, and not empty");
  named.add(node.value);
  addHost(fleet, source, { name: node.value, port: null, place: placeAt(node.offset) }, group);
}

/** The names of a list. Of a text or a map Ansible would take each character or key; that is never meant. */
function namesIn({ source, placeAt }: Reading, node: Node, part: string, group: string): readonly Node[] {
  if (node.kind === "list") return node.items;
  return refuse(
    source,
    placeAt(node.offset),
    `\`${part}\` of "${group}" is ${nameOf(node)}: a list of names is expected here`,
  );
}
