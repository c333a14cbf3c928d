/** What a plan comes to for who operates the host. */
import type { Plan, Work } from "../model/plan.ts";
import { isUnitAction } from "./acted-units.ts";

/**
 * The acts on units, without a daemon-reload and the wait behind a canary, and what changes by kind. What
 * becomes of a unit itself is an act, or a file of its own.
 */
export function workIn({ changes, actions }: Pick<Plan, "changes" | "actions">): Work {
  return {
    acts: actions.flatMap((action) =>
      isUnitAction(action) && action.verb !== "settle" ? [{ verb: action.verb, unit: action.unit }] : [],
    ),
    changes: changes.flatMap(({ resource: { kind }, before, after }) =>
      kind === "unit"
        ? []
        : [{ kind, outcome: after === null ? "removed" : before === null ? "new" : "changed" }],
    ),
  };
}
