/** Drift that was looked for becomes work for a rollout, and the work's reports become drift that is left. */

import type { Observation } from "../model/observation.ts";
import type { Plan } from "../model/plan.ts";
import type { HostTarget, PlayTargets } from "../model/resource.ts";
import type { HostReport } from "../model/run.ts";
import { isAsWanted } from "../model/run.ts";
import { findDrift } from "../plan/drift.ts";
import { hasWork, type PlannedHost, type PlannedPlay } from "../plan/planned.ts";
import { planHeal } from "./heal.ts";
import type { DriftHost, Looked } from "./host-drift.ts";
import { ignoreFindings, type Rules } from "./ignore.ts";
import type { HealPolicy } from "./why-left.ts";

/** Every host's drift, each finding with its verdict, and what a rollout does about it. */
export type Healing = { readonly drift: readonly DriftHost[]; readonly work: readonly PlannedPlay[] };

/** How much may be healed of a host in a play. */
export type PolicyFor = (host: string, play: string) => HealPolicy;

/**
 * Judges every finding and plans the healing of every host. The work has the plays with hosts that need
 * something; a host that could not be looked at stops no other host's healing.
 */
export function planHealing(
  plays: readonly PlayTargets[],
  looked: readonly Looked[],
  rules: Rules,
  policyFor: PolicyFor,
): Healing {
  const planned = looked.map((each) => planHost(each, rules, policyFor(each.drift.host, each.drift.play)));
  const work = plays.flatMap(({ play }) => {
    const hosts = planned.flatMap(({ host }) => (host?.target.play === play.name ? [host] : []));
    return hosts.length === 0 ? [] : [{ play, hosts }];
  });
  return { drift: planned.map(({ drift }) => drift), work };
}

/** host null: there is nothing to heal on it. */
function planHost(
  { target, observation, drift }: Looked,
  rules: Rules,
  policy: HealPolicy,
): { readonly drift: DriftHost; readonly host: PlannedHost | null } {
  if (observation === null) return { drift, host: null };
  const split = { kept: drift.findings, ignored: drift.ignored };
  const { plan, verdicts } = planHeal(target, observation, split, policy);
  const findings = drift.findings.map((finding) => ({
    ...finding,
    heal: verdicts.get(finding) ?? { outcome: "left" as const, why: "" },
  }));
  // What began since is younger than any grace, and without one it is no part of what was announced.
  const replan = (aim: HostTarget, fresh: Observation): Plan =>
    planHeal(aim, fresh, ignoreFindings(findDrift(aim, fresh), drift.host, rules, fresh), policy).plan;
  const host = { target, plan, error: null, machineId: observation.facts.machineId, replan };
  return { drift: { ...drift, findings }, host: hasWork(plan) ? host : null };
}

/**
 * A host's drift after the work: what was healed is no longer a finding, what could not be is one with the
 * reason.
 */
export function concludeHealing(drift: DriftHost, reports: readonly HostReport[]): DriftHost {
  const tried = drift.findings.filter(({ heal }) => heal?.outcome === "heal");
  if (tried.length === 0) return drift;
  const report = reports.find(({ host, play }) => host === drift.host && play === drift.play);
  if (report !== undefined && isAsWanted(report.status)) {
    const healed = tried.map((finding) => ({ ...finding, heal: { outcome: "healed" as const, why: "" } }));
    return { ...drift, healed, findings: drift.findings.filter((finding) => !tried.includes(finding)) };
  }
  const why = report === undefined ? "it was not tried" : (report.message.split("\n")[0] ?? report.status);
  const findings = drift.findings.map((finding) =>
    tried.includes(finding) ? { ...finding, heal: { outcome: "failed" as const, why } } : finding,
  );
  return { ...drift, findings };
}
