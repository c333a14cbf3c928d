/**
 * Since when something on a host is as it was found, in whole seconds since the epoch by the host's clock;
 * null: unknown.
 */
import type { HostFacts, Observation, UnitProperties } from "../model/observation.ts";
import type { UnitResource } from "../model/resource.ts";
import { directoriesAbove } from "./probe-request.ts";

/**
 * When a path was last touched (stat(2): ctime, which changes with content, mode, owner and name). Of one
 * that is not there: when the nearest directory above it last changed, so that it is gone at least since
 * then.
 */
export function touchedAt(path: string, observation: Observation): number | null {
  const found = [path, ...directoriesAbove(path).toReversed()].flatMap(
    (one) => observation.paths.get(one) ?? [],
  )[0];
  return found === undefined || found.ctime === 0 ? null : found.ctime;
}

/**
 * When the newest of a unit's inputs was touched: at the latest since then a process that is older than it is
 * stale.
 */
export function inputsTouchedAt(unit: UnitResource, observation: Observation): number | null {
  const times = [unit.path, ...unit.inputPaths].flatMap((path) => observation.paths.get(path)?.ctime ?? []);
  const newest = Math.max(0, ...times);
  return newest === 0 ? null : newest;
}

/**
 * When a unit last changed its state; null for one that systemd forgot, as it does with an inactive unit that
 * nothing refers to.
 */
export function changedStateAt(properties: UnitProperties, facts: HostFacts): number | null {
  const microseconds = Number(properties.StateChangeTimestampMonotonic ?? "0");
  return microseconds > 0 && facts.clock > 0
    ? Math.round(facts.clock - facts.uptime + microseconds / 1e6)
    : null;
}
