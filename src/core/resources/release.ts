/**
 * What must be known of a release: the directory holds what it was made for. Its name says its content, so it
 * is never rewritten.
 */
import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { ReleaseResource } from "../model/resource.ts";

/** Absolute path of a file release's executable; of a tree the folder itself. */
export function executablePath(resource: ReleaseResource): string {
  return resource.form === "tree" ? resource.path : `${resource.path}/${resource.name}`;
}

/** type and the sha256 of the executable or the tree. */
export function desired(resource: ReleaseResource): State {
  return { type: "directory", sha256: resource.sha256 };
}

/**
 * The same of what is there; without sha256 when the directory has no such executable; null when there is no
 * directory.
 */
export function actual(resource: ReleaseResource, observation: Observation): State | null {
  const folder = observation.paths.get(resource.path);
  if (folder === undefined) return null;
  const sha256 = foundDigest(resource, observation);
  return { type: folder.type, ...(sha256 === null ? {} : { sha256 }) };
}

/** The sha256 of what is there; null: it cannot be told. */
export function foundDigest(resource: ReleaseResource, observation: Observation): string | null {
  if (resource.form === "tree") return observation.trees.get(resource.path)?.sha256 ?? null;
  const executable = observation.paths.get(executablePath(resource));
  return executable?.type === "file" ? executable.sha256 : null;
}
