/** What a new mount costs. */
import type { Notice } from "../model.ts";
import { warning } from "./host-notices.ts";
import type { UnitAction } from "./schedule.ts";

/** A warning for each mount that is made anew: its contents are lost, and its users go down. */
export function mountNotices(actions: readonly UnitAction[]): readonly Notice[] {
  const remade = actions.filter(({ verb, unit }) => unit.endsWith(".mount") && verb === "restart");
  const users = actions.filter(({ verb }) => verb === "stop").map(({ unit }) => unit);
  const along = users.length === 0 ? "" : `; stopped and started again: ${users.join(", ")}`;
  return remade.map(({ unit }) => warning("contents-lost", `${unit} is mounted anew: its contents are lost${along}`));
}
