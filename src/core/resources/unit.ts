/**
 * What must be known of a unit: that systemd has loaded it from our file and, where it shall run, that it is
 * active.
 */
import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";

/** fragment: the file that it is loaded from; active: "active", only of a unit that shall run. */
export function desired(resource: UnitResource): State {
  return { fragment: resource.path, ...(resource.running ? { active: "active" } : {}) };
}

/** The same of what systemd says; null for a unit that it does not know. */
export function actual(resource: UnitResource, observation: Observation): State | null {
  const found = observation.units.get(resource.unit);
  if (found === undefined || (found.LoadState === "not-found" && found.ActiveState !== "active")) return null;
  const active = resource.running ? { active: found.ActiveState ?? "unknown" } : {};
  return { fragment: found.FragmentPath ?? "", ...active };
}
