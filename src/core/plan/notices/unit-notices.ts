/** What about the units is in the way of an apply, or should be known before it. */

import type { Observation, UnitProperties } from "../../model/observation.ts";
import type { Notice } from "../../model/plan.ts";
import type { HostTarget, UnitResource } from "../../model/resource.ts";
import { VENDOR_UNITS } from "../../unit-file/unit-search.ts";
import { foreignDropIns } from "../drop-ins.ts";
import { isLive, isMasked, UNKNOWN_UNIT, wordsOf } from "../unit-state.ts";
import { refusal, warning } from "./host-notices.ts";

/** Notices about each unit of the target. */
export function unitNotices(target: HostTarget, observation: Observation): readonly Notice[] {
  return target.resources.flatMap((resource) => {
    if (resource.kind !== "unit") return [];
    const properties = observation.units.get(resource.unit) ?? UNKNOWN_UNIT;
    return [...refusals(resource, properties, observation), ...warnings(target, resource, observation)];
  });
}

/**
 * Where a running unit's processes are when that is not the slice its unit file names, e.g.
 * "/system.slice/x.service"; null when all is well.
 */
export function strayControlGroup(properties: UnitProperties): string | null {
  const { Slice: slice = "", ControlGroup: group = "" } = properties;
  if (!isLive(properties) || slice === "" || slice === "-.slice" || group === "") return null;
  return group.split("/").slice(0, -1).includes(slice) ? null : group;
}

function refusals(
  { unit, path }: UnitResource,
  properties: UnitProperties,
  observation: Observation,
): readonly Notice[] {
  // A link to /dev/null at our own path is named by the notices about paths.
  if (isMasked(properties) && observation.paths.get(path)?.type !== "link") {
    return [refusal("masked", `${unit} is masked; if that is no longer wanted: systemctl unmask ${unit}`)];
  }
  const loadedFrom = properties.FragmentPath ?? "";
  if (unit.includes("@") && loadedFrom.startsWith("/etc/systemd/") && loadedFrom !== path)
    return [
      refusal(
        "own-unit-file",
        `${unit} has a file of its own, ${loadedFrom}, which wins over ${path}: remove it, or take the ` +
          "instance out",
      ),
    ];
  if (!VENDOR_UNITS.test(loadedFrom) || observation.paths.has(path)) return [];
  return [
    refusal(
      "vendor-unit",
      `${path} would shadow the distribution's unit ${loadedFrom}: name the service otherwise`,
    ),
  ];
}

function warnings(target: HostTarget, { unit }: UnitResource, observation: Observation): readonly Notice[] {
  const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
  const stray = strayControlGroup(properties);
  const dropIns = foreignDropIns(target, unit, observation).map(({ path, loaded }) =>
    loaded ? path : `${path} (${NOT_LOADED})`,
  );
  return [
    ...(properties.ActiveState === "failed"
      ? [warning("was-failed", `${unit} is failed already (Result=${properties.Result ?? "unknown"})`)]
      : []),
    ...(properties.NeedDaemonReload === "yes"
      ? [warning("reload-pending", `${unit} changed on disk since systemd read it`)]
      : []),
    ...(dropIns.length === 0
      ? []
      : [warning("foreign-drop-in", `${unit} is changed by ${dropIns.join(", ")}`)]),
    ...(stray === null
      ? []
      : [
          warning(
            "slice-moved",
            `${unit} runs in ${stray}, not in ${wordsOf(properties, "Slice").join(" ")}`,
          ),
        ]),
  ];
}

const NOT_LOADED = "not loaded yet: the next daemon-reload makes it effective";
