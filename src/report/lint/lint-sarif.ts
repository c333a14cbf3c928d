/** Lint findings as SARIF 2.1.0 (OASIS), which code scanning services read. */
import type { FoldedFinding } from "../../core/lint/fold.ts";
import { rulePage } from "../../core/lint/page.ts";
import type { Rule, Severity } from "../../core/lint/rule.ts";
import { RULES } from "../../core/lint/rules.ts";
import { sanitizeLine } from "../../core/sanitize.ts";
import type { LintView } from "./lint-text.ts";

/**
 * A log with one run, ready for formatJson; every rule with its page, every finding with its place. version:
 * ours.
 */
export function lintSarif(view: LintView, version: string): object {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "svcdeploy", semanticVersion: version, rules: RULES.map(describeRule) } },
        columnKind: "utf16CodeUnits",
        results: view.findings.map(describeFinding),
      },
    ],
  };
}

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warn: "warning",
  info: "note",
};

function describeRule(rule: Rule): object {
  return {
    id: rule.id,
    shortDescription: { text: `${rule.title}.` },
    fullDescription: { text: rule.explain },
    help: { text: rule.explain, markdown: rulePage(rule) },
    defaultConfiguration: { level: LEVELS[rule.severity] },
  };
}

function describeFinding({ rule, severity, place, unit, happens, fix, hosts }: FoldedFinding): object {
  const where = hosts.length === 0 ? {} : { hosts };
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ id }) => id === rule),
    level: LEVELS[severity],
    message: { text: sanitizeLine(`${happens} ${fix}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: locate(place.file),
          region: { startLine: place.line, startColumn: place.column },
        },
        logicalLocations: [{ name: unit, kind: "resource" }],
      },
    ],
    properties: { unit, ...where },
  };
}

/** Relative to the folder that lint was started in, or a file: URI. A path may hold what a URI may not. */
function locate(file: string): object {
  const uri = file
    .replace(/^(?:\.\/+)+/, "")
    .split("/")
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join("/");
  return file.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: "%SRCROOT%" };
}
