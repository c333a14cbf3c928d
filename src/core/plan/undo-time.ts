/** How long a host's undo may take before systemd ends it. */
import type { Plan } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";
import { hostVerbs } from "../model/verb.ts";
import { isUnitAction } from "./acted-units.ts";

/**
 * TimeoutStopSec= of the transaction, in seconds: stop and start of every unit that an action touches, each
 * at most that action's own limit, and a minute on top. Too little would kill the undo half-way.
 */
export function stopTimeoutSeconds(plan: Plan, units: readonly UnitResource[]): number {
  const limits = new Map<string, number>();
  for (const action of plan.actions) {
    if (isUnitAction(action))
      limits.set(action.unit, Math.max(limits.get(action.unit) ?? 0, action.timeoutSeconds));
  }
  const sum = units.reduce((total, unit) => {
    const limit = limits.get(unit.unit) ?? 0;
    return total + Math.min(unit.stopTimeoutSeconds, limit) + Math.min(unit.startTimeoutSeconds, limit);
  }, 0);
  // What is removed is no longer one of the target's units, and is brought back all the same.
  const known = new Set(units.map(({ unit }) => unit));
  const gone = [...limits].reduce(
    (total, [unit, seconds]) => (known.has(unit) ? total : total + 2 * seconds),
    0,
  );
  const files = plan.actions.reduce(
    (total, action) =>
      isUnitAction(action) || hostVerbs[action.verb].of === "host"
        ? total
        : total + hostVerbs[action.verb].seconds,
    0,
  );
  return sum + gone + files + 60;
}
