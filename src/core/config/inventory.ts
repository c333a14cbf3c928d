/**
 * The text of an inventory → hosts: ranges expanded, groups resolved, variables merged parent → child → host.
 */
import type { Problem } from "../errors.ts";
import type { Host, Place, Tree, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { refuseInventoryName } from "./allow-lists.ts";
import { checkRest, MAX_PROBLEMS, withoutEchoes, withoutRepeats } from "./check.ts";
import { type ResolvedGroup, resolveGroups } from "./groups.ts";
import { hostSchema, inventorySchema, type WrittenHost } from "./inventory-schema.ts";
import { emptyMap, mergeMaps } from "./merge.ts";
import { expandRanges, zipRanges } from "./ranges.ts";
import { problemAt, type TreePath, type YamlDocument } from "./yaml.ts";

/** The systemd version that rendering uses where the inventory says nothing. */
export const DEFAULT_SYSTEMD = 247;
/** Until a host counts as unreachable where the inventory says nothing. */
const CONNECT_TIMEOUT_SECONDS = 10;
const MAX_HOSTS = 20_000;
const MAX_LAID = 300_000;

/** An environment's machines. Where problems is not empty, hosts holds what could be read. */
export type Inventory = {
  readonly hosts: readonly Host[];
  readonly protected: boolean;
  readonly problems: readonly Problem[];
  /** False: a mistake hides hosts or groups. */
  readonly isWhole: boolean;
};

/** Reads an inventory. resolvePath makes a key file's path absolute (project/ knows the folders). */
export function readInventory(document: YamlDocument, resolvePath: (path: string) => string): Inventory {
  if (!document.isBroken && isWithoutHosts(document.tree)) return withoutHosts(document);
  const { rest, problems } = checkRest(inventorySchema, document);
  const value = rest?.value ?? null;
  const reading: Reading = {
    document,
    entries: new Map(),
    problems: [...problems],
    isWhole: problems.length === 0,
  };
  const fail = (path: TreePath, message: string, hint: string | null = null) => {
    if (reading.problems.length < MAX_PROBLEMS)
      reading.problems.push(problemAt(document.text, document.keyPlaceOf(path), message, hint));
    return undefined;
  };
  for (const [pattern, tree] of Object.entries(value?.hosts ?? {}))
    readEntry(reading, pattern, tree ?? emptyMap(), (path, message, hint) => {
      reading.isWhole = false;
      return fail(path, message, hint);
    });
  if (value !== null && problems.length === 0 && reading.entries.size === 0)
    fail(["hosts"], "the inventory has no host");
  const groups = resolveGroups(value?.groups ?? {}, [...reading.entries.keys()], fail);
  const hosts = makeHosts([...reading.entries.values()], value?.defaults ?? {}, groups, resolvePath);
  if (hosts === null)
    fail(["hosts"], `variables and labels come to more than ${MAX_LAID} once they are laid over the hosts`);
  return {
    hosts: hosts ?? [],
    protected: value?.protected ?? false,
    problems: withoutEchoes(document.problems, withoutRepeats(reading.problems)),
    isWhole: reading.isWhole,
  };
}

function isWithoutHosts(tree: Tree): boolean {
  return tree === null || (isTreeMap(tree) && tree.hosts === null);
}

/** A file that was begun. */
function withoutHosts(document: YamlDocument): Inventory {
  const hint = "write one, e.g. hosts: { web1: { address: 192.0.2.1 } }";
  const none = problemAt(
    document.text,
    document.keyPlaceOf(["hosts"]),
    "the inventory has no host yet",
    hint,
  );
  return { hosts: [], protected: false, problems: withoutEchoes(document.problems, [none]), isWhole: false };
}

type Fail = (path: TreePath, message: string, hint?: string | null) => undefined;
type Entry = { readonly name: string; readonly written: WrittenHost; readonly place: Place };
type Reading = {
  readonly document: YamlDocument;
  readonly entries: Map<string, Entry>;
  readonly problems: Problem[];
  isWhole: boolean;
};

/** One key of `hosts:`, which may stand for many hosts. */
function readEntry(reading: Reading, pattern: string, tree: TreeMap, fail: Fail): undefined {
  const names = expandRanges(pattern);
  if (!names.ok) return fail(["hosts", pattern], names.reason);
  const count = names.texts.length;
  const trees = zipRanges(tree, count);
  if (!trees.ok)
    return fail(
      ["hosts", pattern],
      trees.reason,
      "a range in a value has as many members as the range in the name",
    );
  if (reading.entries.size + count > MAX_HOSTS)
    return fail(["hosts", pattern], `more than ${MAX_HOSTS} hosts`);
  for (const [index, name] of names.texts.entries()) {
    const reason = refuseHostName(name, reading.entries);
    if (reason === null)
      reading.entries.set(name, readHost(reading, { name, pattern, tree: trees.trees[index] ?? null }));
    else fail(["hosts", pattern], reason);
  }
}

function refuseHostName(name: string, entries: Reading["entries"]): string | null {
  if (name === "all") return '"all" means every host';
  const other = entries.get(name);
  if (other !== undefined) return `the host "${name}" is declared twice; first in line ${other.place.line}`;
  const reason = refuseInventoryName(name);
  return reason === null ? null : `"${name}": ${reason}`;
}

function readHost(
  { document, problems }: Reading,
  raw: { readonly name: string; readonly pattern: string; readonly tree: Tree },
): Entry {
  const { name, pattern, tree } = raw;
  const placeOf = (path: TreePath) => document.placeOf(["hosts", pattern, ...path]);
  const keyPlaceOf = (path: TreePath) => document.keyPlaceOf(["hosts", pattern, ...path]);
  if (problems.length >= MAX_PROBLEMS) return { name, place: keyPlaceOf([]), written: {} };
  const checked = checkRest(hostSchema, { tree, text: document.text, placeOf, keyPlaceOf });
  problems.push(...checked.problems);
  return { name, place: keyPlaceOf([]), written: checked.rest?.value ?? {} };
}

type Groups = ReadonlyMap<string, readonly ResolvedGroup[]>;

/** null: laying everything over every host would take more than an inventory is worth. */
function makeHosts(
  entries: readonly Entry[],
  defaults: WrittenHost,
  groups: Groups,
  resolvePath: (path: string) => string,
): readonly Host[] | null {
  const sizeOf = (map: object | undefined) => Object.keys(map ?? {}).length;
  const layered = entries.map((entry) => ({ entry, mine: groups.get(entry.name) ?? [] }));
  let laid = 0;
  for (const { entry, mine } of layered) {
    laid +=
      sizeOf(defaults.vars) +
      sizeOf(defaults.labels) +
      sizeOf(entry.written.vars) +
      sizeOf(entry.written.labels);
    for (const group of mine) laid += sizeOf(group.vars);
    if (laid > MAX_LAID) return null;
  }
  return layered.map(({ entry, mine }) => makeHost(entry, defaults, mine, resolvePath));
}

function makeHost(
  entry: Entry,
  defaults: WrittenHost,
  mine: readonly ResolvedGroup[],
  resolvePath: (path: string) => string,
): Host {
  const layers = [
    defaults.vars ?? emptyMap(),
    ...mine.map((group) => group.vars),
    entry.written.vars ?? emptyMap(),
  ];
  const own = { ...defaults, ...entry.written };
  const user = own.user ?? "root";
  return {
    name: entry.name,
    address: own.address ?? entry.name,
    port: own.port ?? 22,
    user,
    become: own.become ?? (user === "root" ? "none" : "sudo"),
    identity: own.identity === undefined ? null : resolvePath(own.identity),
    knownHosts: own.knownHosts === undefined ? null : resolvePath(own.knownHosts),
    connectTimeoutSeconds: own.connectTimeout ?? CONNECT_TIMEOUT_SECONDS,
    groups: mine.map((group) => group.name).sort(),
    vars: layers.reduce(mergeMaps, emptyMap()),
    labels: { ...defaults.labels, ...entry.written.labels },
    systemd: own.systemd ?? DEFAULT_SYSTEMD,
    required: own.required ?? false,
    ...(own.sharedHost === true ? { sharedHost: true } : {}),
    place: entry.place,
  };
}
