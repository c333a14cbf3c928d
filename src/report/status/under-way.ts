/** Lines of status about transactions that have begun on hosts and not ended. */
import type { OpenTransaction } from "../../core/model/observation.ts";
import { stageWords } from "../../core/model/stage-words.ts";
import { isLocked } from "../../core/plan/notices/host-notices.ts";
import { formatSpan } from "../lines/amounts.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import { type Line, line, styled, truncate } from "../lines/text.ts";
import type { SeenHost } from "./status-view.ts";

/** One line for hosts of which the same is true; their times are those of the oldest. */
export function underWayLines(hosts: readonly SeenHost[], columns: number): readonly Line[] {
  const found = hosts.flatMap(({ host, status, error }) =>
    error === null ? (status?.transactions ?? []).map((transaction) => ({ host, transaction })) : [],
  );
  return [...Map.groupBy(found, ({ transaction }) => sameness(transaction)).values()].map((group) => {
    const names = hostRanges([...new Set(group.map(({ host }) => host))]);
    const text = `${names}: ${sayTransactions(group.map(({ transaction }) => transaction))}`;
    return line(styled("warn", truncate(text, columns)));
  });
}

function sameness(transaction: OpenTransaction): string {
  const { owner, project, state } = transaction;
  return JSON.stringify([owner, project, state, isLocked(transaction)]);
}

function sayTransactions(all: readonly OpenTransaction[]): string {
  const [first] = all;
  if (first === undefined) return "";
  const { owner, project, state } = first;
  const about = `${owner} (project ${project}, ${stageWords(state)})`;
  if (!isLocked(first)) return `a run of ${about} has not ended${since(all)}: the next apply settles it`;
  const lease = oldest(all.map(({ leaseAgeSeconds }) => leaseAgeSeconds));
  return (
    `a run of ${about} is under way${since(all)}` +
    (lease === null ? "" : `, last heard of ${formatSpan(lease)} ago`)
  );
}

function since(all: readonly OpenTransaction[]): string {
  const age = oldest(all.map(({ ageSeconds }) => ageSeconds));
  return age === null ? "" : `, for ${formatSpan(age)}`;
}

function oldest(ages: readonly (number | null)[]): number | null {
  const known = ages.filter((age) => age !== null);
  return known.length === 0 ? null : Math.max(0, ...known);
}
