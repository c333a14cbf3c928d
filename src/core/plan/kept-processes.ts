/** Units whose process a plan leaves as it is: what reloads them, or changes what is around them. */
import type { Observation } from "../model/observation.ts";
import type { Plan } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";
import type { BeforeAct } from "../model/verify.ts";
import { isUnitAction } from "./acted-units.ts";

/**
 * The units that run, and that no start, restart or stop of the plan reaches: each as it was when the plan
 * was made, and whether it is reloaded.
 */
export function keptProcesses(
  { actions, collateral }: Pick<Plan, "actions" | "collateral">,
  units: readonly UnitResource[],
  observation: Pick<Observation, "units">,
): ReadonlyMap<string, BeforeAct> {
  const verbs = new Map<string, ReadonlySet<string>>();
  for (const { unit, verb } of actions.filter(isUnitAction))
    verbs.set(unit, new Set([...(verbs.get(unit) ?? []), verb]));
  const along = new Set(collateral.map(({ unit }) => unit));
  return new Map(
    units.flatMap(({ unit }) => {
      const acts = verbs.get(unit) ?? new Set();
      const sample = observation.units.get(unit);
      if (sample === undefined || sample.ActiveState !== "active" || along.has(unit)) return [];
      if (["start", "restart", "stop"].some((verb) => acts.has(verb))) return [];
      return [[unit, { sample, act: acts.has("reload") ? "reload" : "none" }] as const];
    }),
  );
}
