/**
 * Plays in order, batches in order, hosts side by side; decides what one host's failure means for the others.
 */

import type { PlayOrder } from "../core/model/declared.ts";
import type { HostReport, HostStatus } from "../core/model/run.ts";
import { isAsWanted, isTrouble } from "../core/model/run.ts";
import { batchesOf } from "../core/plan/batches.ts";
import { limitReached } from "../core/plan/known-stop.ts";
import type { PlannedHost, PlannedPlay } from "../core/plan/planned.ts";
import type { DeployContext } from "./context.ts";
import { deployHost } from "./deploy-host.ts";
import { makeReport } from "./host-report.ts";
import { inParallel } from "./pool.ts";
import { sleep } from "./sleep.ts";

/**
 * Carries out every play. A play that went past its limits ends the rollout: what has not started is reported
 * as skipped.
 */
export async function rollout(
  plays: readonly PlannedPlay[],
  context: DeployContext,
): Promise<readonly HostReport[]> {
  const reports: HostReport[] = [];
  let stopped: string | null = null;
  for (const planned of plays) {
    if (stopped !== null) {
      reports.push(...skipAll(planned.hosts, stopped, context));
      continue;
    }
    context.emit({
      type: "play-started",
      play: planned.play.name,
      hosts: planned.hosts.map(({ target }) => target.host.name),
    });
    const played = await runPlay(
      planned,
      new Set(reports.filter(({ status }) => !isAsWanted(status)).map(({ host }) => host)),
      context,
    );
    reports.push(...played.reports);
    stopped = played.stopped;
  }
  return reports;
}

async function runPlay(
  { play, hosts }: PlannedPlay,
  lost: ReadonlySet<string>,
  context: DeployContext,
): Promise<{ reports: readonly HostReport[]; stopped: string | null }> {
  const reports: HostReport[] = [];
  const batches = batchesOf(hosts, play.rollout.batches);
  let stopped: string | null = null;
  for (const [index, batch] of batches.entries()) {
    if (index > 0 && stopped === null) await sleep(play.rollout.pauseSeconds * 1000, context.signal);
    stopped ??= context.signal.aborted ? "the run was interrupted" : null;
    if (stopped !== null) {
      reports.push(...skipAll(batch, stopped, context));
      continue;
    }
    context.emit({
      type: "batch-started",
      play: play.name,
      batch: index + 1,
      batches: batches.length,
      hosts: batch.map(({ target }) => target.host.name),
    });
    reports.push(...(await inParallel(batch, context.forks, (host) => runHost(host, play, lost, context))));
    stopped = overLimit(play, hosts, reports);
    context.emit({ type: "batch-finished", play: play.name, batch: index + 1, ok: stopped === null });
  }
  return { reports, stopped: stopped ?? (context.signal.aborted ? "the run was interrupted" : null) };
}

async function runHost(
  planned: PlannedHost,
  play: PlayOrder,
  lost: ReadonlySet<string>,
  context: DeployContext,
): Promise<HostReport> {
  const { target } = planned;
  const why = context.signal.aborted
    ? "the run was interrupted"
    : lost.has(target.host.name)
      ? "an earlier play failed here"
      : null;
  if (why !== null) return skip(planned, why, context);
  const report = await deployHost(planned, play, context);
  context.emit({ type: "host-finished", report });
  return report;
}

function overLimit(
  play: PlayOrder,
  hosts: readonly PlannedHost[],
  reports: readonly HostReport[],
): string | null {
  const named = (isLost: (status: HostStatus) => boolean): readonly string[] =>
    reports.filter(({ status }) => isLost(status)).map(({ host }) => host);
  return limitReached(play, hosts, {
    failed: named((status) => isTrouble(status) && status !== "unreachable"),
    unreachable: named((status) => status === "unreachable"),
  });
}

function skipAll(hosts: readonly PlannedHost[], why: string, context: DeployContext): readonly HostReport[] {
  return hosts.map((host) => skip(host, why, context));
}

function skip({ target }: PlannedHost, why: string, context: DeployContext): HostReport {
  const report = makeReport(target, "skipped", context.now(), context, {
    message: `not started: ${why}`,
    cause: context.signal.aborted ? "interrupted" : null,
  });
  context.emit({ type: "host-finished", report });
  return report;
}
