/**
 * Reports of hosts that no rollout reported: where there was nothing to do, and which the end of the run
 * left to themselves.
 */

import type { HostTarget } from "../core/model/resource.ts";
import type { HostReport } from "../core/model/run.ts";
import type { KnownStop } from "../core/plan/known-stop.ts";
import { outlookOf } from "../core/plan/outlook.ts";
import type { PlannedHost, PlannedPlay } from "../core/plan/planned.ts";
import type { DeployContext } from "./context.ts";
import { makeReport, reportError, seeOutcome } from "./host-report.ts";

/**
 * A report of every host where none is begun: unchanged, the reason why it cannot be changed, or skipped
 * because of stop.
 */
export function untouchedReports(
  plays: readonly PlannedPlay[],
  stop: KnownStop | null,
  context: DeployContext,
): readonly HostReport[] {
  return plays.flatMap((each) => each.hosts).map((host) => untouchedReport(host, stop, context));
}

function untouchedReport(host: PlannedHost, stop: KnownStop | null, context: DeployContext): HostReport {
  const { target } = host;
  const outlook = outlookOf(host);
  if (outlook.kind === "lost") return reportError(target, outlook.error, "untouched", context.now(), context);
  const skipped = { status: "skipped", cause: null, hint: null } as const;
  if (outlook.kind === "left-out") return emptyReport(target, { ...skipped, message: outlook.why });
  if (outlook.kind === "changes" && stop !== null)
    return emptyReport(target, { ...skipped, message: `not started: ${stop.why}`, hint: stop.advice });
  return emptyReport(target, { ...skipped, status: "unchanged", message: "" });
}

/**
 * The finished reports; for every host that was begun an unknown outcome; and every other skipped. isBegun:
 * of a play and a host's name.
 */
export function reportsAfterDetach(
  environment: string,
  plays: readonly PlannedPlay[],
  finished: readonly HostReport[],
  isBegun: (play: string, host: string) => boolean,
): readonly HostReport[] {
  const rest = plays
    .flatMap((each) => each.hosts)
    .filter(({ target }) => !finished.some((report) => isOf(report, target)));
  const message =
    "The run was stopped and left it to the host: if a change was under way, the host decides about it " +
    "alone.";
  const lost = { status: "unknown", cause: "interrupted", message } as const;
  const reason = "not started: the run was interrupted";
  const skipped = { status: "skipped", cause: "interrupted", message: reason, hint: null } as const;
  return [
    ...finished,
    ...rest.map(({ target }) =>
      emptyReport(
        target,
        isBegun(target.play, target.host.name)
          ? { ...lost, hint: seeOutcome(environment, target.host.name) }
          : skipped,
      ),
    ),
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
