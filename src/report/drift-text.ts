/** Drift for a terminal: per group of hosts what is not as declared, with the diff of each file. */
import type { Finding } from "../core/model.ts";
import { diffContent } from "./diff.ts";
import { type DriftHost, type DriftView, summariseDrift } from "./drift-view.ts";
import { errorLines } from "./error-text.ts";
import { foldSame, hostList } from "./plan-view.ts";
import { breakLine, hang, indent, type Line, line, plural, styled } from "./text.ts";

/** All of it, laid out for so many columns. */
export function driftText(view: DriftView, columns: number): readonly Line[] {
  const groups = foldSame(
    view.hosts,
    (host) => host.host,
    (host) => driftBody(host, columns - 2),
  );
  const blocks = groups.flatMap((group) => [...breakLine(heading(group.names, group.item), columns), ...indent(group.lines, 2), []]);
  return [...blocks, line(styled("strong", summariseDrift(view)))];
}

/** What one host's drift is, without its name; empty when there is none. */
export function driftBody(host: DriftHost, columns: number): readonly Line[] {
  if (host.error !== null) return errorLines(host.error, columns);
  return host.findings.flatMap((finding) => findingLines(finding, columns));
}

function heading(names: readonly string[], first: DriftHost): Line {
  const name = styled("strong", hostList(names));
  if (first.error !== null) return line(name, ": ", styled("bad", "not looked at"));
  if (first.findings.length === 0) return line(name, ": ", styled("good", "as declared"));
  return line(name, ": ", styled("warn", plural(first.findings.length, "finding")));
}

function findingLines(finding: Finding, columns: number): readonly Line[] {
  const head = line(styled("warn", finding.kind), " ", styled("strong", finding.subject));
  const diff = finding.change?.resource.kind === "file" ? diffContent(finding.change, finding.change.resource) : [];
  return [...hang(head, `: ${finding.text}`, columns, 4), ...indent(diff, 4)];
}
