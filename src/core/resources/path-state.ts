/** What type of thing a resource needs at its path, and what is there instead. */
import type { Observation, PathState } from "../model/observation.ts";
import type { Resource } from "../model/resource.ts";
import { subjectOf, typeOf } from "./registry.ts";

/** A path and the type that a resource needs there. */
export type WantedType = { readonly path: string; readonly type: PathState["type"] };

/**
 * What is at the resource's path when it is of another type, e.g. a link where a file is wanted; null
 * when there is no such obstacle.
 */
export function wrongType(
  resource: Resource,
  observation: Observation,
): { readonly wanted: WantedType; readonly found: PathState } | null {
  const [path, type] = [subjectOf(resource), typeOf(resource)];
  const found = type === null ? undefined : observation.paths.get(path);
  return type === null || found === undefined || found.type === type
    ? null
    : { wanted: { path, type }, found };
}
