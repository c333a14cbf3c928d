/**
 * Puts what units owe into one order: stops, then mounts, slices and the rest, each after what it depends on;
 * every process goes down at most once.
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
 * Orders the debts (unit → debt). Our own units that would go down with a restarted one are stopped before it
 * and started after it: once, and never a second time for a debt of their own.
 */
export function schedule(
  units: readonly UnitResource[],
  debts: ReadonlyMap<string, Debt>,
  observation: Observation,
): Schedule {
  const pulled = pulledAlong(units, debts, observation);
  const order = dependencyOrder(units);
  const stops = order.toReversed().flatMap((unit) => act(unit, "stop", pulled.get(unit.unit)));
  const starts = order.flatMap((unit) => {
    const debt = debts.get(unit.unit);
    const because = pulled.get(unit.unit);
    if (because !== undefined) return act(unit, "start", debt?.because ?? because);
    return debt === undefined ? [] : act(unit, debt.verb, debt.because);
  });
  return { actions: [...stops, ...starts], collateral: collateralOf(units, debts, pulled, observation) };
}

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

/** Our running units that go down when another of ours restarts, all the way down: unit → reason. */
function pulledAlong(
  units: readonly UnitResource[],
  debts: ReadonlyMap<string, Debt>,
  observation: Observation,
): ReadonlyMap<string, string> {
  const pulled = new Map<string, string>();
  const falling = units.filter(
    ({ unit }) => debts.get(unit)?.verb === "restart" || (isSocket(unit) && debts.has(unit)),
  );
  for (let cause = falling.shift(); cause !== undefined; cause = falling.shift()) {
    for (const unit of units) {
      if (pulled.has(unit.unit) || unit === cause || !unit.running || !leansOn(unit, cause, observation))
        continue;
      if (!isLive(observation.units.get(unit.unit) ?? UNKNOWN_UNIT)) continue;
      pulled.set(
        unit.unit,
        `${cause.unit} ${debts.get(cause.unit)?.verb === "start" ? "starts" : "restarts"}`,
      );
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
  pulled: ReadonlyMap<string, string>,
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
