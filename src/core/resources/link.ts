/** What must be known of a symbolic link: where it points. */

import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { LinkResource } from "../model/resource.ts";

/** type and target, as it is written in the link. */
export function desired(resource: LinkResource): State {
  return { type: "link", target: resource.target };
}

/** The same of what stands at the path; null when nothing does. */
export function actual(resource: LinkResource, observation: Observation): State | null {
  const found = observation.paths.get(resource.path);
  if (found === undefined) return null;
  return found.type === "link" ? { type: "link", target: found.target ?? "unknown" } : { type: found.type };
}
