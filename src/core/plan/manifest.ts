/**
 * The ownership manifest: what a project's service has put on a host, one line a thing, in
 * /var/lib/svcdeploy/projects/<project>/<service>.
 */
import { createHash } from "node:crypto";
import type { ManifestEntry } from "../model/observation.ts";
import { RESOURCE_KINDS, type Resource } from "../model/resource.ts";

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
      return { ...entry, path: resource.user, sha256: accountDigest(resource.group, resource.groups) };
    case "directory":
      return {
        ...entry,
        path: resource.path,
        mode: resource.mode,
        owner: `${resource.owner}:${resource.group}`,
      };
    case "file":
      return {
        ...{
          ...entry,
          path: resource.path,
          sha256: resource.sha256,
          mode: resource.mode,
          owner: `${resource.owner}:${resource.group}`,
        },
        ...(resource.secret ? { secret: true } : {}),
      };
    case "release":
      return { ...entry, path: resource.path, sha256: resource.sha256 };
    case "link":
      return { ...entry, path: resource.path, sha256: linkDigest(resource.target) };
    case "unit":
      return { ...entry, path: resource.unit };
  }
}

/** What a manifest keeps of a link's target. */
export function linkDigest(target: string): string {
  return createHash("sha256").update(target).digest("hex");
}

/** What a manifest keeps of an account's groups, whatever their order. */
export function accountDigest(group: string, groups: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([group, [...groups].sort()]))
    .digest("hex");
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

/** Reads one line of a manifest; null for anything that formatManifest does not write. */
export function parseManifestLine(project: string, service: string, line: string): ManifestEntry | null {
  const match =
    /^([a-z]+) (.+?) ([0-9a-f]{64}|-) ([0-7]{1,4}|-)(?: ([A-Za-z0-9_.-]{1,64}:[A-Za-z0-9_.-]{1,64}))?( secret)?$/.exec(
      line,
    );
  const [, word, path = "", sha256 = "", mode = "", owner, secret] = match ?? [];
  const kind = RESOURCE_KINDS.find((known) => known === word);
  if (kind === undefined) return null;
  const more = {
    ...(owner === undefined ? {} : { owner }),
    ...(secret === undefined ? {} : { secret: true as const }),
  };
  return { project, service, kind, path, sha256, mode, ...more };
}
