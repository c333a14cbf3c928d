/** Verifies hosts without changing them: every unit over its settle time, and every health check. */
import { SvcdeployError } from "../core/errors.ts";
import type { DeployedService, HostTarget } from "../core/model/resource.ts";
import type { HostReport } from "../core/model/run.ts";
import type { HealthResult } from "../core/model/verify.ts";
import { unitsOf } from "../core/plan/acted-units.ts";
import { isFailedJob } from "../core/verify/verdict.ts";
import type { Remote } from "../remote/remote.ts";
import { connected } from "./ask.ts";
import { type DeployContext, tell } from "./context.ts";
import { waitHealthy } from "./health.ts";
import { makeReport, reportError } from "./host-report.ts";
import { type Judgement, judge, longestSettle } from "./judge.ts";
import { inParallel } from "./pool.ts";

/** Whether the health checks are asked too. */
export type HealthPolicy = { readonly health: "with" | "without" };

const DEADLINE_SECONDS = 15;

/**
 * Verifies every target; an unhealthy unit or check makes its host failed, cause unhealthy.
 */
export async function verifyHosts(
  targets: readonly HostTarget[],
  context: DeployContext,
  policy: HealthPolicy,
): Promise<readonly HostReport[]> {
  return await inParallel(targets, context.forks, async (target) => {
    const report = await verifyHost(target, context, policy);
    context.emit({ type: "host-finished", report });
    return report;
  });
}

async function verifyHost(
  target: HostTarget,
  context: DeployContext,
  policy: HealthPolicy,
): Promise<HostReport> {
  const startedAt = context.now();
  try {
    tell(context, target.play, target.host.name, "connect");
    const judged = await connected(target.host, context, (remote) =>
      judgeAll(remote, target, context, policy),
    );
    return reportJudged(target, judged, startedAt, context);
  } catch (error) {
    return reportError(target, error, "untouched", startedAt, context);
  }
}

/** A job that failed before, such as a backup, counts here: there is no run of ours that it could precede. */
async function judgeAll(
  remote: Remote,
  target: HostTarget,
  context: DeployContext,
  policy: HealthPolicy,
): Promise<Judgement> {
  const onWaiting = (text?: string): void => tell(context, target.play, target.host.name, "settle", text);
  onWaiting();
  const services = target.services.map(
    (service): DeployedService => (policy.health === "with" ? service : { ...service, health: [] }),
  );
  const order = {
    units: unitsOf(target),
    declared: unitsOf(target),
    services,
    settleSeconds: longestSettle(services),
    deadlineSeconds: DEADLINE_SECONDS,
    onWaiting,
  };
  const judged = await judge(remote, order, context);
  const verdicts = judged.verdicts.map((verdict) =>
    isFailedJob(verdict) ? { ...verdict, ok: false } : verdict,
  );
  return { ...judged, verdicts, ok: judged.ok && verdicts.every(({ ok }) => ok) };
}

function reportJudged(
  target: HostTarget,
  { ok, verdicts, health }: Judgement,
  startedAt: number,
  context: DeployContext,
): HostReport {
  if (ok) return makeReport(target, "unchanged", startedAt, context, { verdicts, health });
  const bad = [
    ...verdicts.filter((verdict) => !verdict.ok).map(({ unit, cause }) => `${unit}: ${cause}`),
    ...health.filter((result) => !result.ok).map(({ check }) => `${check} is unhealthy`),
  ];
  const message = bad.join("; ");
  return makeReport(target, "failed", startedAt, context, { cause: "unhealthy", message, verdicts, health });
}

/**
 * Asks every health check once, ready and live; for drift. Hosts that cannot be reached are missing from the
 * map.
 */
export async function checkHealth(
  targets: readonly HostTarget[],
  context: DeployContext,
): Promise<ReadonlyMap<string, readonly HealthResult[]>> {
  const results = await inParallel(
    targets,
    context.forks,
    async (target) => [target.host.name, await checkHost(target, context)] as const,
  );
  const found = new Map<string, readonly HealthResult[]>();
  for (const [host, health] of results)
    if (health !== null) found.set(host, [...(found.get(host) ?? []), ...health]);
  return found;
}

async function checkHost(
  target: HostTarget,
  context: DeployContext,
): Promise<readonly HealthResult[] | null> {
  const checks = target.services.flatMap((service) =>
    service.health.map((check) => ({ service: service.name, check })),
  );
  if (checks.length === 0) return [];
  try {
    return await connected(target.host, context, (remote) =>
      waitHealthy(remote, checks, {
        deadlineMilliseconds: 0,
        successes: 1,
        intervalMilliseconds: 500,
        redact: context.redact,
      }),
    );
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    return null;
  }
}
