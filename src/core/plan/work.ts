/** What a plan comes to for who operates the host. */
import type { Plan, Work } from "../model/plan.ts";

/** The acts on units, without a daemon-reload and the wait behind a canary, and the changes by kind. */
export function workIn({ changes, actions }: Pick<Plan, "changes" | "actions">): Work {
  return {
    acts: actions.flatMap((action) =>
      action.verb === "daemon-reload" || action.verb === "settle"
        ? []
        : [{ verb: action.verb, unit: action.unit }],
    ),
    changes: changes.map(({ resource, before, after }) => ({
      kind: resource.kind,
      outcome: after === null ? "removed" : before === null ? "new" : "changed",
    })),
  };
}
