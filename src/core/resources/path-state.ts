/** How modes are compared and what type of thing a resource needs at its path. */
import type { Observation, PathState } from "../model/observation.ts";
import type { Resource } from "../model/resource.ts";

/** A mode as `stat -c %a` prints it: "0640" → "640", "0000" → "0". */
export function plainMode(mode: string): string {
  return mode.replace(/^0+(?=.)/, "");
}

/** A path and the type that a resource needs there. */
export type WantedType = { readonly path: string; readonly type: PathState["type"] };

/**
 * The path that a resource stands at, with the type it needs; null for what has no path (accounts, units).
 */
export function wantedType(resource: Resource): WantedType | null {
  switch (resource.kind) {
    case "file":
    case "directory":
    case "link":
      return { path: resource.path, type: resource.kind };
    case "release":
      return { path: resource.path, type: "directory" };
    case "account":
    case "unit":
      return null;
  }
}

/**
 * What stands at the resource's path when it is of another type, e.g. a link where a file is wanted; null
 * when there is no such obstacle.
 */
export function wrongType(
  resource: Resource,
  observation: Observation,
): { readonly wanted: WantedType; readonly found: PathState } | null {
  const wanted = wantedType(resource);
  const found = wanted === null ? undefined : observation.paths.get(wanted.path);
  return wanted === null || found === undefined || found.type === wanted.type ? null : { wanted, found };
}
