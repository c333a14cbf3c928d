/** The ownership manifest: what a project's service has put on a host, one line a thing, in /var/lib/svcdeploy/projects/<project>/<service>. */
import type { ManifestEntry, Resource } from "../model.ts";

/** Where a service's manifest stands on the host. */
export function manifestPath(project: string, service: string): string {
  return `/var/lib/svcdeploy/projects/${project}/${service}`;
}

/** The entry of a resource: a unit's or an account's path is its name. */
export function manifestEntry(project: string, resource: Resource): ManifestEntry {
  const { service, kind } = resource;
  const entry = { project, service, kind, sha256: "-", mode: "-" };
  switch (resource.kind) {
    case "account":
      return { ...entry, path: resource.user };
    case "directory":
      return { ...entry, path: resource.path, mode: resource.mode };
    case "file":
      return { ...entry, path: resource.path, sha256: resource.sha256, mode: resource.mode };
    case "release":
      return { ...entry, path: resource.path, sha256: resource.sha256 };
    case "link":
      return { ...entry, path: resource.path };
    case "unit":
      return { ...entry, path: resource.unit };
  }
}

/** The manifest's text: a line `kind path sha256 mode` an entry, sorted, "-" for what an entry does not have. */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const lines = new Set(entries.map(({ kind, path, sha256, mode }) => `${kind} ${path} ${sha256} ${mode}\n`));
  return [...lines].sort().join("");
}

/** Reads one line of a manifest; null for anything that formatManifest does not write. */
export function parseManifestLine(project: string, service: string, line: string): ManifestEntry | null {
  const match = /^([a-z]+) (.+) ([0-9a-f]{64}|-) ([0-7]{1,4}|-)$/.exec(line);
  const [, word, path = "", sha256 = "", mode = ""] = match ?? [];
  const kind = KINDS.find((known) => known === word);
  return kind === undefined ? null : { project, service, kind, path, sha256, mode };
}

const KINDS: readonly ManifestEntry["kind"][] = ["file", "link", "directory", "release", "account", "unit"];
