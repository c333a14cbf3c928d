/** Lint findings for machines: JSON (schema svcdeploy.lint/1) and annotations of GitHub Actions. */
import type { FoldedFinding } from "../../core/lint/fold.ts";
import type { Severity } from "../../core/lint/rule.ts";
import { sanitizeLine } from "../../core/sanitize.ts";
import { type LintView, summariseLint } from "./lint-text.ts";

/** Findings as plain data, ready for formatJson. */
export function lintJson(view: LintView): object {
  return {
    schema: "svcdeploy.lint/1",
    summary: summariseLint(view),
    units: view.units,
    exposure: view.exposures.map(({ unit, file, tenths, rows }) => ({
      unit,
      file,
      exposure: tenths / 10,
      rows: rows.map((row) => ({ name: row.name, exposure: row.tenths / 10 })),
    })),
    findings: view.findings.map(({ rule, severity, place, unit, happens, fix, hosts }) => ({
      rule,
      severity,
      ...place,
      unit,
      happens,
      fix,
      hosts,
    })),
  };
}

/** One workflow command a finding, which GitHub shows at its line of a pull request. */
export function lintGithub(view: LintView): readonly string[] {
  return view.findings.map(annotation);
}

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warn: "warning", info: "notice" };

function annotation({ severity, place, rule, happens, fix }: FoldedFinding): string {
  const properties = { file: place.file, line: String(place.line), col: String(place.column), title: rule };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${LEVELS[severity]} ${list.join(",")}::${escapeMessage(`${happens} ${fix}`)}`;
}

/** As the toolkit of GitHub Actions escapes: nothing in a text can end the command or begin another. */
function escapeMessage(text: string): string {
  return sanitizeLine(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
