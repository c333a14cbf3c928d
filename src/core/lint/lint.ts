/** Runs every rule over a host. */
import { compareText } from "../compare-text.ts";
import type { LintHost } from "./lint-host.ts";
import type { LintFinding, Rule, RuleFinding } from "./rule.ts";
import { RULES } from "./rules.ts";

/** What all rules find on a host, by file, line and rule. */
export function lintHost(host: LintHost, rules: readonly Rule[] = RULES): readonly LintFinding[] {
  return rules.flatMap((rule) => runRule(rule, host)).sort(compareFindings);
}

function runRule(rule: Rule, host: LintHost): readonly LintFinding[] {
  switch (rule.over) {
    case "project":
    case "host":
      return (rule.check?.(host) ?? []).map((each) => makeFinding(rule, host.name, each));
    case "unit":
      return host.units.flatMap((unit) =>
        rule.check(unit, host).map((each) => makeFinding(rule, unit.name, each)),
      );
  }
}

/** Order of findings: file, line, rule. */
export function compareFindings(left: LintFinding, right: LintFinding): number {
  return (
    compareText(left.place.file, right.place.file) ||
    left.place.line - right.place.line ||
    compareText(left.rule, right.rule)
  );
}

function makeFinding(rule: Rule, unit: string, found: RuleFinding): LintFinding {
  const { place, happens, fix } = found;
  const edits = found.edits === undefined ? {} : { edits: found.edits };
  return { rule: rule.id, severity: found.severity ?? rule.severity, place, unit, happens, fix, ...edits };
}
