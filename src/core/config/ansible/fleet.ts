/**
 * The hosts and groups of an Ansible inventory while its sources are read into it, one after the other; the
 * order in which they were named is kept everywhere.
 */
import { ConfigError, didYouMean, type Problem } from "../../errors.ts";
import type { Place } from "../../model/declared.ts";
import { problemAt } from "../yaml.ts";
import type { Sourced, Value } from "./value.ts";

/** A text of an inventory; file: how messages name it. */
export type Source = { readonly file: string; readonly text: string };

/** Variables by name, each where it is written last. */
export type Variables = Map<string, Sourced>;

/**
 * A host. groups: those that name it, without their parents. left: groups above it that do not count for it.
 * ports: as its lines give them.
 */
export type FleetHost = {
  readonly name: string;
  readonly place: Place;
  readonly groups: Set<string>;
  readonly left: Set<string>;
  readonly vars: Variables;
  readonly ports: { readonly port: number | null; readonly place: Place }[];
};

/** A group; hosts and children are those it names itself. */
export type FleetGroup = {
  readonly name: string;
  readonly place: Place;
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly vars: Variables;
  /** Of groups of one depth, the higher wins (ansible_group_priority). */
  priority: number;
};

/** What was read so far. ignored: parts of sources that Ansible passes over as well, with the reason. */
export type Fleet = {
  readonly hosts: Map<string, FleetHost>;
  readonly groups: Map<string, FleetGroup>;
  readonly ignored: Problem[];
  /** Steps that the check for loops took; the inventory is refused past a bound. */
  work: number;
};

/** More hosts than this are a mistake in a range, or an attack. */
export const MAX_FLEET_HOSTS = 100_000;
const MAX_WORK = 5_000_000;
const NOWHERE: Place = { file: "", line: 1, column: 1 };

/** A fleet without hosts: the groups `all` and `ungrouped`. */
export function makeFleet(): Fleet {
  const fleet: Fleet = { hosts: new Map(), groups: new Map(), ignored: [], work: 0 };
  for (const name of ["all", "ungrouped"]) addGroup(fleet, name, NOWHERE);
  join(fleet, "all", "ungrouped");
  return fleet;
}

/** Throws the one mistake that ends the reading of a source. */
export function refuse(source: Source, place: Place, message: string, hint: string | null = null): never {
  throw new ConfigError([problemAt(source.text, place, message, hint)]);
}

/** The group of this name, which is added where there is none. */
export function addGroup(fleet: Fleet, name: string, place: Place): FleetGroup {
  const known = fleet.groups.get(name);
  if (known !== undefined) return known;
  const sets = { hosts: new Set<string>(), children: new Set<string>(), parents: new Set<string>() };
  const group: FleetGroup = { name, place, ...sets, vars: new Map(), priority: 1 };
  fleet.groups.set(name, group);
  return group;
}

/** A host as a source names it. */
export type NamedHost = { readonly name: string; readonly port: number | null; readonly place: Place };

/** The host of this name, in the group. The port counts where the host is named first. */
export function addHost(fleet: Fleet, source: Source, { name, port, place }: NamedHost, group: string): void {
  if (name === "") refuse(source, place, "a host needs a name");
  const known = fleet.hosts.get(name);
  if (known === undefined && fleet.hosts.size >= MAX_FLEET_HOSTS)
    refuse(source, place, `more than ${MAX_FLEET_HOSTS} hosts`, "look for a range that is too long");
  const none = { groups: new Set<string>(), left: new Set<string>() };
  const host: FleetHost = known ?? { name, place, ...none, vars: new Map(), ports: [] };
  fleet.hosts.set(name, host);
  host.ports.push({ port, place });
  if (known === undefined && port !== null && port !== 0)
    host.vars.set("ansible_port", { value: BigInt(port), place });
  host.groups.add(group);
  fleet.groups.get(group)?.hosts.add(name);
}

/** Sets a variable of a group or else of a host; of one name the group is meant, as in Ansible. */
export function setVariable(fleet: Fleet, source: Source, owner: string, name: string, found: Sourced): void {
  const group = fleet.groups.get(owner);
  if (group === undefined) fleet.hosts.get(owner)?.vars.set(name, found);
  else if (name !== "ansible_group_priority") group.vars.set(name, found);
  else group.priority = readPriority(source, found);
}

function readPriority(source: Source, { value, place }: Sourced): number {
  const priority =
    typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : asNumber(value);
  if (priority === null) refuse(source, place, "ansible_group_priority is a whole number");
  return priority;
}

function asNumber(value: Value): number | null {
  if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? Math.trunc(value) : null;
}

