/** A host's line: what is done to it, or its end: `web1: changed, healthy after 3.0 s (6.3 s)`. */
import type { Work } from "../../core/model/plan.ts";
import type { HostReport } from "../../core/model/run.ts";
import { isTrouble } from "../../core/model/run.ts";
import { formatDuration, type Line, line, styled, truncate } from "../lines/text.ts";
import { doingText } from "../plan/work-text.ts";
import { STYLES } from "./summary-table.ts";

/** Below that a host was only checked, or not even that. */
const LEAST_MILLISECONDS = 50;

/** A host's name is not cut below that, and the text after it is cut first. */
const LEAST_NAME = 12;
const LEAST_TEXT = 24;

/** What is being done to a host, within so many columns: `web1: restarting shop`. */
export function doingLine(host: string, work: Work, columns: number): Line {
  const text = truncate(`: ${doingText(work)}`, Math.max(LEAST_TEXT, columns - [...host].length));
  return hostLine(host, line(text), columns);
}

/**
 * A host's end within so many columns. What went wrong is in capitals, with the first line of why.
 * healthyAfter: milliseconds from the end of the acts, null where that is not known.
 */
export function finishedLine(report: HostReport, healthyAfter: number | null, columns: number): Line {
  return isTrouble(report.status) ? failedLine(report, columns) : endedLine(report, healthyAfter, columns);
}

function failedLine({ host, status, message, durationMilliseconds }: HostReport, columns: number): Line {
  const after =
    durationMilliseconds < LEAST_MILLISECONDS ? "" : ` after ${formatDuration(durationMilliseconds)}`;
  const head = hostLine(host, line(": ", styled(STYLES[status], status.toUpperCase()), after), columns);
  const [first = ""] = message.replace(`${host}: `, "").split("\n");
  const room = columns - widthOf(head);
  return first === "" || room < LEAST_NAME ? head : line(...head, truncate(`: ${first}`, room));
}

function endedLine(report: HostReport, healthyAfter: number | null, columns: number): Line {
  const { host, status, durationMilliseconds } = report;
  const isWatched = report.verdicts.length + report.health.length > 0;
  const healthy =
    status === "changed" && isWatched && healthyAfter !== null
      ? `, healthy after ${formatDuration(healthyAfter)}`
      : "";
  const duration =
    status === "skipped" || durationMilliseconds < LEAST_MILLISECONDS
      ? ""
      : ` (${formatDuration(durationMilliseconds)})`;
  return hostLine(host, line(": ", styled(STYLES[status], status), `${healthy}${duration}`), columns);
}

/** The name, cut where the text after it would not fit. */
function hostLine(host: string, rest: Line, columns: number): Line {
  return line(styled("strong", truncate(host, Math.max(LEAST_NAME, columns - widthOf(rest)))), ...rest);
}

function widthOf(spans: Line): number {
  return [...spans.map(({ text }) => text).join("")].length;
}
