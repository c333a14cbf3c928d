/**
 * The groups of an inventory: members through children, depth for the order in which variables are laid over
 * each other, cycles named.
 */
import { didYouMean } from "../errors.ts";
import type { TreeMap } from "../model/declared.ts";
import { refuseInventoryName } from "./allow-lists.ts";
import type { WrittenGroup } from "./inventory-schema.ts";
import { emptyMap } from "./merge.ts";
import { matchesGlob } from "./patterns.ts";
import { expandRanges } from "./ranges.ts";
import type { TreePath } from "./yaml.ts";

/** A group. depth: the longest way from a group that is no group's child; deeper wins. */
export type ResolvedGroup = { readonly name: string; readonly depth: number; readonly vars: TreeMap };

const MAX_WORK = 500_000;
type Fail = (path: TreePath, message: string, hint?: string | null) => undefined;
type WrittenGroups = { readonly [name: string]: WrittenGroup };

/**
 * The groups of each host, those that are laid first in front. Mistakes go to `fail` with the path of the
 * group; with a cycle or too many members, no group is resolved.
 */
export function resolveGroups(
  written: WrittenGroups,
  hosts: readonly string[],
  fail: Fail,
): ReadonlyMap<string, readonly ResolvedGroup[]> {
  const known = new Set(hosts);
  for (const name of Object.keys(written)) checkName(name, known, fail);
  checkChildren(written, fail);
  const cycle = findCycle(written);
  if (cycle !== null) {
    fail(["groups", cycle[0] ?? ""], `groups that contain themselves: ${cycle.join(" → ")}`);
    return new Map();
  }
  const order = parentsFirst(written);
  const depths = new Map<string, number>();
  for (const name of order)
    for (const child of childrenOf(written, name))
      depths.set(child, Math.max(depths.get(child) ?? 0, (depths.get(name) ?? 0) + 1));
  const members = new Map<string, ReadonlySet<string>>();
  const walk: Walk = { written, hosts, known, members, fail, work: 0 };
  for (const name of order.toReversed()) members.set(name, membersOf(walk, name));
  if (walk.work > MAX_WORK) {
    fail(["groups"], "the groups have more members than an inventory may hold");
    return new Map();
  }
  return groupsByHost(
    order,
    (name) => ({ name, depth: depths.get(name) ?? 0, vars: written[name]?.vars ?? emptyMap() }),
    members,
  );
}

/**
 * Each group's hosts in its own order, as Ansible has it: its own first, then those of its children, level by
 * level. Groups past MAX_WORK are left out.
 */
export function groupsInOrder(
  written: WrittenGroups,
  hosts: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const fail: Fail = () => undefined;
  const walk: Walk = { written, hosts, known: new Set(hosts), members: new Map(), fail, work: 0 };
  const own = new Map(
    Object.entries(written).map(([name, { hosts: patterns = [] }]) => [
      name,
      patterns.flatMap((pattern) => hostsOf(walk, pattern, [])),
    ]),
  );
  const ordered = new Map<string, readonly string[]>();
  for (const name of own.keys()) {
    if (walk.work > MAX_WORK) break;
    const below = new Set([name]);
    for (const group of below) for (const child of childrenOf(written, group)) below.add(child);
    walk.work += below.size;
    ordered.set(name, [...new Set([...below].flatMap((group) => own.get(group) ?? []))]);
  }
  return ordered;
}

type Walk = {
  readonly written: WrittenGroups;
  readonly hosts: readonly string[];
  readonly known: ReadonlySet<string>;
  readonly members: ReadonlyMap<string, ReadonlySet<string>>;
  readonly fail: Fail;
  /** Names looked at so far; past MAX_WORK nothing more is read. */
  work: number;
};

