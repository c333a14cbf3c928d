/** Why healing leaves a finding as it is: what is wrong may be beyond it, too young, or healed too often. */
import type { Observation } from "../model/observation.ts";
import type { Finding } from "../model/plan.ts";
import { canBePutBack, isUndecryptable } from "../plan/encrypted.ts";

/** What becomes of a finding, and in a few words why; flapping: it was healed too often to go on. */
export type HealVerdict = { readonly outcome: "heal" | "left" | "flapping"; readonly why: string };

/**
 * How much may be healed. seenFor: seconds since a heal run first saw a finding that does not say itself
 * since when it is. healed: times today.
 */
export type HealPolicy = {
  readonly graceSeconds: number;
  readonly maxHeals: number;
  readonly seenFor: (finding: Finding) => number;
  readonly healed: (service: string) => number;
};

/** Differences that no plan puts right. */
const BEYOND: Partial<Record<Finding["kind"], string>> = {
  type: "something else is in its place, and healing deletes nothing",
  masked: "someone masked it on purpose",
  "foreign-drop-in": "it is not svcdeploy's: healing removes only its own files",
  "slice-moved": "only a restart would move it",
  health: "the process is there: a restart may hide why it does not answer",
  manifest: "the next apply writes it again",
  "unfinished-transaction": "the run that left it has to be settled first",
};

/** Null: it may be healed. */
export function whyLeft(finding: Finding, observation: Observation, policy: HealPolicy): HealVerdict | null {
  const { facts } = observation;
  if (finding.kind === "orphan") return leftAs("dropped from the project: healing removes nothing");
  if (finding.origin === "project") return leftAs("pending: apply changes it");
  if (finding.origin === "conflict") return leftAs("decide which side is right, then apply");
  const beyond = BEYOND[finding.kind];
  if (beyond !== undefined) return leftAs(beyond);
  if (finding.kind === "content" && finding.change?.resource.kind === "release")
    return leftAs("the release is damaged: remove its folder first");
  if (
    finding.kind === "content" &&
    finding.change !== null &&
    isUndecryptable(finding.change.resource, observation) &&
    !canBePutBack(finding.subject, observation)
  )
    return leftAs("its content can no longer be read: apply encrypts the project's value again");
  const times = policy.healed(finding.service);
  const often = times === 1 ? "once" : `${times} times`;
  if (times >= policy.maxHeals)
    return { outcome: "flapping", why: `healed ${often} today: find out what keeps changing it` };
  const isDated = finding.since !== null && finding.since <= facts.clock;
  const age = isDated && finding.since !== null ? facts.clock - finding.since : policy.seenFor(finding);
  const wait = policy.graceSeconds - age;
  return wait > 0
    ? leftAs(`left alone for another ${sayWait(wait)} (--grace): someone may be working on it`)
    : null;
}

/** It stays as it is, for this reason. */
export function leftAs(why: string): HealVerdict {
  return { outcome: "left", why };
}

function sayWait(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
