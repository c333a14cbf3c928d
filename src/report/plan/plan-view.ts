/** What the reporters of plans group and sum up alike. */
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import { type Line, plainText } from "../lines/text.ts";

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
