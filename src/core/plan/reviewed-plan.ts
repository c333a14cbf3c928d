/** A saved plan meets the host as it is now: what was reviewed as a plan again, and what moved since. */
import type { Change, Plan, SavedChange, SavedHost } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import type { Secret } from "../secret.ts";
import { notContained } from "./contained.ts";
import { STALE } from "./outlook.ts";
import { hasWork } from "./planned.ts";
import { sealPlan } from "./seal-plan.ts";

/**
 * What the host would have done to it now and was not reviewed, a line each; empty when the saved plan covers
 * the fresh one.
 */
export function movedSince(
  saved: SavedHost,
  target: HostTarget,
  fresh: Plan,
  machineId: string,
  key: Secret,
): readonly string[] {
  if (machineId !== saved.machineId)
    return [`it is another machine: machine-id ${saved.machineId} then, ${machineId} now`];
  const shown = {
    ...fresh,
    changes: changesOf(saved, target, fresh, key),
    actions: saved.actions,
    collateral: saved.collateral,
  };
  // Under the key a digest tells that the content is another one, and can be looked up nowhere.
  return notContained(sealPlan(fresh, key), shown).map((told) =>
    told.replaceAll("sha256 hmac:", "content #"),
  );
}

/**
 * The plan as it was reviewed, for showing: with today's notices, one more where the host moved, and the old
 * contents where they are still there.
 */
export function reviewedPlan(
  saved: SavedHost,
  target: HostTarget,
  fresh: Plan,
  key: Secret,
  moved: { readonly lines: readonly string[]; readonly stale: "fail" | "skip" },
): Plan {
  return {
    ...fresh,
    changes: changesOf(saved, target, fresh, key),
    actions: saved.actions,
    collateral: saved.collateral,
    notices: [...fresh.notices, ...noticesOf(saved, fresh, moved)],
  };
}

function noticesOf(
  saved: SavedHost,
  fresh: Plan,
  moved: { readonly lines: readonly string[]; readonly stale: "fail" | "skip" },
): Plan["notices"] {
  if (moved.lines.length > 0) {
    const what = moved.stale === "skip" ? "it will be skipped" : "it will be refused";
    return [
      {
        severity: "error",
        code: STALE,
        text: `moved since the plan was made, ${what}: ${moved.lines.join("; ")}`,
      },
    ];
  }
  if (hasWork(fresh) || saved.changes.length + saved.actions.length === 0) return [];
  return [
    {
      severity: "info",
      code: "planned-is-done",
      text: "it is so already: there is nothing left to do",
    },
  ];
}

/**
 * The project was found to render what was planned, so every resource of the saved plan is in the target;
 * what is removed is only among the fresh changes.
 */
function changesOf(saved: SavedHost, target: HostTarget, fresh: Plan, key: Secret): readonly Change[] {
  const going = fresh.changes.filter(({ after }) => after === null).map(({ resource }) => resource);
  const resources = new Map([...target.resources, ...going].map((resource) => [resource.id, resource]));
  const sealed = new Map(sealPlan(fresh, key).changes.map((change) => [change.resource.id, change]));
  const known = new Map(fresh.changes.map((change) => [change.resource.id, change]));
  return saved.changes.flatMap(({ id, before, after, differs }: SavedChange) => {
    const resource = resources.get(id);
    if (resource === undefined) return [];
    const isSame = sealed.get(id)?.before?.sha256 === before?.sha256;
    const { beforeContent = null, beforeLines } = (isSame ? known.get(id) : undefined) ?? {};
    const change = { resource, before, after, differs, beforeContent };
    return [beforeLines === undefined ? change : { ...change, beforeLines }];
  });
}