function groupsByHost(
  order: readonly string[],
  make: (name: string) => ResolvedGroup,
  members: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, readonly ResolvedGroup[]> {
  const groups = order.map(make).sort((a, b) => a.depth - b.depth || (a.name < b.name ? -1 : 1));
  const byHost = new Map<string, ResolvedGroup[]>();
  for (const group of groups) {
    for (const host of members.get(group.name) ?? []) {
      const mine = byHost.get(host);
      if (mine === undefined) byHost.set(host, [group]);
      else mine.push(group);
    }
  }
  return byHost;
}

function checkName(name: string, hosts: ReadonlySet<string>, fail: Fail): void {
  const reason = refuseInventoryName(name);
  if (reason !== null) fail(["groups", name], `"${name}": ${reason}`);
  else if (name === "all")
    fail(["groups", name], '"all" means every host', "write what holds for every host in defaults:");
  else if (hosts.has(name)) fail(["groups", name], `"${name}" is a host and a group`);
}

function checkChildren(written: WrittenGroups, fail: Fail): void {
  for (const [name, group] of Object.entries(written)) {
    for (const [index, child] of (group.children ?? []).entries()) {
      if (!Object.hasOwn(written, child))
        fail(
          ["groups", name, "children", index],
          `there is no group "${child}"`,
          didYouMean(child, Object.keys(written)),
        );
    }
  }
}

function childrenOf(written: WrittenGroups, name: string): readonly string[] {
  return (written[name]?.children ?? []).filter((child) => Object.hasOwn(written, child));
}

/** Depth-first with an own stack: a chain of ten thousand groups is no problem. */
function findCycle(written: WrittenGroups): readonly string[] | null {
  const done = new Set<string>();
  for (const start of Object.keys(written)) {
    const trail: { readonly name: string; readonly left: string[] }[] = [
      { name: start, left: [...childrenOf(written, start)] },
    ];
    const onTrail = new Set([start]);
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        trail.pop();
        onTrail.delete(top.name);
        done.add(top.name);
      } else if (onTrail.has(next)) {
        const names = trail.map((step) => step.name);
        return [...names.slice(names.indexOf(next)), next];
      } else if (!done.has(next)) {
        trail.push({ name: next, left: [...childrenOf(written, next)] });
        onTrail.add(next);
      }
    }
  }
  return null;
}

/** Kahn's order; complete because there is no cycle. */
function parentsFirst(written: WrittenGroups): readonly string[] {
  const waiting = new Map(Object.keys(written).map((name) => [name, 0]));
  for (const name of waiting.keys())
    for (const child of childrenOf(written, name)) waiting.set(child, (waiting.get(child) ?? 0) + 1);
  const order = [...waiting].filter(([, parents]) => parents === 0).map(([name]) => name);
  for (const name of order) {
    for (const child of childrenOf(written, name)) {
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) order.push(child);
    }
  }
  return order;
}

function membersOf(walk: Walk, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const child of childrenOf(walk.written, name)) {
    const inner = walk.members.get(child) ?? new Set();
    walk.work += inner.size;
    if (walk.work > MAX_WORK) return found;
    for (const host of inner) found.add(host);
  }
  for (const [index, pattern] of (walk.written[name]?.hosts ?? []).entries()) {
    for (const host of hostsOf(walk, pattern, ["groups", name, "hosts", index])) found.add(host);
    if (walk.work > MAX_WORK) return found;
  }
  return found;
}

function hostsOf(walk: Walk, pattern: string, path: TreePath): readonly string[] {
  const expansion = expandRanges(pattern);
  if (!expansion.ok) walk.fail(path, expansion.reason);
  const found: string[] = [];
  for (const text of expansion.ok ? expansion.texts : []) {
    if (walk.work > MAX_WORK) return found;
    const isGlob = /[*?]/.test(text);
    const matching = isGlob
      ? walk.hosts.filter((host) => matchesGlob(text, host))
      : walk.known.has(text)
        ? [text]
        : [];
    walk.work += isGlob ? walk.hosts.length : 1;
    found.push(...matching);
    if (matching.length > 0) continue;
    // Looking for what was meant costs more than a look at a name.
    walk.work += walk.hosts.length * 20;
    walk.fail(path, `there is no host "${text}"`, didYouMean(text, walk.hosts));
  }
  return found;
}
