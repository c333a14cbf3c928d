/** What a new mount costs. */
import type { Change, Notice, UnitAction } from "../../model/plan.ts";
import type { UnitResource } from "../../model/resource.ts";
import { mountUnitName } from "../../unit-file/escape.ts";
import { keeperOf } from "../cache-keepers.ts";
import { warning } from "./host-notices.ts";

/**
 * A warning for each mount that is made again: its contents are lost unless a unit saves them before and
 * restores them after, and its users go down.
 */
export function mountNotices(
  units: readonly UnitResource[],
  actions: readonly UnitAction[],
  changes: readonly Change[],
): readonly Notice[] {
  const remade = actions.filter(({ verb, unit }) => unit.endsWith(".mount") && verb === "restart");
  const users = actions.filter(({ verb }) => verb === "stop").map(({ unit }) => unit);
  const along = users.length === 0 ? "" : `; stopped and started again: ${users.join(", ")}`;
  return remade.map(({ unit }) => {
    const keeper = keeperOf(unit, units);
    // Only one that runs, and so stops along, saves what there is.
    if (keeper === null || !users.includes(keeper))
      return warning("contents-lost", `${unit} is mounted again: its contents are lost${along}`);
    if (hasNewOwner(unit, changes))
      return warning("new-owner", `${unit} gets another owner: what was saved last is restored${along}`);
    return warning("mounted-anew", `${unit} is mounted again: its contents are saved and restored${along}`);
  });
}

/**
 * The folder changes hands with the other folders, before anything stops: its old owner may not be able to
 * no longer read it.
 */
function hasNewOwner(mount: string, changes: readonly Change[]): boolean {
  return changes.some(
    ({ resource, differs }) =>
      resource.kind === "directory" &&
      mountUnitName(resource.path) === mount &&
      ["owner", "group"].some((key) => differs.includes(key)),
  );
}
