/** What an earlier run put on the host and the project no longer declares. */

import type { ManifestEntry, Observation } from "../model/observation.ts";
import type { HostTarget } from "../model/resource.ts";
import { manifestEntry } from "./manifest.ts";

/**
 * Manifest entries that no resource of the target declares. Services of another play or left out of this run
 * are no orphans; services that the project no longer has are looked for where target.declared
 * tells. Releases of a declared service are left out: it keeps some old ones on purpose.
 */
export function orphanEntries(target: HostTarget, observation: Observation): readonly ManifestEntry[] {
  const selected = new Set(target.services.map(({ name }) => name));
  const elsewhere = target.declared === null ? null : new Set(target.declared);
  const wanted = new Set(
    [...target.resources, ...(target.rollback?.absent ?? [])].map((resource) =>
      entryKey(manifestEntry(target.project, resource)),
    ),
  );
  return observation.manifest.filter((entry) => {
    if (entry.project !== target.project || wanted.has(entryKey(entry)) || isShared(entry)) return false;
    if (selected.has(entry.service)) return entry.kind !== "release";
    const only = target.removal?.only ?? entry.service;
    return elsewhere !== null && !elsewhere.has(entry.service) && entry.service === only;
  });
}

/** What an entry is about, no matter whose it is: `kind path`. */
export function entryKey({ kind, path }: ManifestEntry): string {
  return `${kind} ${path}`;
}

/** The folders of enablement links and drop-ins are systemd's: every program may have something in them. */
function isShared({ kind, path }: ManifestEntry): boolean {
  return kind === "directory" && /^\/etc\/systemd\/system\/[^/]+\.(?:wants|requires|upholds|d)$/.test(path);
}
