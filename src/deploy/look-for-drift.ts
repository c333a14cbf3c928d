/** Looks at hosts for what is not as declared, for drift and for its healing. */
import type { Looked } from "../core/drift/host-drift.ts";
import type { Rules } from "../core/drift/ignore.ts";
import { judgeDrift, unseenDrift } from "../core/drift/judge-drift.ts";
import type { SvcdeployError } from "../core/errors.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { HealthResult } from "../core/model/verify.ts";
import type { DeployContext, Observed } from "./context.ts";
import { observeHosts, type UnfinishedPolicy } from "./observe.ts";
import { checkHealth } from "./verify.ts";

/** How to look. cutOff: the error of a host that was still asked something when the run's time was up. */
export type Looking = {
  readonly health: "with" | "without";
  readonly rules: Rules;
  readonly unfinished: UnfinishedPolicy;
  readonly cutOff: (host: string) => SvcdeployError | null;
};

/** Every host of the targets; hosts that cannot be checked are in the answer with their error. */
export async function lookForDrift(
  targets: readonly HostTarget[],
  context: DeployContext,
  looking: Looking,
): Promise<readonly Looked[]> {
  const observed = await observeHosts(targets, context, looking.unfinished);
  const health =
    looking.health === "with" ? await checkHealth(reachable(observed), context) : new Map<string, never>();
  return observed.flatMap((each) =>
    each.targets.map((target) => lookedAt(target, each.result, health.get(each.host.name) ?? [], looking)),
  );
}

/** A host that could not be checked is not asked a second time. */
function reachable(observed: readonly Observed[]): readonly HostTarget[] {
  return observed.flatMap(({ targets, result }) => (result.ok ? targets : []));
}

/** What was asked of a host when the time was up is unknown, not drift. */
function lookedAt(
  target: HostTarget,
  result: Observed["result"],
  health: readonly HealthResult[],
  { rules, cutOff }: Looking,
): Looked {
  if (!result.ok) return { target, observation: null, drift: unseenDrift(target, result.error) };
  const { observation } = result;
  const drift = judgeDrift(target, observation, health, rules);
  const late = cutOff(target.host.name);
  if (late === null) return { target, observation, drift };
  return { target, observation: null, drift: { ...drift, findings: [], error: late } };
}
