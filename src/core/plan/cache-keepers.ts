/** The units that keep a cache's contents while it is not mounted: they restore at start and save at stop. */
import type { Action, UnitResource } from "../model.ts";
import type { UnitAction } from "./schedule.ts";

/** The unit that keeps what is in this mount; null when none does. */
export function keeperOf(mount: string, units: readonly UnitResource[]): string | null {
  return units.find(({ unit, after }) => unit.endsWith(SUFFIX) && after.includes(mount))?.unit ?? null;
}

/** The acts around the daemon-reload. What stops so that a cache is saved stops before it: the cache still belongs to whom systemd knows as its owner. */
export function aroundReload(reload: Action | null, acts: readonly UnitAction[]): readonly Action[] {
  const isKept = acts.some(({ verb, unit }) => verb === "stop" && unit.endsWith(SUFFIX));
  const before = isKept ? acts.filter(({ verb }) => verb === "stop") : [];
  return [...before, ...(reload === null ? [] : [reload]), ...acts.filter((act) => !before.includes(act))];
}

const SUFFIX = "-cache-restore.service";
