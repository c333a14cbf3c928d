/** The drift mark of each service on a host: what `drift` finds, in one word, and never more than is known. */
import type { HostTarget, Observation } from "../model.ts";
import { findDrift } from "../plan/drift.ts";
import type { DriftMark } from "./host-status.ts";

/** By service. observation null: nobody looked. unsure: services that could not be rendered as they are declared. */
export function driftMarks(
  targets: readonly HostTarget[],
  observation: Observation | null,
  unsure: ReadonlySet<string>,
): ReadonlyMap<string, DriftMark> {
  const names = targets.flatMap((target) => target.services.map(({ name }) => name));
  if (observation === null) return new Map(names.map((name) => [name, "not-looked"]));
  const findings = targets.flatMap((target) => findDrift(target, observation));
  const drifted = new Set(findings.map(({ service }) => service));
  // Without root a directory that may not be entered looks like one whose files are missing.
  const isBlind = observation.facts.uid !== 0;
  const mark = (name: string): DriftMark => (isBlind || unsure.has(name) ? "unknown" : drifted.has(name) || drifted.has("") ? "drift" : "none");
  return new Map(names.map((name) => [name, mark(name)]));
}
