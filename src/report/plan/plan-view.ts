/** What the plan reporters are given, and what they all count and group alike. */
import type { SvcdeployError } from "../../core/errors.ts";
import type { Play } from "../../core/model/declared.ts";
import type { Plan } from "../../core/model/plan.ts";
import type { HostTarget } from "../../core/model/resource.ts";
import { type Line, plainText } from "../lines/text.ts";

/** One host in one play: its plan, or why there is none. */
export type PlannedHost = {
  readonly target: HostTarget;
  readonly plan: Plan | null;
  readonly error: SvcdeployError | null;
};
/** All plays of an environment, planned. */
export type PlanView = {
  readonly environment: string;
  readonly plays: readonly { readonly play: Play; readonly hosts: readonly PlannedHost[] }[];
};

/** Hosts (each once, whatever the number of plays) and the changes and actions of all plays. */
export type PlanTotals = {
  readonly hosts: number;
  readonly changedHosts: number;
  readonly changes: number;
  readonly actions: number;
  readonly failedHosts: number;
  readonly refusals: number;
};

/** Hosts whose text is the same, folded; names in the order of the play. */
export type Folded<Item> = {
  readonly names: readonly string[];
  readonly item: Item;
  readonly lines: readonly Line[];
};

/** Whether applying the plan would do anything at all; records and manifests count. */
export function hasWork(plan: Plan): boolean {
  return plan.changes.length + plan.actions.length + plan.records.length + plan.manifests.length > 0;
}

/** Counts a view. */
export function countPlans(view: PlanView): PlanTotals {
  const all = view.plays.flatMap((each) => each.hosts);
  const plans = all.flatMap((each) => (each.plan === null ? [] : [each.plan]));
  return {
    hosts: distinct(all),
    changedHosts: distinct(all.filter((each) => each.plan !== null && hasWork(each.plan))),
    changes: plans.reduce((sum, plan) => sum + plan.changes.length, 0),
    actions: plans.reduce((sum, plan) => sum + plan.actions.length, 0),
    failedHosts: distinct(all.filter((each) => each.error !== null)),
    refusals: distinct(
      all.filter((each) => each.plan?.notices.some((notice) => notice.severity === "error")),
    ),
  };
}

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

/** The summary in one sentence. */
export function summarisePlan(view: PlanView): string {
  const totals = countPlans(view);
  const seen = totals.hosts - totals.failedHosts;
  const sentence =
    totals.changedHosts === 0
      ? `No changes: ${seen} ${seen === 1 ? "host is" : "hosts are"} as declared.`
      : `Plan: ${count(totals.changedHosts, "host")}, ${count(totals.changes, "change")}, ${count(totals.actions, "action")}.`;
  const wasSeen = view.plays
    .flatMap((each) => each.hosts)
    .every(({ error }) => error === null || error.code === "host-step");
  const failed =
    totals.failedHosts === 0
      ? ""
      : ` ${count(totals.failedHosts, "host")} could not be ${wasSeen ? "planned" : "looked at"}.`;
  const refused = totals.refusals === 0 ? "" : ` ${count(totals.refusals, "host")} will be refused.`;
  return (
    (seen === 0 ? `No host could be ${wasSeen ? "planned" : "looked at"}.` : sentence + failed) + refused
  );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function distinct(hosts: readonly PlannedHost[]): number {
  return new Set(hosts.map((each) => each.target.host.name)).size;
}
