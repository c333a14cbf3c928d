/** One run as Markdown, for an incident's page or a merge request. */

import { escapeInline, hostBlock, joinBlocks } from "../lines/markdown.ts";
import { runName } from "../lines/run-name.ts";
import { plainLine } from "../lines/text.ts";
import { foldHosts, headFacts, planLines, planTitle, type ShowView } from "./show-text.ts";

const COLUMNS = 100;

/** Of at most 60 kB. now: milliseconds since the epoch. */
export function showMarkdown(view: ShowView, now: number): string {
  const facts = headFacts(view, now).map(([name, text]) => `- ${name}: ${escapeInline(text)}\n`);
  const hosts = foldHosts(view.run.hosts, COLUMNS).map(({ title, lines }) =>
    hostBlock(title.map((each) => plainLine(each).trim()).join(" "), lines),
  );
  const plans = view.run.plans.map((plan) =>
    hostBlock(planTitle(plan, view.run), planLines(plan, Number.POSITIVE_INFINITY)),
  );
  return joinBlocks(
    `### svcdeploy run ${view.run.id}\n\n${facts.join("")}`,
    [...hosts, ...plans],
    `all of it: svcdeploy show ${runName(view.run.id)}`,
  );
}
