/**
 * The hosts of every play with their plans: what is shown to the operator, and what a rollout carries out.
 */
import type { SvcdeployError } from "../errors.ts";
import type { PlayOrder } from "../model/declared.ts";
import type { Observation } from "../model/observation.ts";
import type { Plan } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import type { LeftHost } from "../model/run.ts";

/** How a plan that was saved and reviewed is held against the host. */
export type Review = {
  /** What becomes of a host that moved since: it fails, or it is left out. */
  readonly stale: "fail" | "skip";
  /** What of a fresh plan was not reviewed, a line each; empty when the reviewed plan covers it. */
  readonly movedSince: (fresh: Plan, machineId: string) => readonly string[];
};

/**
 * One host of a play with the plan that the operator saw; plan null: it could not be planned, error says why.
 * machineId: of the host when it was planned. review: only for a saved plan. replan: how the host is planned
 * again when its turn comes, where that is not everything that it needs.
 */
export type PlannedHost = {
  readonly target: HostTarget;
  readonly plan: Plan | null;
  readonly error: SvcdeployError | null;
  readonly machineId?: string;
  /** The transactions that the host's own record names, where it was asked for it. */
  readonly recorded?: ReadonlySet<string>;
  readonly review?: Review;
  readonly replan?: (target: HostTarget, observation: Observation) => Plan;
};

/** One play with its plans. */
export type PlannedPlay = { readonly play: PlayOrder; readonly hosts: readonly PlannedHost[] };

/**
 * All plays of an environment, planned. limit: what --limit selected; absent or null: every host. left: hosts
 * that nothing is planned for although services of ours are on them.
 */
export type PlanView = {
  readonly environment: string;
  readonly plays: readonly PlannedPlay[];
  readonly limit?: string | null;
  readonly left?: readonly LeftHost[];
};

/** Hosts (each once, whatever the number of plays) and the changes and actions of all plays. */
export type PlanTotals = {
  readonly hosts: number;
  readonly changedHosts: number;
  readonly changes: number;
  readonly actions: number;
  readonly failedHosts: number;
  readonly refusals: number;
};

/** Whether applying the plan would do anything at all; records, manifests and a new owner count. */
export function hasWork({ changes, actions, records, manifests, takenFrom }: Plan): boolean {
  return takenFrom !== undefined || changes.length + actions.length + records.length + manifests.length > 0;
}

/** Counts a view. */
export function countPlans(view: PlanView): PlanTotals {
  const all = view.plays.flatMap((each) => each.hosts);
  const plans = all.flatMap((each) => (each.plan === null ? [] : [each.plan]));
  return {
    hosts: distinct(all),
    changedHosts: distinct(all.filter((each) => each.plan !== null && hasWork(each.plan))),
    changes: plans.reduce((sum, plan) => sum + plan.changes.length, 0),
    actions: plans.reduce((sum, plan) => sum + plan.actions.length, 0),
    failedHosts: distinct(all.filter((each) => each.error !== null)),
    refusals: distinct(
      all.filter((each) => each.plan?.notices.some((notice) => notice.severity === "error")),
    ),
  };
}

function distinct(hosts: readonly PlannedHost[]): number {
  return new Set(hosts.map((each) => each.target.host.name)).size;
}
