/**
 * Mounts whose live options are not as their (unchanged) unit file says: a remount puts right what a remount
 * can.
 */

import type { Observation } from "../model/observation.ts";
import type { HostTarget } from "../model/resource.ts";
import { declaredMounts, liveDifferences, type OptionDifference } from "./mount-options.ts";
import type { Debt } from "./unit-debt.ts";
import { isLive, UNKNOWN_UNIT } from "./unit-state.ts";

/**
 * Unit → the reload it owes. Options that only a new mount takes (mode, uid, gid) are left to drift: putting
 * them right loses the contents.
 */
export function remountDebts(target: HostTarget, observation: Observation): ReadonlyMap<string, Debt> {
  const debts = declaredMounts(target).flatMap((mount) => {
    if (!isLive(observation.units.get(mount.unit.unit) ?? UNKNOWN_UNIT)) return [];
    const differences = liveDifferences(mount, observation).filter(
      ({ name }) => !["mode", "uid", "gid"].includes(name),
    );
    const debt: Debt = {
      verb: "reload",
      because: `mounted with ${differences.map(sayDifference).join(", ")}`,
    };
    return differences.length === 0 ? [] : [[mount.unit.unit, debt] as const];
  });
  return new Map(debts);
}

/** One option in words, e.g. "size=1048576 instead of 2097152". */
export function sayDifference({ name, live, declared }: OptionDifference): string {
  return `${name}=${live} instead of ${declared}`;
}
