/** What must be known of a directory: its mode and its owner; what is in it is not ours. */

import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { DirectoryResource } from "../model/resource.ts";
import { plainMode } from "./path-state.ts";

/** type, mode (octal without leading zero), owner, group. */
export function desired(resource: DirectoryResource): State {
  return { type: "directory", mode: plainMode(resource.mode), owner: resource.owner, group: resource.group };
}

/** The same of what stands at the path; null when nothing does. */
export function actual(resource: DirectoryResource, observation: Observation): State | null {
  const found = observation.paths.get(resource.path);
  if (found === undefined) return null;
  if (resource.existing === "keep" && found.type === "directory") return desired(resource);
  return { type: found.type, mode: plainMode(found.mode), owner: found.owner, group: found.group };
}
