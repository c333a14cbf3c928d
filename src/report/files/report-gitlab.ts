/**
 * GitLab's Code Quality report: the mistakes in the project's files and ignore rules past their date, each at
 * its line.
 */
import { createHash } from "node:crypto";
import { sayExpired } from "../drift/drift-rules.ts";
import { formatJson } from "../lines/json.ts";
import { originText, pathOf, type ReportFormat } from "./run-log.ts";

/** The merge request shows no more than a page or two; the log has them all. */
const MAX_ISSUES = 1000;

/**
 * The log's mistakes as Code Quality JSON; a run without any is an empty list. The fingerprint stays the same
 * while the mistake does.
 */
export const gitlabReport: ReportFormat = (log, redact) => {
  const seen = new Map<string, number>();
  const expired = (log.drift?.rules.expired ?? []).map((rule) => ({
    place: rule.place,
    message: sayExpired(rule),
    hint: null,
    excerpt: "",
  }));
  const issues = [...(log.error?.problems ?? []), ...expired]
    .slice(0, MAX_ISSUES)
    .map(({ place, message, hint, excerpt }) => {
      const path = pathOf(log, place);
      const about = JSON.stringify([path, message, excerpt.trim()]);
      const nth = seen.get(about) ?? 0;
      seen.set(about, nth + 1);
      return {
        type: "issue",
        check_name: "svcdeploy-configuration",
        description: redact(hint === null ? message : `${message} (${hint})`),
        content: { body: originText(log) },
        categories: ["Bug Risk"],
        severity: log.error === null ? "minor" : "blocker",
        fingerprint: createHash("sha256")
          .update(redact(about))
          .update(String(nth))
          .digest("hex")
          .slice(0, 32),
        location: { path, lines: { begin: place.line } },
      };
    });
  return formatJson(issues);
};
