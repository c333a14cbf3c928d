/** What `svcdeploy check` found, for a terminal and for machines. Hosts with nothing wrong are one line. */
import type { CheckFinding, CheckStatus, HostCheck } from "../core/check/host-check.ts";
import { withoutTarget } from "./lines/error-text.ts";
import { hang, indent, type Line, line, plural, type Style, styled, wrap } from "./lines/text.ts";
import { hostList } from "./plan/plan-view.ts";

/**
 * Hosts with something to fix or to check as blocks, then the notes, those that are well in a line for each
 * kind of host, and one sentence.
 */
export function checkText(checks: readonly HostCheck[], columns: number): readonly Line[] {
  const troubled = checks.filter((check) => check.findings.some(isTrouble));
  const quiet = checks.filter((check) => !troubled.includes(check));
  return [
    ...blocks(troubled, columns),
    ...noteLines(checks, columns),
    ...wellLines(quiet, columns),
    ...hang(line(), summary(checks), columns, 2).map((each) =>
      each.map((span) => ({ ...span, style: "strong" as const })),
    ),
  ];
}

/** Schema svcdeploy.check/1. */
export function checkJson(environment: string, checks: readonly HostCheck[], exitCode: number): object {
  return { schema: "svcdeploy.check/1", environment, summary: summary(checks), exitCode, hosts: checks };
}

const TITLES: Readonly<Record<CheckStatus, { readonly style: Style; readonly text: string }>> = {
  well: { style: "warn", text: "ready, with a warning" },
  mend: { style: "bad", text: "not ready" },
  refused: { style: "bad", text: "refused us" },
  unreachable: { style: "bad", text: "unreachable" },
};

const MARKS: Readonly<Record<CheckFinding["severity"], { readonly style: Style; readonly text: string }>> = {
  bad: { style: "bad", text: "✗" },
  warn: { style: "warn", text: "!" },
  note: { style: "dim", text: "·" },
};

function isTrouble({ severity }: CheckFinding): boolean {
  return severity !== "note";
}

/** Hosts that have the same troubles are one block. */
function blocks(checks: readonly HostCheck[], columns: number): readonly Line[] {
  const groups = Map.groupBy(checks, ({ status, findings }) =>
    JSON.stringify([status, status === "unreachable" ? findings.map(cause) : findings.filter(isTrouble)]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const shown = others.length > 0 && first.status === "unreachable" ? shared(first) : first;
    return [...block(shown, hostList(group.map(({ host }) => host)), columns), []];
  });
}

function cause({ code, text }: CheckFinding): string {
  return `${code} ${withoutTarget(text)}`;
}

/** Of hosts that are out of reach for one reason: the hint has the first one's address in it. */
function shared(check: HostCheck): HostCheck {
  const findings = check.findings.map((finding) => ({
    ...finding,
    text: withoutTarget(finding.text),
    fix: finding.fix === null ? null : `Of ${check.host}: ${finding.fix}`,
  }));
  return { ...check, findings };
}

function block({ status, findings }: HostCheck, hosts: string, columns: number): readonly Line[] {
  const title = TITLES[status];
  const worstFirst = [
    ...findings.filter(({ severity }) => severity === "bad"),
    ...findings.filter(({ severity }) => severity === "warn"),
  ];
  return [
    line(styled("strong", hosts), ": ", styled(title.style, title.text)),
    ...indent(
      worstFirst.flatMap((finding) => findingLines(finding, columns - 2)),
      2,
    ),
  ];
}

/** Commands are not wrapped: they are to be copied. */
function findingLines({ severity, text, fix, commands }: CheckFinding, columns: number): readonly Line[] {
  const mark = MARKS[severity];
  const fixLines = fix === null ? [] : wrap(fix, columns - 2).map((part) => line(styled("dim", part)));
  return [
    ...hang(line(styled(mark.style, mark.text), " "), text, columns, 2),
    ...indent(fixLines, 2),
    ...indent(
      commands.map((command) => line(command)),
      6,
    ),
  ];
}

/** The same note of several hosts is shown once. */
function noteLines(checks: readonly HostCheck[], columns: number): readonly Line[] {
  const notes = checks.flatMap(({ host, findings }) =>
    findings.filter((finding) => !isTrouble(finding)).map((note) => ({ host, note })),
  );
  const same = Map.groupBy(notes, ({ note }) => JSON.stringify([note.text, note.fix]));
  const lines = [...same.values()].flatMap((group) => {
    const fix = group[0]?.note.fix;
    const text = `${group[0]?.note.text ?? ""}${fix === null || fix === undefined ? "" : `: ${fix}`}`;
    const hosts = hostList(group.map(({ host }) => host));
    return hang(line(styled("dim", "note: "), hosts, ": "), text, columns, 6);
  });
  return lines.length === 0 ? [] : [...lines, []];
}

function wellLines(checks: readonly HostCheck[], columns: number): readonly Line[] {
  if (checks.length === 0) return [];
  const kinds = Map.groupBy(checks, ({ systemd, cgroup }) => `systemd ${systemd}, cgroup ${cgroup}`);
  return [
    ...[...kinds].flatMap(([kind, alike]) => {
      const hosts = hostList(alike.map(({ host }) => host));
      // Of several hosts the list ends in their count.
      const text = hosts.endsWith(")") ? `${hosts.slice(0, -1)}; ${kind})` : `${hosts} (${kind})`;
      return hang(line(styled("good", "ready"), ": "), text, columns, 2);
    }),
    [],
  ];
}

function summary(checks: readonly HostCheck[]): string {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const parts = [
    { count: count("mend"), text: "not ready" },
    { count: count("refused"), text: "refused us" },
    { count: count("unreachable"), text: "unreachable" },
  ];
  const named = parts.filter((part) => part.count > 0).map((part) => `${part.count} ${part.text}`);
  const well = plural(count("well"), "host");
  return named.length === 0 ? `Checked: ${well} ready.` : `Checked: ${well} ready, ${named.join(", ")}.`;
}
