/** The end of an apply: failures, table and one sentence; the same as JSON (schema svcdeploy.report/1); and the events as NDJSON. */
import type { DeployEvent, HostReport } from "../core/model.ts";
import { failureText } from "./failure-text.ts";
import { formatJson } from "./json.ts";
import type { Reporter } from "./reporter.ts";
import type { Sink } from "./sink.ts";
import { countStatuses, summaryTable } from "./summary-table.ts";
import { hang, type Line, line, styled } from "./text.ts";

/** What run-finished carries, for a terminal. */
export function finalText(reports: readonly HostReport[], columns: number): readonly Line[] {
  const table = summaryTable(reports, columns);
  const skipped = skippedLines(reports, columns);
  return [...failureText(reports, columns), ...table, [], ...skipped, line(styled("strong", `${countStatuses(reports)}.`))];
}

/** Why hosts were not started, each reason once. */
function skippedLines(reports: readonly HostReport[], columns: number): readonly Line[] {
  const reasons = new Set(reports.filter((report) => report.status === "skipped" && report.message !== "").map((report) => report.message));
  return [...reasons].flatMap((reason) => hang(line(styled("warn", "skipped: ")), reason, columns, 4));
}

/** A reporter that prints the final report alone. */
export function makeJsonReporter(sink: Sink): Reporter {
  let started: Extract<DeployEvent, { type: "run-started" }> | null = null;
  return {
    event: (event) => {
      if (event.type === "run-started") started = event;
      if (event.type === "run-finished") sink.write(formatJson(reportJson(started, event)));
    },
    close: async () => {},
  };
}

/** A reporter that prints each event as one line, each with its schema. */
export function makeNdjsonReporter(sink: Sink): Reporter {
  return { event: (event) => sink.write(formatJson({ schema: "svcdeploy.event/1", ...event }, 0)), close: async () => {} };
}

function reportJson(started: Extract<DeployEvent, { type: "run-started" }> | null, finished: Extract<DeployEvent, { type: "run-finished" }>): object {
  return {
    schema: "svcdeploy.report/1",
    run: started?.run ?? null,
    environment: started?.environment ?? null,
    commit: started?.commit ?? null,
    tree: started?.tree ?? null,
    exitCode: finished.exitCode,
    summary: countStatuses(finished.reports),
    hosts: finished.reports,
  };
}
