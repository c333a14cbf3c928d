/**
 * The text of an inventory → hosts: ranges expanded, groups resolved, variables merged parent → child → host.
 */
import type { Problem } from "../errors.ts";
import type { Host, HostGroups, Tree, TreeMap } from "../model/declared.ts";
import { isTreeList, isTreeMap } from "../model/tree.ts";
import { refuseInventoryName } from "./allow-lists.ts";
import { type AnsibleHost, ansibleGroups, ansibleHosts } from "./ansible/fleet-hosts.ts";
import type { ReadFleet } from "./ansible/variables.ts";
import { checkRest, MAX_PROBLEMS, withoutEchoes, withoutRepeats } from "./check.ts";
import { groupsInOrder, resolveGroups } from "./groups.ts";
import { hostSchema, inventorySchema, type WrittenInventory } from "./inventory-schema.ts";
import { type InventoryEntry, MAX_LAID, makeHosts } from "./make-hosts.ts";
import { emptyMap } from "./merge.ts";
import { expandRanges, zipRanges } from "./ranges.ts";
import { problemAt, type TreePath, type YamlDocument } from "./yaml.ts";

const MAX_HOSTS = 20_000;

/** An environment's machines. Where problems is not empty, hosts holds what could be read. */
export type Inventory = {
  readonly hosts: readonly Host[];
  readonly groups: HostGroups;
  readonly protected: boolean;
  readonly problems: readonly Problem[];
  /** False: a mistake hides hosts or groups. */
  readonly isWhole: boolean;
};

/** What an inventory's `ansible:` names, as written; empty: nothing. */
export function ansibleSources({
  tree,
}: YamlDocument): readonly { readonly text: string; readonly path: TreePath }[] {
  const named = isTreeMap(tree) ? tree.ansible : undefined;
  const list = isTreeList(named) ? named : [named];
  return list.flatMap((text, index) =>
    typeof text === "string" ? [{ text, path: isTreeList(named) ? ["ansible", index] : ["ansible"] }] : [],
  );
}

/**
 * Reads an inventory. resolvePath makes a key file's path absolute (project/ knows the folders); ansible:
 * what its `ansible:` names, over which it is laid.
 */
export function readInventory(
  document: YamlDocument,
  resolvePath: (path: string) => string,
  ansible: ReadFleet | null = null,
): Inventory {
  if (!document.isBroken && ansible === null && isWithoutHosts(document.tree)) return withoutHosts(document);
  const { rest, problems } = checkRest(inventorySchema, document);
  const value = rest?.value ?? null;
  const below = new Map((ansible === null ? [] : ansibleHosts(ansible)).map((host) => [host.name, host]));
  const found = [...problems, ...withoutKey(document, value)];
  const reading: Reading = {
    document,
    below,
    entries: new Map(),
    problems: found,
    isWhole: found.length === 0,
  };
  const fail = failInto(reading);
  for (const [pattern, tree] of Object.entries(value?.hosts ?? {}))
    readEntry(reading, pattern, tree ?? emptyMap(), (path, message, hint) => {
      reading.isWhole = false;
      return fail(path, message, hint);
    });
  if (value !== null && reading.isWhole && reading.entries.size + below.size === 0)
    fail(["hosts"], "the inventory has no host");
  const entries = inOrder(reading);
  const names = entries.map(({ name }) => name);
  const groups = resolveGroups(value?.groups ?? {}, names, fail);
  const hosts = makeHosts(entries, value?.defaults ?? {}, groups, resolvePath);
  if (hosts === null)
    fail(["hosts"], `variables and labels come to more than ${MAX_LAID} once they are laid over the hosts`);
  return {
    hosts: hosts ?? [],
    groups: allGroups(names, groupsInOrder(value?.groups ?? {}, names), ansible),
    protected: value?.protected ?? false,
    problems: withoutEchoes(document.problems, withoutRepeats(reading.problems)),
    isWhole: reading.isWhole,
  };
}

function failInto({ document, problems }: Reading): Fail {
  return (path, message, hint = null) => {
    if (problems.length < MAX_PROBLEMS)
      problems.push(problemAt(document.text, document.keyPlaceOf(path), message, hint));
    return undefined;
  };
}

function isWithoutHosts(tree: Tree): boolean {
  return tree === null || (isTreeMap(tree) && tree.hosts === null && tree.ansible === undefined);
}

function withoutKey(document: YamlDocument, value: WrittenInventory | null): readonly Problem[] {
  if (value === null || value.hosts !== undefined || value.ansible !== undefined) return [];
  return [problemAt(document.text, document.keyPlaceOf(["hosts"]), '"hosts" is missing', null)];
}

/** Ansible's hosts in their order, then those that the file adds. */
function inOrder({ below, entries }: Reading): readonly InventoryEntry[] {
  const added = [...entries.values()].filter(({ name }) => !below.has(name));
  const own = [...below.values()].map(
    (host) => entries.get(host.name) ?? { name: host.name, place: host.place, written: {}, below: host },
  );
  return [...own, ...added];
}

/** The groups of the file over those of Ansible; all and ungrouped are there in any case. */
function allGroups(names: readonly string[], own: HostGroups, ansible: ReadFleet | null): HostGroups {
  const below: HostGroups = ansible === null ? new Map() : ansibleGroups(ansible);
  const groups = new Map<string, readonly string[]>([["all", names]]);
  const grouped = new Set([...own.values()].flat());
  for (const [name, hosts] of below)
    if (name !== "all" && name !== "ungrouped") for (const host of hosts) grouped.add(host);
  groups.set(
    "ungrouped",
    names.filter((name) => !grouped.has(name)),
  );
  for (const [name, hosts] of below) if (!groups.has(name)) groups.set(name, hosts);
  for (const [name, hosts] of own) groups.set(name, [...new Set([...(below.get(name) ?? []), ...hosts])]);
  return groups;
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
  const problems = withoutEchoes(document.problems, [none]);
  return { hosts: [], groups: new Map(), protected: false, problems, isWhole: false };
}

type Fail = (path: TreePath, message: string, hint?: string | null) => undefined;
type Reading = {
  readonly document: YamlDocument;
  readonly below: ReadonlyMap<string, AnsibleHost>;
  readonly entries: Map<string, InventoryEntry>;
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
  { document, problems, below }: Reading,
  raw: { readonly name: string; readonly pattern: string; readonly tree: Tree },
): InventoryEntry {
  const { name, pattern, tree } = raw;
  const host = below.get(name);
  const under = host === undefined ? {} : { below: host };
  const placeOf = (path: TreePath) => document.placeOf(["hosts", pattern, ...path]);
  const keyPlaceOf = (path: TreePath) => document.keyPlaceOf(["hosts", pattern, ...path]);
  if (problems.length >= MAX_PROBLEMS) return { name, place: keyPlaceOf([]), written: {}, ...under };
  const checked = checkRest(hostSchema, { tree, text: document.text, placeOf, keyPlaceOf });
  problems.push(...checked.problems);
  return { name, place: keyPlaceOf([]), written: checked.rest?.value ?? {}, ...under };
}
