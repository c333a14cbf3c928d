/** An inventory in Ansible's YAML format (or the same as JSON), read into a fleet. */
import type { Place } from "../../model/declared.ts";
import { problemAt } from "../yaml.ts";
import { expandHostRange, parseAddress } from "./address.ts";
import {
  addChild,
  addGroup,
  addHost,
  type Fleet,
  MAX_FLEET_HOSTS,
  refuse,
  type Source,
  setVariable,
} from "./fleet.ts";
import { tryJsonNodes } from "./json-nodes.ts";
import { dataOf, type Node, type NodeEntry, nameOf, type Parsed } from "./node.ts";
import { keyText } from "./value.ts";
import { readYamlNodes } from "./yaml-nodes.ts";

/** A text that may be JSON and else is YAML. Throws ConfigError for the first mistake. */
export function readNodes(source: Source): Parsed {
  return tryJsonNodes(source) ?? readYamlNodes(source);
}

/** The key that makes a YAML file the settings of a plugin. */
const PLUGIN = "plugin";

type Reading = Parsed & { readonly fleet: Fleet; readonly source: Source };

/** Reads the text. Throws ConfigError for the first part that cannot be read. */
export function readYamlInventory(fleet: Fleet, source: Source): void {
  const parsed = readNodes(source);
  const { node, placeAt } = parsed;
  if (node === null || isNothing(node)) refuse(source, placeAt(0), "the inventory is empty");
  if (node.kind !== "map")
    refuse(source, placeAt(node.offset), `a map of groups is expected here, this is ${nameOf(node)}`);
  const plugin = node.entries.find(({ key }) => key === PLUGIN);
  if (plugin !== undefined && !isNothing(plugin.node)) {
    // It makes groups of hosts that were read before it.
    if (isConstructed(plugin.node) && fleet.hosts.size === 0) return;
    refuse(
      source,
      placeAt(plugin.offset),
      "this is the configuration of an inventory plugin, which would have to be run",
      "write what it finds into a file: ansible-inventory --list",
    );
  }
  for (const entry of node.entries) readGroup({ ...parsed, fleet, source }, entry);
}

function isConstructed(node: Node): boolean {
  return node.kind === "leaf" && /^(?:ansible\.builtin\.)?constructed$/.test(String(node.value));
}

function isNothing(node: Node): boolean {
  if (node.kind === "map") return node.entries.length === 0;
  if (node.kind === "list") return node.items.length === 0;
  const { value } = node;
  return value === null || value === "" || value === false || value === 0n || value === 0;
}

/** The name of the group, with itself in the fleet; null: it is no group, which Ansible passes over. */
function readGroup(reading: Reading, entry: NodeEntry): string | null {
  const { fleet, source, placeAt } = reading;
  const { node } = entry;
  const place = placeAt(entry.offset);
  if (node.kind !== "map" && !(node.kind === "leaf" && node.value === null)) {
    ignore(reading, place, `"${keyText(entry.key)}" is no group: a map is expected, this is ${nameOf(node)}`);
    return typeof entry.key === "string" ? entry.key : null;
  }
  const { key: name } = entry;
  if (typeof name !== "string" || name === "")
    refuse(source, place, `a group's name is a text, "${keyText(name)}" is none`, "put the name in quotes");
  addGroup(fleet, name, place);
  const entries = node.kind === "map" ? node.entries : [];
  const sections = entries.map((section) => ({ section, members: membersIn(reading, section, name) }));
  for (const { section, members } of sections) readSection(reading, name, section, members);
  return name;
}

const SECTIONS = ["vars", "children", "hosts"];

/** The entries of a section; a lone text is a key without a value. null: it has none. */
function membersIn(
  { source, placeAt }: Reading,
  section: NodeEntry,
  group: string,
): readonly NodeEntry[] | null {
  const { key, node } = section;
  if (node.kind === "map") return node.entries;
  if (typeof key !== "string" || !SECTIONS.includes(key)) return null;
  if (node.kind === "leaf" && typeof node.value === "string")
    return [
      { key: node.value, offset: node.offset, node: { kind: "leaf", offset: node.offset, value: null } },
    ];
  if (node.kind === "leaf" && node.value === null) return null;
  return refuse(
    source,
    placeAt(node.offset),
    `\`${key}\` of the group "${group}" is ${nameOf(node)}: a map is expected here`,
    key === "vars" ? null : "write each name as a key: web1:",
  );
}

function readSection(
  reading: Reading,
  group: string,
  section: NodeEntry,
  members: readonly NodeEntry[] | null,
): void {
  const { fleet, source, placeAt } = reading;
  if (members === null) return;
  if (section.key === "vars")
    for (const { key, offset, node } of members)
      setVariable(fleet, source, group, keyText(key), { value: dataOf(node), place: placeAt(offset) });
  else if (section.key === "hosts") for (const host of members) readHosts(reading, group, host);
  else if (section.key === "children")
    for (const child of members) {
      const name = readGroup(reading, child);
      addChild(fleet, source, group, name ?? keyText(child.key), placeAt(child.offset));
    }
  else
    ignore(
      reading,
      placeAt(section.offset),
      `the key "${keyText(section.key)}" of a group is none of ${SECTIONS.join(", ")}`,
    );
}

function readHosts(
  { fleet, source, placeAt }: Reading,
  group: string,
  { key, offset, node }: NodeEntry,
): void {
  const place = placeAt(offset);
  if (typeof key !== "string")
    refuse(source, place, `a host's name is a text, "${keyText(key)}" is none`, "put the name in quotes");
  const address = parseAddress(key);
  const expanded = expandHostRange(address?.host ?? key, MAX_FLEET_HOSTS);
  if (!expanded.ok) refuse(source, place, expanded.reason, "ranges look like web[1:3] and db-[a:c]");
  if (node.kind !== "map" && !isNothing(node))
    refuse(source, placeAt(node.offset), `the variables of "${key}" are a map, this is ${nameOf(node)}`);
  for (const name of expanded.names) {
    addHost(fleet, source, { name, port: address?.port ?? null, place }, group);
    for (const variable of node.kind === "map" ? node.entries : []) {
      const found = { value: dataOf(variable.node), place: placeAt(variable.offset) };
      setVariable(fleet, source, name, keyText(variable.key), found);
    }
  }
}

function ignore({ fleet, source }: Reading, place: Place, message: string): void {
  fleet.ignored.push(problemAt(source.text, place, message, "Ansible passes over it as well"));
}
