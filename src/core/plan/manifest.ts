/**
 * The ownership manifest: what a project's service has put on a host, one line a thing, in
 * /var/lib/svcdeploy/projects/<project>/<service>.
 */
import { HOST_FOLDER } from "../model/host-folder.ts";
import type { ManifestEntry } from "../model/observation.ts";
import { RESOURCE_KINDS, type Resource } from "../model/resource.ts";
import { ownedOf, subjectOf } from "../resources/registry.ts";

/** Where a service's manifest is on the host. */
export function manifestPath(project: string, service: string): string {
  return `${manifestFolder(project)}/${service}`;
}

/** Where a project's manifests are on the host. */
export function manifestFolder(project: string): string {
  return `${HOST_FOLDER}/projects/${project}`;
}

/** The entry of a resource: a unit's or an account's path is its name. */
export function manifestEntry(project: string, resource: Resource): ManifestEntry {
  const { service, kind } = resource;
  return { project, service, kind, path: subjectOf(resource), sha256: "-", mode: "-", ...ownedOf(resource) };
}

/**
 * The manifest's text: a line `kind path sha256 mode [user:group] [secret]` an entry, sorted, "-" for what an
 * entry does not have.
 */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const lines = new Set(
    entries.map(
      ({ kind, path, sha256, mode, owner, secret }) =>
        `${[kind, path, sha256, mode, owner, secret && "secret"].filter(Boolean).join(" ")}\n`,
    ),
  );
  return [...lines].sort().join("");
}

const NAME = "[A-Za-z0-9_.-]{1,64}";
const ENTRY = new RegExp(`^([a-z]+) (.+?) ([0-9a-f]{64}|-) ([0-7]{1,4}|-)(?: (${NAME}:${NAME}))?( secret)?$`);

/** Reads one line of a manifest; null for anything that formatManifest does not write. */
export function parseManifestLine(project: string, service: string, line: string): ManifestEntry | null {
  const [, word, path = "", sha256 = "", mode = "", owner, secret] = ENTRY.exec(line) ?? [];
  const kind = RESOURCE_KINDS.find((known) => known === word);
  if (kind === undefined) return null;
  const more = {
    ...(owner === undefined ? {} : { owner }),
    ...(secret === undefined ? {} : { secret: true as const }),
  };
  return { project, service, kind, path, sha256, mode, ...more };
}
