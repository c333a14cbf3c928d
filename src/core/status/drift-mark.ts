/** The drift mark of each unit on a host: what `drift` finds, in one word, and never more than is known. */

import type { Observation } from "../model/observation.ts";
import type { Finding } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import { findDrift } from "../plan/drift.ts";
import type { DriftMark, UnitStatus } from "./host-status.ts";

/**
 * By unit: what is found of an instance marks it alone, all else every unit of its service. observation null:
 * no one looked. unsure: services that could not be rendered as they are declared.
 */
export function driftMarks(
  targets: readonly HostTarget[],
  units: readonly Pick<UnitStatus, "service" | "unit">[],
  observation: Observation | null,
  unsure: ReadonlySet<string>,
): ReadonlyMap<string, DriftMark> {
  if (observation === null) return new Map(units.map(({ unit }) => [unit, "not-looked"]));
  const findings = targets.flatMap((target) =>
    findDrift(target, observation).map((finding) => ({ finding, instance: instanceOf(target, finding) })),
  );
  // Without root a directory that may not be entered looks like one whose files are missing.
  const isBlind = observation.facts.uid !== 0;
  const mark = ({ service, unit }: Pick<UnitStatus, "service" | "unit">): DriftMark => {
    if (isBlind || unsure.has(service)) return "unknown";
    const isDrifted = findings.some(
      ({ finding, instance }) => ["", service].includes(finding.service) && (instance ?? unit) === unit,
    );
    return isDrifted ? "drift" : "none";
  };
  return new Map(units.map((each) => [each.unit, mark(each)]));
}

/**
 * The instance that a finding speaks of, be it by its unit or by a file that is its alone; null: it is the
 * service's.
 */
function instanceOf({ resources }: HostTarget, { subject }: Finding): string | null {
  const parts = subject.split("/");
  const instances = resources.flatMap((resource) =>
    resource.kind === "unit" && resource.unit.includes("@") ? [resource.unit] : [],
  );
  return instances.find((unit) => parts.includes(unit) || parts.includes(`${unit}.d`)) ?? null;
}
