/**
 * Files and links that another project has put on the host: writing them would take its service over without
 * a word.
 */

import type { ManifestEntry, Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";
import { manifestFolder, manifestPath } from "../manifest.ts";
import { refusal } from "./host-notices.ts";

/**
 * A refusal for each service of another project that owns what would be changed, or a unit that is declared
 * here as well: both would start and stop it. Files, folders and slices that both declare alike are no
 * conflict.
 */
export function otherProjectNotices(
  { project, resources }: HostTarget,
  { others }: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  const written = new Set(
    changes.flatMap(({ resource }) =>
      resource.kind === "file" || resource.kind === "link" ? [resource.path] : [],
    ),
  );
  for (const resource of resources)
    if (resource.kind === "unit" && !resource.unit.endsWith(".slice")) written.add(resource.path);
  const theirs = others.filter((entry) => entry.project !== project && written.has(entry.path));
  const services = Map.groupBy(theirs, (entry) => `${entry.project}/${entry.service}`);
  return [...services.values()].map((entries) => refusal("owned-elsewhere", sayOwned(project, entries)));
}

function sayOwned(project: string, entries: readonly ManifestEntry[]): string {
  const [first] = entries;
  if (first === undefined) return "";
  const { project: other, service, path } = first;
  const more = new Set(entries.map((entry) => entry.path)).size - 1;
  const what = more === 0 ? `${path} belongs` : `${path} and ${more} more belong`;
  return (
    `${what} to service ${service} of project ${other}; two projects would fight over ` +
    `${more === 0 ? "it" : "them"}: take the service out of one of them ` +
    (`(out of ${other}: then also, on the host, rm ${manifestPath(other, service)}), or, if ${other} is ` +
      "this project's old name, on the host: ") +
    `mv -T ${manifestFolder(other)} ${manifestFolder(project)}`
  );
}
