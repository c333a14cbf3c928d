/** The units that keep a cache's contents while it is not mounted: they restore at start and save at stop. */
import type { Action, HostAction, UnitAction } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";

/** True for a unit that restores a cache when it starts and saves it when it stops. */
export function isCacheKeeper(unit: string): boolean {
  return unit.endsWith("-cache-restore.service");
}

/** The unit that keeps what is in this mount; null when none does. */
export function keeperOf(mount: string, units: readonly UnitResource[]): string | null {
  return units.find(({ unit, after }) => isCacheKeeper(unit) && after.includes(mount))?.unit ?? null;
}

/**
 * The acts on units around those on the host, a daemon-reload among them. A unit that saves a cache stops
 * before it, with whatever stops for its sake: systemd still knows where the cache is and whose. So its
 * restart, which a cache at another path needs, is a stop before and a start after.
 */
export function aroundHostActs(
  onHost: readonly HostAction[],
  acts: readonly UnitAction[],
): readonly Action[] {
  const isKept = acts.some(({ verb, unit }) => verb === "stop" && isCacheKeeper(unit));
  const moves = (act: UnitAction): boolean => act.verb === "restart" && isCacheKeeper(act.unit);
  const before = acts.flatMap((act) =>
    moves(act) || (isKept && act.verb === "stop") ? [{ ...act, verb: "stop" as const }] : [],
  );
  const after = acts.flatMap((act) =>
    moves(act) ? [{ ...act, verb: "start" as const }] : isKept && act.verb === "stop" ? [] : [act],
  );
  return [...before, ...onHost, ...after];
}
