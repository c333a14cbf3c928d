/** Whether systemd has to read the unit files again. */

import type { Observation } from "../model/observation.ts";
import type { Change, HostAction } from "../model/plan.ts";
import type { Resource, UnitResource } from "../model/resource.ts";
import { UNKNOWN_UNIT } from "./unit-state.ts";

/**
 * The one daemon-reload of a plan, with its reason; null when it is not needed. Any write of what systemd
 * reads makes it necessary: NeedDaemonReload= alone misses files with an older mtime and, before systemd 257,
 * new drop-ins. unreadForeign: units that are not ours and lack a drop-in of ours.
 */
export function daemonReload(
  units: readonly UnitResource[],
  changes: readonly Change[],
  observation: Observation,
  unreadForeign: readonly string[] = [],
): HostAction | null {
  const files = changes.filter(({ resource }) => resource.kind === "file" && isReadBySystemd(resource));
  if (files.length > 0) return reload(files.length, "changed");
  const links = changes.filter(({ resource }) => resource.kind === "link" && isReadBySystemd(resource));
  if (links.length > 0)
    return reload(links.length, links.length === 1 ? "is enabled otherwise" : "are enabled otherwise");
  const unread = [...units.filter((unit) => isUnread(unit, observation)), ...unreadForeign];
  return unread.length === 0 ? null : reload(unread.length, "changed on disk since systemd read them");
}

function reload(count: number, what: string): HostAction {
  return {
    verb: "daemon-reload",
    because: `${count} ${count === 1 ? "unit" : "units"} ${count === 1 ? what.replace(/them$/, "it") : what}`,
  };
}

function isReadBySystemd(resource: Resource): boolean {
  return (
    "path" in resource &&
    /^(\/etc|\/run|\/usr\/lib|\/usr\/local\/lib)\/systemd\/system(\.control)?\//.test(resource.path)
  );
}

function isUnread({ unit, path }: UnitResource, observation: Observation): boolean {
  const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
  if (!observation.paths.has(path)) return false;
  return properties.NeedDaemonReload === "yes" || (properties.FragmentPath ?? "") !== path;
}
