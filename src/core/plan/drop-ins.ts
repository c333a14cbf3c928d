/** Drop-ins that change our units from elsewhere. */

import type { Observation } from "../model/observation.ts";
import type { HostTarget } from "../model/resource.ts";
import { templateOf } from "../unit-file/unit-name.ts";
import { UNKNOWN_UNIT, wordsOf } from "./unit-state.ts";

/**
 * A drop-in; not loaded: on the disk since systemd last read its files, so that the next daemon-reload makes
 * it effective.
 */
export type ForeignDropIn = { readonly path: string; readonly loaded: boolean };

/**
 * The drop-ins of a unit that this target does not deliver. What the distribution gives to all units of a
 * type (…/service.d/) is left out.
 */
export function foreignDropIns(
  target: HostTarget,
  unit: string,
  observation: Observation,
): readonly ForeignDropIn[] {
  const ours = new Set(
    target.resources.flatMap((resource) => (resource.kind === "file" ? [resource.path] : [])),
  );
  const loaded = wordsOf(observation.units.get(unit) ?? UNKNOWN_UNIT, "DropInPaths");
  const known = new Set(loaded.map(withoutUsr));
  const unread = [...observation.dropIns.keys()].filter(
    (path) => isAbout(path, unit) && !known.has(withoutUsr(path)),
  );
  const all = [
    ...loaded.map((path) => ({ path, loaded: true })),
    ...unread.map((path) => ({ path, loaded: false })),
  ];
  return all.filter(({ path }) => !ours.has(path) && !FROM_DISTRIBUTION.test(path));
}

/** Whether a drop-in is in the folder of the unit, or of the template that it is an instance of. */
export function isAbout(path: string, unit: string): boolean {
  const owner = unitOfDropIn(path);
  return owner !== null && (owner === unit || owner === templateOf(unit));
}

/**
 * The unit in whose own folder a drop-in is, e.g. "web.service"; null for a path where the system manager
 * looks for none.
 */
export function unitOfDropIn(path: string): string | null {
  return DROP_IN.exec(path)?.[1] ?? null;
}

// The folders that probe.sh lists; names without blanks and control characters, because DropInPaths is parted
// by blanks.
const DROP_IN = new RegExp(
  "^/(?:etc|run|usr/local/lib|usr/lib)/systemd/(?:system|system\\.control|transient)/" +
    "([!-.0-~]+)\\.d/[!-.0-~]+\\.conf$",
);
const FROM_DISTRIBUTION = /^(\/usr)?(\/lib\/systemd\/system|\/run\/systemd\/generator[^/]*)\/[a-z]+\.d\//;

/** On a host with merged /usr, /lib is /usr/lib, and systemd may name either. */
function withoutUsr(path: string): string {
  return path.replace(/^\/usr\/lib\//, "/lib/");
}
