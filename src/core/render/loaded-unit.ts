/**
 * Units that are to be loaded from our file and that nothing of a plan starts: slices, which start with their
 * first member, and the jobs of timers.
 */
import type { UnitResource } from "../model/resource.ts";
import { digestInputs } from "./make-file.ts";

/**
 * The resource of such a unit: no inputs, so that a change of its file needs no more than a daemon-reload.
 */
export function makeLoadedUnit(service: string, unit: string, path: string, type = ""): UnitResource {
  return {
    kind: "unit",
    id: `unit:${unit}`,
    service,
    unit,
    path,
    running: false,
    restartInputs: {},
    reloadInputs: {},
    restartDigest: digestInputs({}),
    reloadDigest: digestInputs({}),
    inputPaths: [path],
    canReload: false,
    after: [],
    startTimeoutSeconds: 90,
    stopTimeoutSeconds: 90,
    type,
  };
}
