/**
 * The end of an apply: failures, table and one sentence; the same as JSON (schema svcdeploy.report/1); and
 * the events as NDJSON.
 */
import type { Work } from "../../core/model/plan.ts";
import type { DeployEvent, HostReport } from "../../core/model/run.ts";
import { formatJson } from "../lines/json.ts";
import type { Sink } from "../lines/sink.ts";
import { hang, type Line, line, styled } from "../lines/text.ts";
import { sumText } from "../plan/work-text.ts";
import { failureText } from "./failure-text.ts";
import { notesText } from "./notes-text.ts";
import type { Reporter } from "./reporter.ts";
import { countStatuses, MAX_ROWS, summaryTable } from "./summary-table.ts";

/**
 * What run-finished carries, for a terminal. Of a large fleet the failures are reported briefly, and what
 * went well is counted in the last sentence alone. done: the work of the hosts that stayed changed.
 */
export function finalText(
  reports: readonly HostReport[],
  done: readonly Work[],
  columns: number,
): readonly Line[] {
  const isFleet = new Set(reports.map((report) => report.host)).size > MAX_ROWS;
  const failures = failureText(reports, columns, isFleet ? "brief" : "full");
  const table = isFleet ? [] : [...summaryTable(reports, columns), []];
  return [...failures, ...table, ...notesText(reports, columns), ...lastLines(reports, done, columns)];
}

/** How many came to what, what was done, and why hosts were not started, each reason once. */
function lastLines(reports: readonly HostReport[], done: readonly Work[], columns: number): readonly Line[] {
  const reasons = [
    ...new Set(
      reports
        .filter((report) => report.status === "skipped" && report.message !== "")
        .map((report) => report.message),
    ),
  ];
  const sum = sumText(done);
  const counts = line(styled("strong", `${countStatuses(reports)}.`));
  const [only] = reasons;
  const tail = [
    ...(sum === "" ? [] : [` Done: ${sum}.`]),
    ...(only !== undefined && reasons.length === 1
      ? [` Skipped: ${only.replace(/^not started: /, "")}.`]
      : []),
    ...(reports.some(({ cause }) => cause === "interrupted")
      ? [" The next apply carries on from here."]
      : []),
  ];
  return [
    ...(reasons.length < 2
      ? []
      : reasons.flatMap((reason) => hang(line(styled("warn", "skipped: ")), reason, columns, 4))),
    ...hang(counts, tail.join(""), columns, 4),
  ];
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
  return {
    event: (event) => {
      if (event.type !== "host-work") sink.write(formatJson(eventJson(event), 0));
    },
    close: async () => {},
  };
}

/** An event as plain data: schema svcdeploy.event/1. */
export function eventJson(event: DeployEvent): object {
  return { schema: "svcdeploy.event/1", ...event };
}

function reportJson(
  started: Extract<DeployEvent, { type: "run-started" }> | null,
  finished: Extract<DeployEvent, { type: "run-finished" }>,
): object {
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
