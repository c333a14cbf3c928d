/** Progress as plain lines, for pipes and CI logs: each line stands for itself and starts with the host. */
import type { DeployEvent } from "../core/model.ts";
import { failureTitle } from "./failure-text.ts";
import type { Reporter } from "./reporter.ts";
import { finalText } from "./run-output.ts";
import type { Sink } from "./sink.ts";
import { isTrouble, STYLES } from "./summary-table.ts";
import { formatDuration, type Line, line, plural, styled } from "./text.ts";

/** With more hosts than this, stages are left out: start and end of each host tell enough. */
const MAX_STAGED_HOSTS = 10;

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

function linesOf(event: DeployEvent, run: { readonly hosts: number; readonly columns: number }): readonly Line[] {
  switch (event.type) {
    case "run-started":
      return [line(`run ${event.run}: ${event.environment}, ${plural(event.hosts.length, "host")}, ${plural(event.plays.length, "play")}`)];
    case "play-started":
      return [line(`play ${event.play}: ${plural(event.hosts.length, "host")}`)];
    case "batch-started":
      return event.batches < 2 ? [] : [line(`play ${event.play}: batch ${event.batch} of ${event.batches}, ${plural(event.hosts.length, "host")}`)];
    case "host-stage":
      return run.hosts > MAX_STAGED_HOSTS ? [] : [line(`${event.host}: ${event.stage}${event.detail === "" ? "" : ` ${event.detail}`}`)];
    case "host-finished":
      return [finishedLine(event, run.columns)];
    case "batch-finished":
      return event.ok ? [] : [line(styled("bad", `play ${event.play}: batch ${event.batch} failed, no further host is started`))];
    case "run-interrupted":
      return [line(styled("warn", event.message))];
    case "run-finished":
      return [[], ...finalText(event.reports, run.columns)];
  }
}

function finishedLine(event: Extract<DeployEvent, { type: "host-finished" }>, columns: number): Line {
  const { report } = event;
  if (isTrouble(report.status)) return failureTitle(report, columns);
  const duration = report.status === "skipped" || report.durationMilliseconds === 0 ? "" : ` (${formatDuration(report.durationMilliseconds)})`;
  return line(`${report.host}: `, styled(STYLES[report.status], report.status), duration);
}
