/** One host's end in one line: `web1: changed, healthy after 3.0 s (6.3 s)`. */
import type { HostReport } from "../../core/model/run.ts";
import { formatDuration, type Line, line, styled, truncate } from "../lines/text.ts";
import { isTrouble, STYLES } from "./summary-table.ts";

/** Below that a host was only looked at, or not even that. */
const LEAST_MILLISECONDS = 50;

/**
 * The line within so many columns. What went wrong stands there in capitals, with the first line of why.
 * healthyAfter: milliseconds from the end of the acts, null where that is not known.
 */
export function finishedLine(report: HostReport, healthyAfter: number | null, columns: number): Line {
  return isTrouble(report.status) ? failedLine(report, columns) : endedLine(report, healthyAfter);
}

function failedLine({ host, status, message, durationMilliseconds }: HostReport, columns: number): Line {
  const word = status.toUpperCase();
  const after =
    durationMilliseconds < LEAST_MILLISECONDS ? "" : ` after ${formatDuration(durationMilliseconds)}`;
  const [first = ""] = message.replace(`${host}: `, "").split("\n");
  const room = columns - [...`${host}: ${word}${after}`].length;
  const reason = first === "" ? "" : truncate(`: ${first}`, room);
  return line(styled("strong", host), ": ", styled(STYLES[status], word), `${after}${reason}`);
}

function endedLine(report: HostReport, healthyAfter: number | null): Line {
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
  return line(styled("strong", host), ": ", styled(STYLES[status], status), `${healthy}${duration}`);
}
