/** Which units a plan acts on. */
import type { Action, Plan, UnitAction } from "../model/plan.ts";

/** Whether an act is on a unit; the others are on the host itself. */
export function isUnitAction(action: Action): action is UnitAction {
  return "unit" in action;
}

/** Units that the plan acts on, each once, in the order of the acts. */
export function actedUnits({ actions }: Pick<Plan, "actions">): readonly string[] {
  return [...new Set(actions.filter(isUnitAction).map(({ unit }) => unit))];
}
