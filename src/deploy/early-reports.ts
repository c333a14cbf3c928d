/**
 * Reports of hosts that no rollout reported: where there was nothing to do, and where Ctrl-C left alone
 * them.
 */

import type { HostTarget } from "../core/model/resource.ts";
import type { HostReport } from "../core/model/run.ts";
import type { PlannedPlay } from "../core/plan/planned.ts";
import { makeReport } from "./host-report.ts";

/** Every host unchanged: for plans that have nothing to do. */
export function unchangedReports(plays: readonly PlannedPlay[]): readonly HostReport[] {
  return plays
    .flatMap((each) => each.hosts)
    .map(({ target }) => emptyReport(target, { status: "unchanged", cause: null, message: "", hint: null }));
}

/** The finished reports and, for every other host of the plays, an unknown outcome. */
export function reportsAfterDetach(
  environment: string,
  plays: readonly PlannedPlay[],
  finished: readonly HostReport[],
): readonly HostReport[] {
  const rest = plays
    .flatMap((each) => each.hosts)
    .filter(({ target }) => !finished.some((report) => isOf(report, target)));
  const message =
    "Left to the host by a second Ctrl-C: if a change was under way, the host decides " + "about it alone.";
  const hint = (host: string): string =>
    `To see the outcome: svcdeploy plan --env ${environment} --limit ${host}`;
  const lost = { status: "unknown", cause: "interrupted", message } as const;
  return [
    ...finished,
    ...rest.map(({ target }) => emptyReport(target, { ...lost, hint: hint(target.host.name) })),
  ];
}

function isOf(report: HostReport, target: HostTarget): boolean {
  return report.host === target.host.name && report.play === target.play;
}

function emptyReport(
  target: HostTarget,
  end: Pick<HostReport, "status" | "cause" | "message" | "hint">,
): HostReport {
  return makeReport(target, end.status, 0, { now: () => 0 }, end);
}
