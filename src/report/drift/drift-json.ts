/** Drift for machines (schema svcdeploy.drift/1) and for a pull request. */

import type { DriftFinding, DriftHost } from "../../core/drift/host-drift.ts";
import type { IgnoreRule } from "../../core/model/declared.ts";
import { hostBlock, joinBlocks } from "../lines/markdown.ts";
import { plural } from "../lines/text.ts";
import { changeJson, errorJson } from "../plan/plan-json.ts";
import { hostList } from "../plan/plan-view.ts";
import { foldDrift } from "./drift-fold.ts";
import { ruleLines } from "./drift-rules.ts";
import { driftBody } from "./drift-text.ts";
import { type DriftView, sayBeside, summariseDrift } from "./drift-view.ts";

const COLUMNS = 100;

/** Drift as plain data, ready for formatJson; no secret and no hash of one. */
export function driftJson(view: DriftView): object {
  return {
    schema: "svcdeploy.drift/1",
    environment: view.environment,
    health: view.health,
    summary: summariseDrift(view),
    rules: {
      expired: view.rules.expired.map(ruleJson),
      unmatched: view.rules.unmatched.map(({ rule, why }) => ({ ...ruleJson(rule), why })),
    },
    hosts: view.hosts.map(hostJson),
  };
}

/** Markdown of at most 60 kB, with a paragraph of the caller's under the summary. */
export function driftMarkdown(view: DriftView, about = ""): string {
  const groups = foldDrift(view.hosts, (host) => driftBody(host, COLUMNS));
  const blocks = groups.map(({ names, host }) =>
    hostBlock(`${hostList(names)} — ${headline(host)}`, driftBody(host, COLUMNS, names.length)),
  );
  const rules = ruleLines(view, COLUMNS);
  const notes = rules.length === 0 ? [] : [hostBlock("ignore rules", rules)];
  const heading =
    `### svcdeploy drift: ` +
    `${view.environment}\n\n**${summariseDrift(view)}**\n${about === "" ? "" : `\n${about}\n`}`;
  return joinBlocks(heading, [...notes, ...blocks], `all of it: svcdeploy drift --env ${view.environment}`);
}

function hostJson(host: DriftHost): object {
  return {
    host: host.host,
    play: host.play,
    services: host.services,
    status: host.error !== null ? "failed" : host.findings.length > 0 ? "drift" : "clean",
    clock: host.clock,
    error: host.error === null ? null : errorJson(host.error),
    findings: host.findings.map(findingJson),
    healed: (host.healed ?? []).map(findingJson),
    ignored: host.ignored.map(({ finding, rules }) => ({
      ...findingJson(finding),
      rules: rules.map(ruleJson),
    })),
  };
}

function findingJson(finding: DriftFinding): object {
  return { ...finding, change: finding.change === null ? null : changeJson(finding.change) };
}

function ruleJson({ what, ...rule }: IgnoreRule): object {
  return { [what.kind]: what.pattern, ...rule };
}

function headline(host: DriftHost): string {
  if (host.error !== null) return "not checked";
  const found = host.findings.length === 0 ? "as declared" : plural(host.findings.length, "finding");
  return `${found}${sayBeside(host)}`;
}
