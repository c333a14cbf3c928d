/** A play ends where more of its hosts fail than it tolerates; what is known before the first change. */
import { isOutOfReach } from "../errors.ts";
import type { PlayOrder } from "../model/declared.ts";
import { batchesOf } from "./batches.ts";
import { outlookOf } from "./outlook.ts";
import type { PlannedHost, PlannedPlay, PlanView } from "./planned.ts";

/** Names of the hosts of one play that failed or gave no answer. */
export type LostHosts = { readonly failed: readonly string[]; readonly unreachable: readonly string[] };

/** Why a play ends here, in a few words; null: it continues. */
export function limitReached(
  { rollout }: PlayOrder,
  hosts: readonly PlannedHost[],
  { failed, unreachable }: LostHosts,
  tense: "failed" | "will fail" = "failed",
): string | null {
  if (failed.length > rollout.maxFailed) return `${someOf(failed)} ${tense} (maxFailed ${rollout.maxFailed})`;
  if (unreachable.length > rollout.maxUnreachable)
    return `${someOf(unreachable)} unreachable (maxUnreachable ${rollout.maxUnreachable})`;
  const required = new Set(
    hosts.filter(({ target }) => target.host.required).map(({ target }) => target.host.name),
  );
  const missing = unreachable.filter((host) => required.has(host));
  return missing.length > 0 ? `${someOf(missing)} required and unreachable` : null;
}

/** why: as limitReached says it; advice: what to type. */
export type KnownStop = { readonly why: string; readonly advice: string };

/**
 * Why a run of this plan is not to be begun, as far as the plan tells; null: no reason is known. Hosts out of
 * reach count at once; a host that will fail only where hosts behind its batch would be skipped for it. Only
 * where some host has work: else there is nothing that could be left half done.
 */
export function knownStop({ plays, limit }: PlanView): KnownStop | null {
  if (!plays.some(({ hosts }) => hosts.some(hasChanges))) return null;
  for (const [index, planned] of plays.entries()) {
    const lost = lostIn(planned.hosts);
    const behind = hostsBehind(planned, plays.slice(index + 1));
    const failed = behind.some(hasChanges) ? lost.failed : [];
    const why = limitReached(planned.play, planned.hosts, { ...lost, failed }, "will fail");
    if (why === null) continue;
    const all = plays
      .map(({ hosts }) => lostIn(hosts))
      .flatMap((each) => [...each.failed, ...each.unreachable]);
    return { why, advice: adviceOf([...new Set(all)], planned, lost, limit ?? "all") };
  }
  return null;
}

function hasChanges(host: PlannedHost): boolean {
  return outlookOf(host).kind === "changes";
}

/** The hosts that are not begun when the batch that exceeds maxFailed has ended. */
function hostsBehind({ play, hosts }: PlannedPlay, later: readonly PlannedPlay[]): readonly PlannedHost[] {
  const batches = batchesOf(hosts, play.rollout.batches);
  const last = batches.findIndex(
    (_, index) => lostIn(batches.slice(0, index + 1).flat()).failed.length > play.rollout.maxFailed,
  );
  return last < 0 ? [] : [...batches.slice(last + 1).flat(), ...later.flatMap((each) => each.hosts)];
}

function lostIn(hosts: readonly PlannedHost[]): LostHosts {
  const lost = hosts.flatMap((host) => {
    const outlook = outlookOf(host);
    if (outlook.kind !== "lost") return [];
    return [{ name: host.target.host.name, isAway: isOutOfReach(outlook.error) }];
  });
  const names = (isAway: boolean): readonly string[] =>
    lost.filter((each) => each.isAway === isAway).map(({ name }) => name);
  return { failed: names(false), unreachable: names(true) };
}

function adviceOf(
  all: readonly string[],
  { play, hosts }: PlannedPlay,
  { failed, unreachable }: LostHosts,
  limit: string,
): string {
  const rest = [limit, ...all.map((name) => `!${name}`)].join(":");
  const without = `Leave out what is in the way: --limit '${rest}'`;
  const isRequired = hosts.some(({ target: { host } }) => host.required && unreachable.includes(host.name));
  const limits = [
    ...(failed.length > play.rollout.maxFailed ? [`maxFailed: ${failed.length}`] : []),
    ...(unreachable.length > play.rollout.maxUnreachable ? [`maxUnreachable: ${unreachable.length}`] : []),
  ];
  if (isRequired || limits.length === 0) return `${without}.`;
  return `${without}. Or tolerate it in the play ${play.name}: rollout: { ${limits.join(", ")} }.`;
}

function someOf(names: readonly string[]): string {
  const [first, second, third, ...more] = names;
  const shown = [first, second, third].filter((name) => name !== undefined).join(", ");
  return more.length === 0 ? shown : `${shown} and ${more.length} more`;
}
