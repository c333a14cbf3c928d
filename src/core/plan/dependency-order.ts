/** Units in an order in which each comes after what it depends on. */
import type { UnitResource } from "../model/resource.ts";

/**
 * Mounts first, then slices, then the rest, by name; a unit that is ordered after another
 * (UnitResource.after) follows it. A circle is cut where it is met.
 */
export function dependencyOrder(units: readonly UnitResource[]): readonly UnitResource[] {
  const byName = new Map(units.map((unit) => [unit.unit, unit]));
  const ordered = new Set<UnitResource>();
  const entered = new Set<UnitResource>();
  const visit = (unit: UnitResource): void => {
    if (entered.has(unit)) return;
    entered.add(unit);
    for (const name of [...unit.after].sort()) {
      const before = byName.get(name);
      if (before !== undefined) visit(before);
    }
    ordered.add(unit);
  };
  for (const unit of [...units].sort(
    (left, right) => rankOf(left) - rankOf(right) || (left.unit < right.unit ? -1 : 1),
  ))
    visit(unit);
  return [...ordered];
}

const FIRST = [".mount", ".slice", ".socket"];

function rankOf({ unit }: UnitResource): number {
  const rank = FIRST.findIndex((suffix) => unit.endsWith(suffix));
  return rank < 0 ? FIRST.length : rank;
}
