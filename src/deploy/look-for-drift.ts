/** Looks at hosts and says what is not as declared, for drift and for its healing. */

import { type DriftHost, healthFinding } from "../core/drift/host-drift.ts";
import { ignoreFindings, type Rules } from "../core/drift/ignore.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { HealthResult } from "../core/model/verify.ts";
import { findDrift } from "../core/plan/drift.ts";
import type { DeployContext, Observed } from "./context.ts";
import { observeHosts, type UnfinishedPolicy } from "./observe.ts";
import { checkHealth } from "./verify.ts";

/**
 * One host in one play: its drift, and what it was read from; observation null: it could not be looked at.
 */
export type Looked = {
  readonly target: HostTarget;
  readonly observation: Observation | null;
  readonly drift: DriftHost;
};

/** How to look. */
export type Looking = {
  readonly health: "with" | "without";
  readonly rules: Rules;
  readonly unfinished: UnfinishedPolicy;
};

/** Every host of the targets; hosts that cannot be looked at are in the answer with their error. */
export async function lookForDrift(
  all: readonly HostTarget[],
  context: DeployContext,
  looking: Looking,
): Promise<readonly Looked[]> {
  const observed = await observeHosts(all, context, looking.unfinished);
  const results: ReadonlyMap<string, readonly HealthResult[]> =
    looking.health === "with" ? await checkHealth(reachable(observed), context) : new Map();
  return observed.flatMap(({ host, targets, result }) =>
    targets.map((target): Looked => {
      const about = {
        host: host.name,
        play: target.play,
        services: target.services.map((service) => service.name),
      };
      if (!result.ok)
        return {
          target,
          observation: null,
          drift: { ...about, findings: [], ignored: [], clock: null, error: result.error },
        };
      const { observation } = result;
      const found = findDrift(target, observation);
      const stopped = new Set(
        found.filter((finding) => finding.kind === "not-running").map((finding) => finding.service),
      );
      const stuck = (results.get(host.name) ?? []).filter(
        (each) =>
          each.role === "live" &&
          !each.ok &&
          about.services.includes(each.service) &&
          !stopped.has(each.service),
      );
      const { kept, ignored } = ignoreFindings(
        [...found, ...stuck.map(healthFinding)],
        host.name,
        looking.rules,
        observation,
      );
      return {
        target,
        observation,
        drift: { ...about, findings: kept, ignored, clock: observation.facts.clock, error: null },
      };
    }),
  );
}

/** A host that could not be looked at is not asked a second time. */
function reachable(observed: readonly Observed[]): readonly HostTarget[] {
  return observed.flatMap(({ targets, result }) => (result.ok ? targets : []));
}
