/** What must be known of a release: the directory holds the executable with the right bytes. Its name says its content, so it is never rewritten. */
import type { Observation, ReleaseResource, State } from "../model.ts";

/** Absolute path of the release's executable. */
export function executablePath(resource: ReleaseResource): string {
  return `${resource.path}/${resource.name}`;
}

/** type and the executable's sha256. */
export function desired(resource: ReleaseResource): State {
  return { type: "directory", sha256: resource.sha256 };
}

/** The same of what is there; without sha256 when the directory has no such executable; null when there is no directory. */
export function actual(resource: ReleaseResource, observation: Observation): State | null {
  const folder = observation.paths.get(resource.path);
  if (folder === undefined) return null;
  const executable = observation.paths.get(executablePath(resource));
  const sha256 = executable?.type === "file" ? executable.sha256 : null;
  return { type: folder.type, ...(sha256 === null ? {} : { sha256 }) };
}
