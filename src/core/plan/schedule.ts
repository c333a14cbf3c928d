/**
 * Puts what units owe into one order: mounts, slices and the rest, each after what it depends on; every
 * process is stopped at most once.
 */

import type { Observation } from "../model/observation.ts";
import type { Plan, UnitAction } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";
import { dependencyOrder } from "./dependency-order.ts";
import { dependentsOf } from "./removals.ts";
import type { Debt } from "./unit-debt.ts";
import { isLive, UNKNOWN_UNIT } from "./unit-state.ts";

/** The acts on units in order, and which foreign units go down with them. */
export type Schedule = { readonly actions: readonly UnitAction[]; readonly collateral: Plan["collateral"] };

/**
 * Orders the debts (unit → debt). Our own units that would go down with a restarted one are stopped right
 * before it and started after it: once, and never a second time for a debt of their own.
 */
export function schedule(
  units: readonly UnitResource[],
  debts: ReadonlyMap<string, Debt>,
  observation: Observation,
): Schedule {
  const pulled = pulledAlong(units, debts, observation);
  const order = dependencyOrder(units);
  const isDown = new Set<string>();
  // What goes down with a unit does so right before it, not before what comes first and may fail.
  const stopsFor = (root: string): readonly UnitAction[] => {
    if (isDown.has(root)) return [];
    isDown.add(root);
    const along = order.toReversed().filter(({ unit }) => pulled.get(unit)?.root === root);
    return along.flatMap((unit) => act(unit, "stop", pulled.get(unit.unit)?.because));
  };
  const actions = order.flatMap((unit) => {
    const debt = debts.get(unit.unit);
    const pull = pulled.get(unit.unit);
    if (pull !== undefined)
      return [...stopsFor(pull.root), ...act(unit, "start", debt?.because ?? pull.because)];
    return debt === undefined ? [] : [...stopsFor(unit.unit), ...act(unit, debt.verb, debt.because)];
  });
  return { actions, collateral: collateralOf(units, debts, pulled, observation) };
}

/** root: the unit whose own act takes it down; because: in words. */
type Pull = { readonly root: string; readonly because: string };

const LONGEST_STEP_SECONDS = 600;

function act(
  unit: UnitResource,
  verb: UnitAction["verb"],
  because: string | undefined,
): readonly UnitAction[] {
  if (because === undefined) return [];
  const timeoutSeconds = Math.min(
    unit.startTimeoutSeconds + unit.stopTimeoutSeconds + 10,
    LONGEST_STEP_SECONDS,
  );
  return [{ verb, unit: unit.unit, because, timeoutSeconds }];
}

/** Our running units that go down when another of ours restarts, all the way down. */
function pulledAlong(
  units: readonly UnitResource[],
  debts: ReadonlyMap<string, Debt>,
  observation: Observation,
): ReadonlyMap<string, Pull> {
  const pulled = new Map<string, Pull>();
  const falling = units.filter(
    ({ unit }) => debts.get(unit)?.verb === "restart" || (isSocket(unit) && debts.has(unit)),
  );
  for (let cause = falling.shift(); cause !== undefined; cause = falling.shift()) {
    for (const unit of units) {
      if (pulled.has(unit.unit) || unit === cause || !unit.running || !leansOn(unit, cause, observation))
        continue;
      if (!isLive(observation.units.get(unit.unit) ?? UNKNOWN_UNIT)) continue;
      const because = `${cause.unit} ${debts.get(cause.unit)?.verb === "start" ? "starts" : "restarts"}`;
      pulled.set(unit.unit, { root: pulled.get(cause.unit)?.root ?? cause.unit, because });
      falling.push(unit);
    }
  }
  return pulled;
}

function leansOn(unit: UnitResource, cause: UnitResource, observation: Observation): boolean {
  if (dependentsOf(cause.unit, observation).includes(unit.unit)) return true;
  // systemd refuses to start or restart a socket while its service runs, and leaves it closed.
  return (cause.unit.endsWith(".mount") || isSocket(cause.unit)) && unit.after.includes(cause.unit);
}

function isSocket(unit: string): boolean {
  return unit.endsWith(".socket");
}

function collateralOf(
  units: readonly UnitResource[],
  debts: ReadonlyMap<string, Debt>,
  pulled: ReadonlyMap<string, Pull>,
  observation: Observation,
): Plan["collateral"] {
  const ours = new Set(units.map(({ unit }) => unit));
  const found = new Map<string, string>();
  for (const { unit } of units) {
    if (debts.get(unit)?.verb !== "restart" && !pulled.has(unit)) continue;
    for (const other of dependentsOf(unit, observation))
      if (!ours.has(other) && !found.has(other)) found.set(other, `${unit} restarts`);
  }
  return [...found].map(([unit, because]) => ({ unit, because }));
}
