/**
 * Runs many cases by few runs. A kill leaves the host as it was at that moment: so one run is held before each of
 * these points, the host is kept, and what comes after the kill is run from there. A kill's group is gone in truth as
 * here, with its lock; what a script had in memory plays no part in what follows.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "./points.ts";
import { keeper } from "./root.ts";
import { type Ran, type Ready, runFrom, type Start } from "./run.ts";

/** Runs the cases and hands each back with what came of it, not in their order. */
export function* runShared(ready: Ready, cases: readonly Case[]): Generator<readonly [Case, Ran]> {
  const from: Start = { from: ready.before, apply: [], finish: [], confirm: true };
  const kills = cases.flatMap(({ apply }) => killOf(apply) ?? []);
  const kept = keepMoments(ready, from, "apply", kills);
  for (const group of Map.groupBy(cases, ({ apply }) => apply.join(" ")).values()) {
    const moment = momentAfter(ready, group, kept);
    if (moment !== undefined) yield* runAfter(ready, moment, group);
    else
      for (const each of group) yield [each, runFrom(ready, { ...each, from: ready.before, logged: false })];
  }
}

/** How apply.sh leaves the host, for cases that differ in finish.sh alone; undefined: that is not worth a run. */
function momentAfter(
  ready: Ready,
  group: readonly Case[],
  kept: (number: number) => string | undefined,
): string | undefined {
  const apply = group[0]?.apply ?? [];
  const kill = killOf(apply);
  if (kill !== null || group.length === 1) return kept(kill ?? 0);
  const from: Start = { from: ready.before, apply, finish: [], confirm: true };
  return keepMoments(ready, from, "finish", [FIRST], "ended")(FIRST);
}

/** Before a script has begun. */
const FIRST = 1;

/** The cases after one end of apply.sh. */
function* runAfter(ready: Ready, moment: string, group: readonly Case[]): Generator<readonly [Case, Ran]> {
  const from: Start = { from: moment, apply: null, finish: [], confirm: true, logged: false };
  const kills = group.flatMap(({ finish }) => killOf(finish) ?? []);
  const kept = keepMoments(ready, from, "finish", kills.length > 1 ? kills : []);
  for (const each of group) {
    const at = kept(killOf(each.finish) ?? 0);
    const start = at === undefined ? { ...from, finish: each.finish } : { ...from, from: at, finish: null };
    const ran = runFrom(ready, start);
    const before = each.apply.length + (at === undefined ? 0 : each.finish.length);
    yield [each, { ...ran, struck: before + ran.struck }];
  }
}

/** Where the only fault is a kill before a point: its number. */
function killOf(faults: readonly string[]): number | null {
  const [number, mode] = faults.length === 1 ? (faults[0] ?? "").split(":") : [];
  return mode === "kill-before" ? Number(number) : null;
}

/** Runs once and keeps the host before each of the points; says in which folder, if the point was met. */
function keepMoments(
  ready: Ready,
  start: Start,
  script: "apply" | "finish",
  numbers: readonly number[],
  name: string = script,
): (number: number) => string | undefined {
  const folder = join(ready.root.work, `moments-${name}`);
  rmSync(folder, { recursive: true, force: true });
  if (numbers.length > 0) {
    const keep = keeper(ready.root, folder);
    const hooks = [...new Set(numbers)].map((number) => `${number}:hook=${keep}`);
    runFrom(ready, { ...start, [script]: [...(start[script] ?? []), ...hooks] });
  }
  return (number) => {
    const path = join(folder, String(number));
    return existsSync(path) ? path : undefined;
  };
}
