/** The groups of an inventory: members through children, depth for the order in which variables are laid over each other, cycles named. */
import { didYouMean } from "../errors.ts";
import type { TreeMap } from "../model.ts";
import { refuseInventoryName } from "./allow-lists.ts";
import type { WrittenGroup } from "./inventory-schema.ts";
import { emptyMap } from "./merge.ts";
import { matchesGlob } from "./patterns.ts";
import { expandRanges } from "./ranges.ts";
import type { TreePath } from "./yaml.ts";

/** A group with all hosts below it. depth: the longest way from a group that is nobody's child; deeper wins. */
export type ResolvedGroup = { readonly name: string; readonly hosts: ReadonlySet<string>; readonly depth: number; readonly vars: TreeMap };
type Fail = (path: TreePath, message: string, hint?: string | null) => undefined;
type Written = { readonly [name: string]: WrittenGroup };

/** Resolves all groups; mistakes go to `fail` with the path of the group. With a cycle, no group is resolved. */
export function resolveGroups(written: Written, hosts: readonly string[], fail: Fail): ReadonlyMap<string, ResolvedGroup> {
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
    for (const child of childrenOf(written, name)) depths.set(child, Math.max(depths.get(child) ?? 0, (depths.get(name) ?? 0) + 1));
  const members = new Map<string, Set<string>>();
  for (const name of order.toReversed()) members.set(name, membersOf(name, written, hosts, known, members, fail));
  return new Map(
    order.map((name) => [
      name,
      { name, hosts: members.get(name) ?? new Set(), depth: depths.get(name) ?? 0, vars: written[name]?.vars ?? emptyMap() },
    ]),
  );
}

function checkName(name: string, hosts: ReadonlySet<string>, fail: Fail): void {
  const reason = refuseInventoryName(name);
  if (reason !== null) fail(["groups", name], `"${name}": ${reason}`);
  else if (name === "all") fail(["groups", name], '"all" means every host', "what holds for every host stands in defaults:");
  else if (hosts.has(name)) fail(["groups", name], `"${name}" is a host and a group`);
}

function checkChildren(written: Written, fail: Fail): void {
  for (const [name, group] of Object.entries(written)) {
    for (const [index, child] of (group.children ?? []).entries()) {
      if (!Object.hasOwn(written, child))
        fail(["groups", name, "children", index], `there is no group "${child}"`, didYouMean(child, Object.keys(written)));
    }
  }
}

function childrenOf(written: Written, name: string): readonly string[] {
  return (written[name]?.children ?? []).filter((child) => Object.hasOwn(written, child));
}

/** Depth-first with an own stack: a chain of ten thousand groups is no problem. */
function findCycle(written: Written): readonly string[] | null {
  const done = new Set<string>();
  for (const start of Object.keys(written)) {
    const trail: { readonly name: string; readonly left: string[] }[] = [{ name: start, left: [...childrenOf(written, start)] }];
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
function parentsFirst(written: Written): readonly string[] {
  const waiting = new Map(Object.keys(written).map((name) => [name, 0]));
  for (const name of waiting.keys()) for (const child of childrenOf(written, name)) waiting.set(child, (waiting.get(child) ?? 0) + 1);
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

function membersOf(
  name: string,
  written: Written,
  hosts: readonly string[],
  known: ReadonlySet<string>,
  members: ReadonlyMap<string, Set<string>>,
  fail: Fail,
): Set<string> {
  const found = new Set<string>();
  for (const child of childrenOf(written, name)) for (const host of members.get(child) ?? []) found.add(host);
  for (const [index, pattern] of (written[name]?.hosts ?? []).entries()) {
    const path = ["groups", name, "hosts", index];
    const expansion = expandRanges(pattern);
    if (!expansion.ok) fail(path, expansion.reason);
    for (const text of expansion.ok ? expansion.texts : []) {
      const matching = /[*?]/.test(text) ? hosts.filter((host) => matchesGlob(text, host)) : known.has(text) ? [text] : [];
      if (matching.length === 0) fail(path, `there is no host "${text}"`, didYouMean(text, hosts));
      for (const host of matching) found.add(host);
    }
  }
  return found;
}
