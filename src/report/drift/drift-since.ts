/** Who moved and since when, in the words of every drift report. */
import type { Finding, Origin } from "../../core/model/plan.ts";

/** "changed on the host" … as a phrase of its own. */
export function originPhrase({ kind, origin }: Finding): string {
  switch (origin) {
    case "host":
      return CHANGED.has(kind) ? "changed on the host" : "happened on the host";
    case "project":
      return kind === "orphan"
        ? "dropped from the project"
        : "pending: the project or --set changed since the last apply";
    case "conflict":
      return "conflict: the host and the project both changed";
  }
}

const CHANGED: ReadonlySet<Finding["kind"]> = new Set([
  "missing",
  "content",
  "mode",
  "owner",
  "type",
  "account",
  "not-enabled",
  "manifest",
  "foreign-drop-in",
]);

/** How often each origin is among the findings: "2 on the host, 1 pending"; empty without any. */
export function countOrigins(findings: readonly Pick<Finding, "origin">[]): string {
  const count = (origin: Origin): number => findings.filter((finding) => finding.origin === origin).length;
  const [host, project, conflict] = [count("host"), count("project"), count("conflict")];
  const words = [
    [host, `${host} on the host`] as const,
    [project, `${project} pending`] as const,
    [conflict, `${conflict} in conflict`] as const,
  ];
  return words.flatMap(([many, text]) => (many === 0 ? [] : [text])).join(", ");
}

/**
 * Since when, e.g. "last touched 2 h 10 min ago (07:41 UTC)"; null when unknown. clock: the host's own,
 * so that a wrong one does no harm.
 */
export function sincePhrase({ kind, since, change }: Finding, clock: number | null): string | null {
  if (since === null || clock === null) return null;
  const moment = formatMoment(since, clock);
  if (since > clock + CLOCK_SLACK_SECONDS)
    return `${verbOf(kind)} ${moment}: in the future by the host's clock`;
  const age = formatAge(clock - since);
  if (kind === "missing" || (kind === "not-enabled" && change?.before === null))
    return `missing for at least ${age} (${moment})`;
  return PATH_KINDS.has(kind) ? `${verbOf(kind)} ${age} ago (${moment})` : `since ${age} (${moment})`;
}

/** The host reads its clock after it read the paths, and the other way round. */
const CLOCK_SLACK_SECONDS = 5;
const PATH_KINDS: ReadonlySet<Finding["kind"]> = new Set([
  "content",
  "mode",
  "owner",
  "type",
  "not-enabled",
  "not-loaded",
  "manifest",
  "masked",
  "stale-process",
  "foreign-drop-in",
]);

function verbOf(kind: Finding["kind"]): string {
  if (kind === "stale-process") return "its inputs last touched";
  return PATH_KINDS.has(kind) || kind === "missing" ? "last touched" : "since";
}

/** "40 s", "12 min", "2 h 10 min", "3 d 4 h": a rough age for humans, in whole seconds. */
export function formatAge(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const [minutes, hours, days] = [
    Math.floor(whole / 60),
    Math.floor(whole / 3600),
    Math.floor(whole / 86_400),
  ];
  if (minutes < 60) return `${minutes} min`;
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(days, "d", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Within a day of the host's clock the time alone, else the date as well. */
function formatMoment(since: number, clock: number): string {
  const text = new Date(since * 1000).toISOString();
  const time = `${text.slice(11, 16)} UTC`;
  return Math.abs(clock - since) < 86_400 ? time : `${text.slice(0, 10)} ${time}`;
}
