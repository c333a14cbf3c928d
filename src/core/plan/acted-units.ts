/** Which units a target has, and on which a plan acts. */

import type { Action, Plan, UnitAction } from "../model/plan.ts";
import type { HostTarget, UnitResource } from "../model/resource.ts";

/** Whether an act is on a unit; the others are on the host itself. */
export function isUnitAction(action: Action): action is UnitAction {
  return "unit" in action;
}

/** Units that the plan acts on, each once, in the order of the acts. */
export function actedUnits({ actions }: Pick<Plan, "actions">): readonly string[] {
  return [...new Set(actions.filter(isUnitAction).map(({ unit }) => unit))];
}

/** The units of a target, in the order of its resources. */
export function unitsOf({ resources }: Pick<HostTarget, "resources">): readonly UnitResource[] {
  return resources.filter((resource) => resource.kind === "unit");
}
