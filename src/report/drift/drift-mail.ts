/**
 * Drift as the mail of a cron run: a first line that could be its subject, what is wrong host by host, and no
 * more than one reads.
 */

import type { DriftHost } from "../../core/drift/host-drift.ts";
import { indent, type Line, line, plainText, plural, wrap } from "../lines/text.ts";
import { hostList } from "../plan/plan-view.ts";
import { foldDrift } from "./drift-fold.ts";
import { ruleLines } from "./drift-rules.ts";
import { driftBody } from "./drift-text.ts";
import { type DriftView, sayBeside, summariseDrift } from "./drift-view.ts";

/** What mail programs show without wrapping. */
const COLUMNS = 78;
const MAX_BYTES = 16_000;
const MAX_LINES_A_GROUP = 60;

/** Which project's, for who reads it far from the project. */
export type MailOrigin = { readonly project: string; readonly root: string; readonly controller: string };

/** The mail; empty when every host was seen and is as declared, so that cron sends none. */
export function driftMail(view: DriftView, origin: MailOrigin): readonly Line[] {
  const bad = view.hosts.filter(isBad);
  if (bad.length === 0) return [];
  const groups = foldDrift(bad, (host) => driftBody(host, COLUMNS - 2)).map(({ names, host }) => [
    [],
    line(`${hostList(names)}: ${headline(host)}`),
    ...indent(shorten(driftBody(host, COLUMNS - 2, names.length)), 2),
  ]);
  const rules = ruleLines(view, COLUMNS);
  const kept = keepWithin(groups, MAX_BYTES);
  const command = `svcdeploy drift --env ${view.environment} --project ${origin.root}`;
  return [
    line(mailSubject(view, origin.project)),
    ...kept.flat(),
    ...(kept.length === groups.length
      ? []
      : [[], line(`${plural(groups.length - kept.length, "group")} of hosts left out of this mail.`)]),
    ...(rules.length === 0 ? [] : [[], ...rules]),
    [],
    ...wrap(summariseDrift(view), COLUMNS).map((text) => line(text)),
    line(`On ${origin.controller}, all of it: ${command}`),
  ];
}

/** One line: "svcdeploy drift of shop, prod: 3 findings on web1, web2; not seen: db1". */
export function mailSubject(view: DriftView, project: string): string {
  const drifted = view.hosts.filter((host) => host.findings.length > 0);
  const unseen = names(view.hosts.filter((host) => host.error !== null));
  const findings = drifted.reduce((sum, host) => sum + host.findings.length, 0);
  const healed = view.hosts.reduce((sum, host) => sum + healedOf(host), 0);
  const parts = [
    ...(findings === 0 ? [] : [`${plural(findings, "finding")} on ${shortList(names(drifted))}`]),
    ...(healed === 0
      ? []
      : [`${healed} healed on ${shortList(names(view.hosts.filter((host) => healedOf(host) > 0)))}`]),
    ...(unseen.length === 0 ? [] : [`not seen: ${shortList(unseen)}`]),
  ];
  return (
    `svcdeploy drift of ${project}, ${view.environment}: ` +
    `${parts.length === 0 ? "as declared" : parts.join("; ")}`
  );
}

function isBad(host: DriftHost): boolean {
  return host.error !== null || host.findings.length > 0 || healedOf(host) > 0;
}

function headline(host: DriftHost): string {
  return host.error === null ? `${plural(host.findings.length, "finding")}${sayBeside(host)}` : "not checked";
}

/** It was healed without a question, so it is reported. */
function healedOf({ healed = [] }: DriftHost): number {
  return healed.length;
}

function names(hosts: readonly DriftHost[]): readonly string[] {
  return [...new Set(hosts.map((host) => host.host))];
}

function shortList(list: readonly string[]): string {
  return list.length <= 3 ? list.join(", ") : `${list.slice(0, 3).join(", ")} and ${list.length - 3} more`;
}

function shorten(lines: readonly Line[]): readonly Line[] {
  if (lines.length <= MAX_LINES_A_GROUP) return lines;
  return [
    ...lines.slice(0, MAX_LINES_A_GROUP),
    line(`… ${plural(lines.length - MAX_LINES_A_GROUP, "more line")}`),
  ];
}

/** The first groups that fit; the first one always. */
function keepWithin(groups: readonly (readonly Line[])[], maxBytes: number): readonly (readonly Line[])[] {
  let bytes = 0;
  const end = groups.findIndex((lines, index) => {
    bytes += Buffer.byteLength(plainText(lines));
    return index > 0 && bytes > maxBytes;
  });
  return end < 0 ? groups : groups.slice(0, end);
}
