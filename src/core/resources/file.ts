/** What must be known of a file: its bytes, its mode and its owner. */

import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { FileResource } from "../model/resource.ts";
import { plainMode } from "./path-state.ts";

/** type, sha256, mode (octal without leading zero), owner, group. */
export function desired(resource: FileResource): State {
  return {
    type: "file",
    sha256: resource.sha256,
    mode: plainMode(resource.mode),
    owner: resource.owner,
    group: resource.group,
  };
}

/**
 * The same of what stands at the path; sha256 "unknown" when it could not be read; null when nothing is
 * there.
 */
export function actual(resource: FileResource, observation: Observation): State | null {
  const found = observation.paths.get(resource.path);
  if (found === undefined) return null;
  const sha256 = found.type === "file" ? { sha256: found.sha256 ?? "unknown" } : {};
  return { type: found.type, ...sha256, mode: plainMode(found.mode), owner: found.owner, group: found.group };
}