/** Makes a group, or else a host, a member of a group. Refuses what is neither, and loops. */
export function addChild(fleet: Fleet, source: Source, parent: string, child: string, place: Place): void {
  if (!fleet.groups.has(child)) {
    const host = fleet.hosts.get(child);
    if (host === undefined)
      refuse(source, place, `there is no group "${child}"`, didYouMean(child, fleet.groups.keys()));
    host.groups.add(parent);
    fleet.groups.get(parent)?.hosts.add(child);
    return;
  }
  if (fleet.groups.get(parent)?.children.has(child) === true) return;
  const way = wayUp(fleet, parent, child);
  if (fleet.work > MAX_WORK) refuse(source, place, "the groups contain each other too often to be read");
  if (way !== null)
    refuse(source, place, `groups that contain themselves: ${[...way.toReversed(), child].join(" → ")}`);
  join(fleet, parent, child);
}

function join(fleet: Fleet, parent: string, child: string): void {
  fleet.groups.get(parent)?.children.add(child);
  fleet.groups.get(child)?.parents.add(parent);
}

/** The groups from one up to another that contains it, the first one first; null: it does not. */
function wayUp(fleet: Fleet, from: string, to: string): readonly string[] | null {
  const via = new Map([[from, from]]);
  for (const name of via.keys()) {
    fleet.work++;
    if (name === to) return trail(via, from, to);
    for (const parent of fleet.groups.get(name)?.parents ?? []) if (!via.has(parent)) via.set(parent, name);
  }
  return null;
}

function trail(via: ReadonlyMap<string, string>, from: string, to: string): readonly string[] {
  const names = [to];
  for (let at = to; at !== from; ) {
    at = via.get(at) ?? from;
    names.unshift(at);
  }
  return names;
}

/**
 * What Ansible does once every source is read: every group is below `all`, and a host that no other group
 * names is in `ungrouped`.
 */
export function completeFleet(fleet: Fleet): void {
  for (const group of fleet.groups.values())
    if (group.name !== "all" && group.parents.size === 0) {
      const way = wayUp(fleet, "all", group.name);
      if (way !== null) throw new ConfigError([unplaced(group.place, "a group cannot contain all")]);
      join(fleet, "all", group.name);
    }
  const ungrouped = fleet.groups.get("ungrouped");
  for (const host of fleet.hosts.values()) {
    const others = groupsAbove(fleet, host).filter((name) => name !== "all" && name !== "ungrouped");
    if (others.length > 0) {
      if (host.groups.delete("ungrouped")) {
        ungrouped?.hosts.delete(host.name);
        leave(fleet, host, "ungrouped");
      }
    } else if (!host.groups.has("ungrouped")) addUngrouped(fleet, host);
  }
}

/** Leaving a group, a host leaves the groups above it as well that no other of its groups is below. */
function leave(fleet: Fleet, host: FleetHost, group: string): void {
  host.left.add(group);
  for (const above of ancestorsOf(fleet, [group])) {
    if (above === "all" || above === group || host.left.has(above)) continue;
    const others = groupsAbove(fleet, host).filter((other) => other !== above);
    if (!others.some((other) => ancestorsOf(fleet, [other]).has(above))) leave(fleet, host, above);
  }
}

/** Where a group has the name of the host, Ansible takes the group instead. */
function addUngrouped(fleet: Fleet, { name, place, groups }: FleetHost): void {
  if (!fleet.groups.has(name)) {
    groups.add("ungrouped");
    fleet.groups.get("ungrouped")?.hosts.add(name);
  } else if (wayUp(fleet, "ungrouped", name) === null) join(fleet, "ungrouped", name);
  else throw new ConfigError([unplaced(place, `"${name}" is a host of no group, and a group of that name`)]);
}

function unplaced(place: Place, message: string): Problem {
  return { place, message, hint: null, excerpt: "" };
}

/** Every group that a host is in, by itself or through a child. */
export function groupsAbove(fleet: Fleet, host: FleetHost): readonly string[] {
  return [...ancestorsOf(fleet, host.groups)].filter((name) => !host.left.has(name));
}

/** Groups and all that contain them. */
function ancestorsOf(fleet: Fleet, groups: Iterable<string>): ReadonlySet<string> {
  const found = new Set(groups);
  for (const name of found) for (const parent of fleet.groups.get(name)?.parents ?? []) found.add(parent);
  return found;
}

/** The hosts of a group in the group's own order: its own, then those of its children, level by level. */
export function membersOf(fleet: Fleet, group: string): readonly string[] {
  const groups = new Set([group]);
  for (const name of groups) for (const child of fleet.groups.get(name)?.children ?? []) groups.add(child);
  const hosts = new Set<string>();
  for (const name of groups) for (const host of fleet.groups.get(name)?.hosts ?? []) hosts.add(host);
  return [...hosts];
}

/** How far each group is below `all` on the longest way. */
export function depthsOf(fleet: Fleet): ReadonlyMap<string, number> {
  const waiting = new Map([...fleet.groups.values()].map(({ name, parents }) => [name, parents.size]));
  const deepest = new Map<string, number>();
  const depths = new Map([...waiting].filter(([, count]) => count === 0).map(([name]) => [name, 0]));
  for (const [name, depth] of depths)
    for (const child of fleet.groups.get(name)?.children ?? []) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      deepest.set(child, Math.max(deepest.get(child) ?? 0, depth + 1));
      if (left === 0) depths.set(child, deepest.get(child) ?? 0);
    }
  return depths;
}
