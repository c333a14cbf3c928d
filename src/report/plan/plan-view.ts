/** What the reporters of plans group and sum up alike. */
import type { Plan } from "../../core/model/plan.ts";
import { knownStop } from "../../core/plan/known-stop.ts";
import { outlookOf } from "../../core/plan/outlook.ts";
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import { workIn } from "../../core/plan/work.ts";
import { type Line, plainText, plural } from "../lines/text.ts";
import { orphanTexts } from "./orphan-text.ts";
import { sumText } from "./work-text.ts";

/** Hosts whose text is the same, folded; names in the order of the play. */
export type Folded<Item> = {
  readonly names: readonly string[];
  readonly item: Item;
  readonly lines: readonly Line[];
};

/** Folds items that read the same into one, in order of first appearance. */
export function foldSame<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  linesOf: (item: Item) => readonly Line[],
): readonly Folded<Item>[] {
  const groups = new Map<string, { names: string[]; item: Item; lines: readonly Line[] }>();
  for (const item of items) {
    const lines = linesOf(item);
    const key = plainText(lines);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [nameOf(item)], item, lines });
    else group.names.push(nameOf(item));
  }
  return [...groups.values()];
}

/** "web1" or "web1, web2 (2 hosts)"; of many only the first eight are named. */
export function hostList(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  const shown = names.slice(0, 8).join(", ");
  return names.length <= 8
    ? `${shown} (${names.length} hosts)`
    : `${shown} and ${names.length - 8} more (${names.length} hosts)`;
}

/**
 * What plans come to, as headings and every summary word it: `2 restarts, 4 files changed`. Where there is
 * nothing that an operator counts, systemd reads its units again, or only our own records are written.
 */
export function sumPlans(plans: readonly Plan[]): string {
  const sum = sumText(plans.map(workIn));
  if (sum !== "") return sum;
  return plans.some(({ actions }) => actions.length > 0)
    ? "only a daemon-reload"
    : "only svcdeploy's own records";
}

/** The sum of what would be done over all plays, with the hosts: `2 restarts, 4 files changed on 3 hosts`. */
export function sumView(view: PlanView): string {
  const hosts = view.plays.flatMap((each) => each.hosts).filter((host) => outlookOf(host).kind === "changes");
  const names = new Set(hosts.map(({ target }) => target.host.name));
  const plans = hosts.flatMap(({ plan }) => (plan === null ? [] : [plan]));
  return `${sumPlans(plans)} on ${plural(names.size, "host")}`;
}

/** The summary in one sentence. */
export function summarisePlan(view: PlanView): string {
  const totals = countPlans(view);
  const seen = totals.hosts - totals.failedHosts;
  const all = view.plays.flatMap((each) => each.hosts);
  const wasSeen = all.every(
    ({ error }) => error === null || ["host-step", "locked", "conflict"].includes(error.code),
  );
  const failed =
    totals.failedHosts === 0
      ? ""
      : ` ${plural(totals.failedHosts, "host")} could not be ${wasSeen ? "planned" : "checked"}.`;
  const refused = totals.refusals === 0 ? "" : ` ${plural(totals.refusals, "host")} will be refused.`;
  if (seen === 0) return `No host could be ${wasSeen ? "planned" : "checked"}.`;
  return `${sentenceOf(view, seen)}${failed}${refused}`;
}

function sentenceOf(view: PlanView, seen: number): string {
  const totals = countPlans(view);
  if (view.plays.some(({ hosts }) => hosts.some((host) => outlookOf(host).kind === "changes")))
    return `Plan: ${sumView(view)}.`;
  if (totals.refusals > 0) return "Nothing would be changed.";
  const orphans = sayOrphans(view);
  if (orphans !== "") return `No changes, ${orphans}.`;
  return `No changes: ${seen} ${seen === 1 ? "host is" : "hosts are"} as declared.`;
}

/** What is no longer declared and still there: `1 orphan on 3 hosts`; empty without any. */
function sayOrphans({ plays }: PlanView): string {
  const found = plays
    .flatMap(({ hosts }) => hosts)
    .flatMap(({ target, plan }) =>
      orphanTexts(plan?.orphans ?? []).map((text) => ({ host: target.host.name, text })),
    );
  const [texts, hosts] = [new Set(found.map(({ text }) => text)), new Set(found.map(({ host }) => host))];
  return texts.size === 0 ? "" : `${plural(texts.size, "orphan")} on ${plural(hosts.size, "host")}`;
}

/** Hosts that nothing is planned for although services of ours were applied to them, a line each. */
export function sayLeft({ environment, left = [] }: PlanView): readonly string[] {
  return left.map(({ host, left: what, services, at }) => {
    const day = new Date(at).toISOString().slice(0, 10);
    const were = services.length === 1 ? "was" : "were";
    const on = `${services.join(", ")} (last applied ${day}) ${were} not removed`;
    return what === "plays"
      ? `${host} is in no play, and ${on} from it: svcdeploy plan --env ${environment} --prune ` +
          "shows what is there"
      : `${host} is no longer in inventory/${environment}.yaml, and ${on} from it`;
  });
}

/** Why an apply of this plan would not begin, and then what to type; empty: it would. */
export function sayStop(view: PlanView): readonly string[] {
  const stop = knownStop(view);
  return stop === null ? [] : [`Apply would not begin: ${stop.why}.`, stop.advice];
}
