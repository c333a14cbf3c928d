/** Progress as plain lines, for pipes and CI logs: each line stands for itself and starts with the host. */
import type { DeployEvent } from "../../core/model/run.ts";
import type { Sink } from "../lines/sink.ts";
import { formatDuration, type Line, line, plural, styled } from "../lines/text.ts";
import { failureTitle } from "./failure-text.ts";
import type { Reporter } from "./reporter.ts";
import { finalText } from "./run-output.ts";
import { isTrouble, STYLES } from "./summary-table.ts";

/**
 * With more hosts than this, only batches and what is not well are told as they come; the table at the end
 * counts the others.
 */
const MAX_TOLD_HOSTS = 10;

/** A reporter that writes plain lines and at the end failures, table and summary. */
export function makePlainReporter(sink: Sink): Reporter {
  let hosts = 0;
  return {
    event: (event) => {
      if (event.type === "run-started") hosts = event.hosts.length;
      sink.print(linesOf(event, { hosts, columns: sink.columns }));
    },
    close: async () => {},
  };
}

function linesOf(
  event: DeployEvent,
  run: { readonly hosts: number; readonly columns: number },
): readonly Line[] {
  const isFolded = run.hosts > MAX_TOLD_HOSTS;
  switch (event.type) {
    case "run-started":
      return [
        line(
          `run ${event.run}: ${event.environment}, ${plural(event.hosts.length, "host")}, ${plural(event.plays.length, "play")}`,
        ),
      ];
    case "play-started":
      return isFolded ? [] : [line(`play ${event.play}: ${plural(event.hosts.length, "host")}`)];
    case "batch-started":
      return event.batches < 2 && !isFolded ? [] : [batchLine(event)];
    case "host-stage":
      return isFolded
        ? []
        : [line(`${event.host}: ${event.stage}${event.detail === "" ? "" : ` ${event.detail}`}`)];
    case "host-finished":
      return isFolded && !isTrouble(event.report.status) ? [] : [finishedLine(event, run.columns)];
    case "batch-finished":
      return event.ok || isFolded
        ? []
        : [
            line(
              styled("bad", `play ${event.play}: batch ${event.batch} failed, no further host is started`),
            ),
          ];
    case "run-interrupted":
      return [line(styled("warn", event.message))];
    case "run-finished":
      return [[], ...finalText(event.reports, run.columns)];
  }
}

function batchLine({ play, batch, batches, hosts }: Extract<DeployEvent, { type: "batch-started" }>): Line {
  const which = batches < 2 ? "" : `batch ${batch} of ${batches}, `;
  return line(`play ${play}: ${which}${plural(hosts.length, "host")}`);
}

function finishedLine(event: Extract<DeployEvent, { type: "host-finished" }>, columns: number): Line {
  const { report } = event;
  if (isTrouble(report.status)) return failureTitle(report, columns);
  const duration =
    report.status === "skipped" || report.durationMilliseconds === 0
      ? ""
      : ` (${formatDuration(report.durationMilliseconds)})`;
  return line(`${report.host}: `, styled(STYLES[report.status], report.status), duration);
}
