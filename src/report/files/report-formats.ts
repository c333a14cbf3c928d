/** The kinds of --report, each with what writes it. */

import { gitlabReport } from "./report-gitlab.ts";
import { jsonReport, ndjsonReport } from "./report-json.ts";
import { junitReport } from "./report-junit.ts";
import type { ReportKind } from "./report-kinds.ts";
import { markdownReport } from "./report-markdown.ts";
import { prometheusReport } from "./report-prometheus.ts";
import type { ReportFormat } from "./run-log.ts";

/** Kind → format. github is the job summary; its annotations go to the log. */
export const REPORT_FORMATS: Readonly<Record<ReportKind, ReportFormat>> = {
  junit: junitReport,
  markdown: markdownReport,
  json: jsonReport,
  ndjson: ndjsonReport,
  github: markdownReport,
  gitlab: gitlabReport,
  prometheus: prometheusReport,
};
