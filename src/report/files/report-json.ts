/**
 * The whole run for machines: one document (schema svcdeploy.run/1), or its head and then its events as
 * NDJSON.
 */
import { driftJson } from "../drift/drift-json.ts";
import { formatJson } from "../lines/json.ts";
import { planJson } from "../plan/plan-json.ts";
import { eventJson } from "../run/run-output.ts";
import { type ReportFormat, type RunLog, reportsOf } from "./run-log.ts";

/** Head, error, plan, drift and the hosts' reports; what the command does not have is null or empty. */
export const jsonReport: ReportFormat = (log, redact) =>
  redact(
    formatJson({
      ...head(log),
      error: log.error,
      plan: log.plan === null ? null : planJson(log.plan),
      drift: log.drift === null ? null : driftJson(log.drift),
      hosts: reportsOf(log),
    }),
  );

/** The head on the first line, then each event (schema svcdeploy.event/1) on its own. */
export const ndjsonReport: ReportFormat = (log, redact) =>
  [{ ...head(log), error: log.error }, ...log.events.map(eventJson)]
    .map((each) => redact(formatJson(each, 0)))
    .join("");

function head(log: RunLog): object {
  return {
    schema: "svcdeploy.run/1",
    command: log.command,
    project: log.project,
    environment: log.environment,
    ...log.origin,
    startedAt: new Date(log.startedAt).toISOString(),
    durationMilliseconds: Math.round(log.durationMilliseconds),
    exitCode: log.exitCode,
  };
}
