/** Lint findings for a terminal, and a rule's page. */
import type { UnitExposure } from "../../core/lint/exposure.ts";
import type { FoldedFinding } from "../../core/lint/fold.ts";
import type { Rule, Severity } from "../../core/lint/rule.ts";
import { indent, type Line, line, plural, type Style, styled, wrap } from "../lines/text.ts";
import { exposureLines } from "./lint-exposure.ts";

/** What was linted: units for the last line, hosts to say where a finding holds. */
export type LintView = {
  readonly findings: readonly FoldedFinding[];
  readonly units: number;
  readonly hosts: readonly string[];
  /** brief: a line; full: every service with what weighs most; none: not asked for. */
  readonly security: "none" | "brief" | "full";
  readonly exposures: readonly UnitExposure[];
};

/** Every finding with its place, what happens and the fix; then the counts. */
export function lintText(view: LintView, columns: number): readonly Line[] {
  const blocks = view.findings.flatMap((finding) => [...findingLines(finding, view, columns), []]);
  const first = view.findings.find((finding) => finding.severity === "error") ?? view.findings[0];
  const hint =
    first === undefined
      ? []
      : [line(styled("dim", `svcdeploy lint --explain ${first.rule} explains the rule.`))];
  return [
    ...blocks,
    ...exposureLines(view, columns),
    line(styled("strong", `${summariseLint(view)}.`)),
    ...hint,
  ];
}

/** "2 errors, 1 warning, 3 notes in 12 units". */
export function summariseLint(view: LintView): string {
  const count = (severity: Severity) =>
    view.findings.filter((finding) => finding.severity === severity).length;
  const where = plural(view.units, "unit");
  if (view.findings.length === 0) return `No findings in ${where}`;
  const counts = [
    plural(count("error"), "error"),
    plural(count("warn"), "warning"),
    plural(count("info"), "note"),
  ].filter((text) => !text.startsWith("0 "));
  return `${counts.join(", ")} in ${where}`;
}

/** A rule as --explain shows it. */
export function explainText(rule: Rule, columns: number): readonly Line[] {
  const example = (text: string) =>
    indent(
      text
        .trimEnd()
        .split("\n")
        .map((each) => line(each)),
      4,
    );
  return [
    line(styled("strong", `${rule.id} `), styled(STYLES[rule.severity], rule.severity), `: ${rule.title}`),
    [],
    ...wrap(rule.explain, columns).map((text) => line(text)),
    [],
    ...(rule.bad === rule.good ? [] : [line("Found:"), ...example(rule.bad), [], line("Not found:")]),
    ...example(rule.good),
    ...(rule.check === undefined ? [] : silencing(rule)),
  ];
}

function silencing(rule: Rule): readonly Line[] {
  return [
    [],
    line("To ignore it in a service file, with the reason:"),
    ...indent([line("lint:"), line(`  ignore: [{ rule: ${rule.id}, because: "…" }]`)], 4),
  ];
}

const STYLES: Readonly<Record<Severity, Style>> = { error: "bad", warn: "warn", info: "dim" };

function findingLines(finding: FoldedFinding, view: LintView, columns: number): readonly Line[] {
  const { file, line: row, column } = finding.place;
  const head = line(
    styled("strong", `${file}:${row}:${column}`),
    ": ",
    styled(STYLES[finding.severity], finding.severity),
    ` ${finding.rule} `,
    styled("dim", finding.unit),
  );
  const where = whereText(finding, view);
  return [
    head,
    ...indent(
      wrap(finding.happens, columns - 2).map((text) => line(text)),
      2,
    ),
    ...indent(
      wrap(`fix: ${finding.fix}`, columns - 2).map((text) => line(styled("dim", text))),
      2,
    ),
    ...(where === null ? [] : indent([line(styled("dim", where))], 2)),
  ];
}

/** Only where it does not hold everywhere. */
function whereText(finding: FoldedFinding, view: LintView): string | null {
  if (finding.hosts.length === 0 || finding.hosts.length === view.hosts.length) return null;
  const [first = "", ...rest] = finding.hosts;
  return rest.length === 0
    ? `on ${first} only`
    : `on ${first} and ${plural(rest.length, "other")} of ${plural(view.hosts.length, "host")}`;
}
