/** What verify found, for a terminal and for machines. */
import type { HostReport } from "../../core/model/run.ts";
import { isAsWanted } from "../../core/model/run.ts";
import { hintLines } from "../lines/error-text.ts";
import { indent, type Line, line, plural, styled, wrap } from "../lines/text.ts";
import { healthLines, verdictLines } from "./failure-text.ts";
import { countStatuses, STYLES } from "./summary-table.ts";

/** Every unit of every host with its verdict, then one sentence. */
export function verifyText(reports: readonly HostReport[], columns: number): readonly Line[] {
  return [
    ...reports.flatMap((report) => [heading(report), ...indent(bodyOf(report, columns - 2), 2), []]),
    line(styled("strong", summary(reports))),
  ];
}

/** Schema svcdeploy.verify/1. */
export function verifyJson(environment: string, reports: readonly HostReport[], exitCode: number): object {
  return { schema: "svcdeploy.verify/1", environment, summary: summary(reports), exitCode, hosts: reports };
}

function summary(reports: readonly HostReport[]): string {
  const hosts = new Set(reports.map((report) => report.host)).size;
  if (reports.every((report) => isAsWanted(report.status)))
    return `Verified: ${plural(hosts, "host")} healthy.`;
  const well = new Set(reports.map((report) => report.host));
  for (const report of reports) if (!isAsWanted(report.status)) well.delete(report.host);
  return (
    `Not verified: ${countStatuses(reports.filter((report) => !isAsWanted(report.status)))}; ` +
    `${plural(well.size, "host")} healthy.`
  );
}

function heading(report: HostReport): Line {
  const trouble = !isAsWanted(report.status);
  return line(
    styled("strong", report.host),
    ": ",
    trouble ? styled(STYLES[report.status], report.status) : styled("good", "healthy"),
  );
}

function bodyOf(report: HostReport, columns: number): readonly Line[] {
  const message = report.message === "" ? [] : wrap(report.message, columns).map((text) => line(text));
  const journal = report.journal.flatMap((part) => [
    line(styled("dim", `journal of ${part.unit}:`)),
    ...indent(
      part.lines.map((text) => line(text)),
      2,
    ),
  ]);
  return [
    ...message,
    ...hintLines(report.hint, columns),
    ...report.verdicts.flatMap((verdict) => verdictLines(verdict, columns)),
    ...report.health.flatMap((result) => healthLines(result, columns)),
    ...journal,
  ];
}
