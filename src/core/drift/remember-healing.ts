/** What a heal run may do by what earlier ones remembered, and what it leaves to the next one. */
import type { HostTarget } from "../model/resource.ts";
import { actedUnits } from "../plan/acted-units.ts";
import type { PlannedHost, PlannedPlay } from "../plan/planned.ts";
import type { HealPolicy } from "./heal.ts";
import { findingKey, type HealState, healsOf, rememberSeen } from "./heal-state.ts";
import type { Looked } from "./host-drift.ts";
import type { PolicyFor } from "./plan-healing.ts";

/** The policy of each host. now: seconds since the epoch, the controller's clock. */
export function policyFrom(
  state: HealState,
  { graceSeconds, maxHeals }: Pick<HealPolicy, "graceSeconds" | "maxHeals">,
  now: number,
): PolicyFor {
  return (host, play) => ({
    graceSeconds,
    maxHeals,
    seenFor: (finding) => now - Math.min(now, state.seen.get(findingKey(host, play, finding)) ?? now),
    healed: (service) => healsOf(state, host, service, now),
  });
}

/** The state with what was seen, and with one heal more of each service that the work touches. */
export function stateAfter(
  state: HealState,
  looked: readonly Looked[],
  work: readonly PlannedPlay[],
  now: number,
): HealState {
  const seen = looked.filter(({ observation }) => observation !== null).map(({ drift }) => drift);
  const keys = seen.flatMap(({ host, play, findings }) =>
    findings.map((finding) => findingKey(host, play, finding)),
  );
  const { heals, ...next } = rememberSeen(state, keys, new Set(seen.map(({ host }) => host)), now);
  const hosts = work.flatMap((each) => each.hosts);
  const healing = hosts.flatMap((planned) =>
    servicesIn(planned).map((service) => ({ host: planned.target.host.name, service, at: now })),
  );
  return { ...next, heals: [...heals, ...healing] };
}

function servicesIn({ target, plan }: PlannedHost): readonly string[] {
  if (plan === null) return [];
  const changed = plan.changes.map(({ resource }) => resource.service);
  return [...new Set([...servicesOfUnits(target, new Set(actedUnits(plan))), ...changed])];
}

function servicesOfUnits({ resources }: HostTarget, units: ReadonlySet<string>): readonly string[] {
  return resources.flatMap((resource) =>
    resource.kind === "unit" && units.has(resource.unit) ? [resource.service] : [],
  );
}
