/** Drop-ins that change our units from elsewhere. */
import type { HostTarget, UnitProperties } from "../model.ts";
import { wordsOf } from "./unit-state.ts";

/** The drop-ins of a unit that this target does not deliver. What the distribution gives to all units of a type (…/service.d/) is left out. */
export function foreignDropIns(target: HostTarget, properties: UnitProperties): readonly string[] {
  const ours = new Set(target.resources.flatMap((resource) => (resource.kind === "file" ? [resource.path] : [])));
  return wordsOf(properties, "DropInPaths").filter((path) => !ours.has(path) && !FROM_DISTRIBUTION.test(path));
}

const FROM_DISTRIBUTION = /^(\/usr)?(\/lib\/systemd\/system|\/run\/systemd\/generator[^/]*)\/[a-z]+\.d\//;
