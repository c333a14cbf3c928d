/**
 * The plan for a pull request: a summary, then one folded block for each group of hosts, within what a
 * comment may hold.
 */

import { countPlans, hasWork, type PlannedHost, type PlanView } from "../../core/plan/planned.ts";
import { escapeInline, hostBlock, joinBlocks } from "../lines/markdown.ts";
import { plainLine, plural } from "../lines/text.ts";
import { planBody } from "./plan-text.ts";
import { foldSame, hostList, sayLeft, sayStop, summarisePlan, sumPlans } from "./plan-view.ts";
import { signedLines } from "./signed-text.ts";

/**
 * Markdown of at most 60 kB, with a paragraph of the caller's under the summary; blocks that do not fit are
 * counted in a note.
 */
export function planMarkdown(view: PlanView, about = ""): string {
  const totals = countPlans(view);
  const paragraph = [
    ...[...sayLeft(view), ...sayStop(view)].map(escapeInline),
    ...(about === "" ? [] : [about]),
  ]
    .map((text) => `\n${text}\n`)
    .join("");
  const heading = `### svcdeploy plan: ${view.environment}\n\n**${summarisePlan(view)}**\n${paragraph}`;
  const blocks = view.plays.flatMap((each) => playBlocks(each.play.name, each.hosts));
  const signed = signedLines(view, Number.POSITIVE_INFINITY).filter((each) => each.length > 0);
  return joinBlocks(
    heading,
    [...signed.map((each) => `${escapeInline(plainLine(each))}\n`), ...blocks],
    `the whole plan of ${plural(totals.hosts, "host")}: svcdeploy plan --env ${view.environment}`,
  );
}

function playBlocks(play: string, hosts: readonly PlannedHost[]): readonly string[] {
  const groups = foldSame(
    hosts,
    (host) => host.target.host.name,
    (host) => planBody(host, 100),
  );
  return groups.map((group) =>
    hostBlock(`${play}: ${hostList(group.names)} — ${headline(group.item)}`, group.lines),
  );
}

function headline(host: PlannedHost): string {
  if (host.plan === null) return "not planned";
  if (!hasWork(host.plan)) return "no changes";
  return sumPlans([host.plan]);
}
