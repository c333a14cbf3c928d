/** An inventory in Ansible's INI format, read into a fleet. */
import { nearestName } from "../../errors.ts";
import type { Place } from "../../model/declared.ts";
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
import { readLiteral } from "./python-literal.ts";
import { splitWords } from "./words.ts";

const SECTION = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;
/** What ends a line for Python. */
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const KINDS = ["hosts", "children", "vars"];
const MAX_LINES = 1_000_000;

/** A name that some line takes for a group, which must be one in the end. */
type Awaited = {
  readonly kind: string;
  readonly place: Place;
  readonly section: string;
  readonly parents: Parent[];
};
type Parent = { readonly name: string; readonly place: Place };
type Reading = { readonly fleet: Fleet; readonly source: Source; readonly awaited: Map<string, Awaited> };

/** Reads the text. Throws ConfigError for the first line that cannot be read. */
export function readIni(fleet: Fleet, source: Source): void {
  const reading: Reading = { fleet, source, awaited: new Map() };
  if (source.text.startsWith("\u{feff}"))
    refuse(
      source,
      placeOf(source, 1),
      "the file begins with a byte order mark",
      "save it as UTF-8 without BOM",
    );
  const lines = source.text.split(LINE_END);
  if (lines.length > MAX_LINES)
    refuse(source, placeOf(source, 1), `more than ${MAX_LINES} lines in one file`);
  let section = { group: "ungrouped", kind: "hosts" };
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const place = { ...placeOf(source, index + 1), column: raw.length - raw.trimStart().length + 1 };
    const header = SECTION.exec(line);
    if (header !== null) section = readHeader(reading, header, place);
    else if (line.startsWith("[") && line.endsWith("]"))
      refuse(
        source,
        place,
        `"${line}" is no section`,
        "write [GROUP], [GROUP:children] or [GROUP:vars], without blanks",
      );
    else if (section.kind === "hosts") readHosts(reading, line, section.group, place);
    else if (section.kind === "vars") readVariable(reading, line, section.group, place);
    else readChild(reading, line, section.group, place);
  }
  for (const [name, { kind, place, section: within }] of reading.awaited)
    refuse(
      source,
      place,
      kind === "vars"
        ? `[${name}:vars] is for a group that nothing declares`
        : `[${within}:children] names "${name}", and nothing declares a group of that name`,
      `declare it with a line [${name}]`,
    );
}

function placeOf({ file }: Source, line: number): Place {
  return { file, line, column: 1 };
}

function readHeader({ fleet, source, awaited }: Reading, header: RegExpExecArray, place: Place) {
  const [, group = "", kind = "hosts"] = header;
  if (!KINDS.includes(kind)) {
    const nearest = nearestName(kind, KINDS);
    const hint =
      nearest === null ? `write one of ${KINDS.join(", ")}` : `did you mean "${group}:${nearest}"?`;
    refuse(source, place, `the section [${group}:${kind}] is of no known kind`, hint);
  }
  if (!fleet.groups.has(group)) {
    if (kind === "vars" && !awaited.has(group))
      awaited.set(group, { kind, place, section: group, parents: [] });
    addGroup(fleet, group, place);
  }
  if (kind !== "vars") settle({ fleet, source, awaited }, group);
  return { group, kind };
}

/** The group is declared now: it becomes a child of those that asked for it before, and so do they. */
function settle(reading: Reading, group: string): void {
  const waiting = [group];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const awaited = reading.awaited.get(name);
    if (awaited === undefined) continue;
    reading.awaited.delete(name);
    for (const parent of awaited.parents) {
      addChild(reading.fleet, reading.source, parent.name, name, parent.place);
      if (reading.awaited.get(parent.name)?.kind === "children") waiting.push(parent.name);
    }
  }
}

function readHosts({ fleet, source }: Reading, line: string, group: string, place: Place): void {
  const split = splitWords(line);
  if (!split.ok)
    refuse(
      source,
      place,
      `the words of this host cannot be told apart: ${split.reason}`,
      "close the quote, or write \\' for the sign itself",
    );
  const [name = "", ...words] = split.words;
  const { names, port } = hostsOf(source, name, place);
  const variables = words.map((word) => {
    const equals = word.indexOf("=");
    if (equals < 0)
      refuse(
        source,
        place,
        `"${word}" is no variable of a host`,
        "write NAME=VALUE, with quotes around a value that has blanks",
      );
    return { key: word.slice(0, equals), value: readLiteral(word.slice(equals + 1)) };
  });
  for (const host of names) {
    addHost(fleet, source, { name: host, port, place }, group);
    for (const { key, value } of variables) setVariable(fleet, source, host, key, { value, place });
  }
}

function hostsOf(source: Source, word: string, place: Place) {
  const address = parseAddress(word);
  const expanded = expandHostRange(address?.host ?? word, MAX_FLEET_HOSTS);
  if (!expanded.ok) refuse(source, place, expanded.reason, "ranges look like web[1:3] and db-[a:c]");
  if (address === null && word.trim().endsWith(":"))
    refuse(
      source,
      place,
      `"${word}" ends in a colon, behind which a port is expected`,
      "a YAML inventory's name ends in .yaml or .yml",
    );
  if (expanded.names.some((name) => name.trim() === "---"))
    refuse(
      source,
      place,
      "--- begins a YAML file, and this is read as INI",
      "a YAML inventory's name ends in .yaml or .yml",
    );
  return { names: expanded.names, port: address?.port ?? null };
}

function readVariable({ fleet, source }: Reading, line: string, group: string, place: Place): void {
  const equals = line.indexOf("=");
  if (equals < 0) refuse(source, place, `"${line}" is no variable`, "write NAME=VALUE");
  const value = readLiteral(line.slice(equals + 1).trim());
  setVariable(fleet, source, group, line.slice(0, equals).trim(), { value, place });
}

function readChild({ fleet, source, awaited }: Reading, line: string, group: string, place: Place): void {
  const [, child] = GROUP_NAME.exec(line) ?? [];
  if (child === undefined) refuse(source, place, `"${line}" is no name of a group`, "write one name a line");
  const parent = { name: group, place };
  const known = awaited.get(child);
  if (fleet.groups.has(child)) addChild(fleet, source, group, child, place);
  else if (known === undefined)
    awaited.set(child, { kind: "children", place, section: group, parents: [parent] });
  else known.parents.push(parent);
}
