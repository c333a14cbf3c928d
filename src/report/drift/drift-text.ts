/** Drift for a terminal: per group of hosts what is not as declared, with the diff of each file. */

import type { DriftFinding, DriftHost } from "../../core/drift/host-drift.ts";
import { errorLines } from "../lines/error-text.ts";
import { breakLine, hang, indent, type Line, line, plural, styled, wrap } from "../lines/text.ts";
import { diffContent } from "../plan/diff.ts";
import { hostList } from "../plan/plan-view.ts";
import { foldDrift } from "./drift-fold.ts";
import { ruleLines } from "./drift-rules.ts";
import { originPhrase, sincePhrase } from "./drift-since.ts";
import { type DriftView, sayBeside, summariseDrift } from "./drift-view.ts";
import { verdictSpan } from "./heal-text.ts";

/** All of it, laid out for so many columns. */
export function driftText(view: DriftView, columns: number): readonly Line[] {
  const groups = foldDrift(view.hosts, (host) => driftBody(host, columns - 2));
  const blocks = groups.flatMap(({ names, host }) => [
    ...breakLine(heading(names, host), columns),
    ...indent(driftBody(host, columns - 2, names.length), 2),
    [],
  ]);
  const rules = ruleLines(view, columns);
  return [
    ...blocks,
    ...rules,
    ...(rules.length === 0 ? [] : [[]]),
    ...wrap(summariseDrift(view), columns).map((text) => line(styled("strong", text))),
  ];
}

/**
 * What one host's drift is, without its name; empty when there is none. count: the hosts that it stands for,
 * of which the times are the oldest.
 */
export function driftBody(host: DriftHost, columns: number, count = 1): readonly Line[] {
  if (host.error !== null) return errorLines(host.error, columns);
  return [...host.findings, ...(host.healed ?? [])].flatMap((finding) =>
    findingLines(finding, { clock: host.clock, columns, count }),
  );
}

function heading(names: readonly string[], first: DriftHost): Line {
  const name = styled("strong", hostList(names));
  if (first.error !== null) return line(name, ": ", styled("bad", "not checked"));
  if (first.findings.length === 0) return line(name, ": ", styled("good", "as declared"), sayBeside(first));
  return line(name, ": ", styled("warn", plural(first.findings.length, "finding")), sayBeside(first));
}

type Layout = { readonly clock: number | null; readonly columns: number; readonly count: number };

function findingLines(finding: DriftFinding, layout: Layout): readonly Line[] {
  const head = line(styled("warn", finding.kind), " ", styled("strong", finding.subject));
  const diff =
    finding.change?.resource.kind === "file" ? diffContent(finding.change, finding.change.resource) : [];
  return [
    ...hang(head, `: ${finding.text}`, layout.columns, 4),
    ...indent(whoAndWhen(finding, layout), 4),
    ...indent(diff, 4),
  ];
}

function whoAndWhen(finding: DriftFinding, { clock, columns, count }: Layout): readonly Line[] {
  const since = sincePhrase(finding, clock);
  const parts = [
    originPhrase(finding),
    ...(since === null ? [] : [count === 1 ? since : `${since}, the first of them`]),
  ];
  const verdict = verdictSpan(finding);
  return [
    ...wrap(parts.join("; "), columns - 4).map((text) => line(styled("dim", text))),
    ...(verdict === null
      ? []
      : wrap(verdict.text, columns - 4).map((text) => line(styled(verdict.style, text)))),
  ];
}
