/**
 * Observes the hosts and plans each play on them; what could not be observed stays in the answer as its
 * error.
 */
import type { SvcdeployError } from "../core/errors.ts";
import { causeOfError } from "../core/exit-code.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Notice, Plan } from "../core/model/plan.ts";
import type { HostTarget, PlayTargets } from "../core/model/resource.ts";
import type { FailureCause } from "../core/model/run.ts";
import { requireFree } from "../core/plan/notices/host-notices.ts";
import { outlookOf } from "../core/plan/outlook.ts";
import { makePlan } from "../core/plan/plan.ts";
import type { PlannedHost, PlannedPlay } from "../core/plan/planned.ts";
import { targetsOf } from "../core/target/play-targets.ts";
import { askProvenance, type ForeignMachine } from "./belonging.ts";
import type { DeployContext } from "./context.ts";
import { type OnObserved, observeHosts, type UnfinishedPolicy } from "./observe.ts";
import { rehearse } from "./rehearse.ts";

/** One plan per host and play, with what the host itself says of the files that it would get. */
export async function planHosts(
  plays: readonly PlayTargets[],
  context: DeployContext,
  unfinished: UnfinishedPolicy,
  foreign: ForeignMachine = "guard",
): Promise<readonly PlannedPlay[]> {
  const plans = new Map<HostTarget, Plan>();
  const records = new Map<string, ReadonlySet<string>>();
  const planOnHost: OnObserved = async (remote, targets, observation) => {
    requireFree(remote.host.name, observation);
    const { owner, recorded } = await askProvenance(remote, targets, observation, context, foreign);
    records.set(remote.host.name, recorded);
    const planned = planEach(targets, observation, owner, remote.notes ?? []);
    for (const { target, plan } of await rehearse(remote, planned, observation, context))
      plans.set(target, plan);
  };
  const observed = new Map(
    (await observeHosts(targetsOf(plays), context, unfinished, planOnHost)).map((each) => [
      each.host.name,
      each.result,
    ]),
  );
  return plays.map(({ play, targets }) => ({
    play,
    hosts: targets.map((target): PlannedHost => {
      const result = observed.get(target.host.name);
      if (result === undefined) throw new Error(`${target.host.name} was not observed`);
      if (!result.ok) return { target, plan: null, error: result.error };
      return {
        target,
        plan: plans.get(target) ?? makePlan(target, result.observation),
        error: null,
        machineId: result.observation.facts.machineId,
        recorded: records.get(target.host.name) ?? new Set(),
      };
    }),
  }));
}

/**
 * owner: from which the machine is taken over; the first transaction records who has it from then on. notes: of
 * the connection, reported once.
 */
function planEach(
  targets: readonly HostTarget[],
  observation: Observation,
  owner: string | null,
  notes: readonly string[],
): readonly { readonly target: HostTarget; readonly plan: Plan }[] {
  return targets.map((target, index) => {
    const plan = makePlan(target, observation);
    if (index > 0) return { target, plan };
    const told = notes.map((text): Notice => ({ severity: "info", code: "connection", text }));
    const taken = owner === null ? {} : { takenFrom: owner };
    return { target, plan: { ...plan, ...taken, notices: [...plan.notices, ...told] } };
  });
}

/** The causes of the hosts that could not be planned or will refuse, each host once, for the exit code. */
export function planFailures(plays: readonly PlannedPlay[]): readonly FailureCause[] {
  const errors = new Map<string, SvcdeployError>();
  for (const host of plays.flatMap((each) => each.hosts)) {
    const outlook = outlookOf(host);
    if (outlook.kind === "lost") errors.set(host.target.host.name, outlook.error);
  }
  return [...errors.values()].map(causeOfError);
}
