/** Drift that was looked for becomes work for a rollout, and the work's reports become drift that is left. */
import { type HealPolicy, planHeal } from "../core/drift/heal.ts";
import type { DriftHost } from "../core/drift/host-drift.ts";
import { ignoreFindings, type Rules } from "../core/drift/ignore.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Plan } from "../core/model/plan.ts";
import type { HostTarget, PlayTargets } from "../core/model/resource.ts";
import type { HostReport } from "../core/model/run.ts";
import { findDrift } from "../core/plan/drift.ts";
import { hasWork, type PlannedHost, type PlannedPlay } from "../core/plan/planned.ts";
import type { Looked } from "./look-for-drift.ts";

/** One host with its drift, each finding with its verdict; work null: there is nothing to heal on it. */
export type PlannedHealing = {
  readonly target: HostTarget;
  readonly drift: DriftHost;
  readonly work: PlannedHost | null;
};

/** Judges every finding and plans the healing of every host. */
export function planHealing(
  looked: readonly Looked[],
  rules: Rules,
  policyFor: (host: string, play: string) => HealPolicy,
): readonly PlannedHealing[] {
  return looked.map(({ target, observation, drift }) => {
    if (observation === null) return { target, drift, work: null };
    const policy = policyFor(drift.host, drift.play);
    const { plan, verdicts } = planHeal(
      target,
      observation,
      { kept: drift.findings, ignored: drift.ignored },
      policy,
    );
    const findings = drift.findings.map((finding) => ({
      ...finding,
      heal: verdicts.get(finding) ?? { outcome: "left" as const, why: "" },
    }));
    // What began since is younger than any grace, and without one it is no part of what was announced.
    const replan = (aim: HostTarget, fresh: Observation): Plan =>
      planHeal(aim, fresh, ignoreFindings(findDrift(aim, fresh), drift.host, rules, fresh), policy).plan;
    const work = !hasWork(plan)
      ? null
      : { target, plan, error: null, machineId: observation.facts.machineId, replan };
    return { target, drift: { ...drift, findings }, work };
  });
}

/**
 * The plays with the hosts that need something. A host that could not be looked at stops nobody else's
 * healing.
 */
export function workOf(
  plays: readonly PlayTargets[],
  planned: readonly PlannedHealing[],
): readonly PlannedPlay[] {
  return plays.flatMap(({ play }) => {
    const hosts = planned.flatMap(({ target, work }) =>
      target.play === play.name && work !== null ? [work] : [],
    );
    return hosts.length === 0 ? [] : [{ play, hosts }];
  });
}

/**
 * A host's drift after the work: what was healed is no finding any more, what could not be is one with the
 * reason.
 */
export function concludeHealing(drift: DriftHost, reports: readonly HostReport[]): DriftHost {
  const report = reports.find(({ host, play }) => host === drift.host && play === drift.play);
  const isTried = drift.findings.some(({ heal }) => heal?.outcome === "heal");
  if (!isTried) return drift;
  const isDone = report?.status === "changed" || report?.status === "unchanged";
  const tried = drift.findings.filter(({ heal }) => heal?.outcome === "heal");
  if (isDone) {
    const healed = tried.map((finding) => ({ ...finding, heal: { outcome: "healed" as const, why: "" } }));
    return { ...drift, healed, findings: drift.findings.filter((finding) => !tried.includes(finding)) };
  }
  const why = report === undefined ? "it was not tried" : (report.message.split("\n")[0] ?? report.status);
  const findings = drift.findings.map((finding) =>
    tried.includes(finding) ? { ...finding, heal: { outcome: "failed" as const, why } } : finding,
  );
  return { ...drift, findings };
}
