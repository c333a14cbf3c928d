/** How each host ended, whichever command it was: what the reports that count hosts have in common. */

import type { DriftHost } from "../../core/drift/host-drift.ts";
import type { Place } from "../../core/model/declared.ts";
import type { HostReport } from "../../core/model/run.ts";
import { isTrouble } from "../../core/model/run.ts";
import { hasWork, type PlannedHost } from "../../core/plan/planned.ts";
import { driftBody } from "../drift/drift-text.ts";
import { plainText, plural } from "../lines/text.ts";
import { planBody } from "../plan/plan-text.ts";
import { sumPlans } from "../plan/plan-view.ts";
import { failureText } from "../run/failure-text.ts";
import { type RunLog, reportsOf } from "./run-log.ts";

/** One host in one play. */
export type HostEnd = {
  readonly host: string;
  readonly play: string;
  readonly services: readonly string[];
  /** well; not-well: it was checked; lost: it could not be; skipped: it was not to be. */
  readonly end: "well" | "not-well" | "lost" | "skipped";
  /** The command's own word: changed, rolled-back, drift … */
  readonly status: string;
  readonly milliseconds: number;
  /** One line: why. Empty when all is well. */
  readonly title: string;
  /** Several lines without colours, made when asked for: a fleet's are long, and few reports want them. */
  readonly text: () => string;
  /** Where the inventory names the host; null when unknown. */
  readonly place: Place | null;
};

const COLUMNS = 100;

/** All hosts of all plays in order. An apply that ended before it started its first host ends as its plan. */
export function hostEnds(log: RunLog): readonly HostEnd[] {
  const planned =
    log.plan?.plays.flatMap((each) => each.hosts.map((host) => ({ host, play: each.play.name }))) ?? [];
  const places = new Map(planned.map(({ host }) => [host.target.host.name, host.target.host.place]));
  const reports = reportsOf(log);
  // Drift tells of its healing itself; what is left is what counts.
  if (log.drift !== null) return log.drift.hosts.map(endOfDrift);
  if (reports.length > 0)
    return reports.map((report) => endOfReport(report, places.get(report.host) ?? null));
  return planned.map(({ host, play }) => endOfPlan(host, play));
}

function endOfReport(report: HostReport, place: Place | null): HostEnd {
  const { host, play, services, status } = report;
  const end =
    status === "skipped"
      ? "skipped"
      : status === "unreachable"
        ? "lost"
        : isTrouble(status)
          ? "not-well"
          : "well";
  const title = report.message.split("\n")[0] ?? "";
  const text = (): string =>
    isTrouble(status) ? plainText(failureText([report], COLUMNS)).trimEnd() : report.message;
  return { host, play, services, end, status, milliseconds: report.durationMilliseconds, title, text, place };
}

function endOfDrift(host: DriftHost): HostEnd {
  const common = { host: host.host, play: host.play, services: host.services, milliseconds: 0, place: null };
  const text = (): string => plainText(driftBody(host, COLUMNS)).trimEnd();
  if (host.error !== null)
    return { ...common, end: "lost", status: "not looked at", title: host.error.message, text };
  const healed = host.healed ?? [];
  if (host.findings.length === 0)
    return { ...common, end: "well", status: healed.length > 0 ? "healed" : "as declared", title: "", text };
  const subjects = host.findings.map(({ kind, subject, origin }) => `${kind} ${subject} (${origin})`);
  return {
    ...common,
    end: "not-well",
    status: "drift",
    title: `${plural(subjects.length, "finding")}: ${subjects.join(", ")}`,
    text,
  };
}

function endOfPlan(host: PlannedHost, play: string): HostEnd {
  const { target, plan, error } = host;
  const services = target.services.map((service) => service.name);
  const common = { host: target.host.name, play, services, milliseconds: 0, place: target.host.place };
  const text = (): string => plainText(planBody(host, COLUMNS)).trimEnd();
  if (plan === null)
    return { ...common, end: "lost", status: "not planned", title: error?.message ?? "", text };
  const refusal = plan.notices.find((notice) => notice.severity === "error");
  if (refusal !== undefined)
    return { ...common, end: "not-well", status: "refused", title: refusal.text, text };
  const title = sumPlans([plan]);
  return hasWork(plan)
    ? { ...common, end: "well", status: "changes", title, text }
    : { ...common, end: "well", status: "no changes", title: "", text };
}
