/** What one round trip has to ask a host. */

import type { ProbeRequest } from "../model/observation.ts";
import type { HostTarget, Resource } from "../model/resource.ts";
import { askedFor } from "../resources/registry.ts";
import { unitOfDropIn } from "./drop-ins.ts";
import { isDropIn } from "./foreign-units.ts";
import { manifestPath } from "./manifest.ts";
import { declaredMounts } from "./mount-options.ts";
import { aliases } from "./notices/alias-notices.ts";

/**
 * Everything to look at for all plays of one host: declared paths (files with the hash that is wanted), every
 * directory above them, release executables, manifests, units, accounts and owners, mounts. Sorted, each
 * once. Targets must be of one project; throws RangeError without any.
 */
export function probeRequest(targets: readonly HostTarget[]): ProbeRequest {
  const [first] = targets;
  if (first === undefined) throw new RangeError("a probe needs at least one target");
  const resources = targets.flatMap((target) => [...target.resources, ...(target.rollback?.absent ?? [])]);
  const asked = resources.map(askedFor);
  const mounts = targets.flatMap(declaredMounts);
  const services = targets.flatMap((target) =>
    target.services.map(({ name }) => manifestPath(target.project, name)),
  );
  return {
    project: first.project,
    paths: wantedPaths(resources, services),
    units: unique([
      ...asked.flatMap(({ units }) => units ?? []),
      ...resources.filter(isDropIn).flatMap(({ path }) => unitOfDropIn(path) ?? []),
      // systemctl show refuses the name of a template.
      ...targets.flatMap(aliases).flatMap(({ name }) => (name.includes("@.") ? [] : [name])),
    ]),
    users: unique([
      ...asked.flatMap(({ users }) => users ?? []),
      ...mounts.flatMap(({ options }) => nameIn(options.get("uid"))),
    ]),
    groups: unique([
      ...asked.flatMap(({ groups }) => groups ?? []),
      ...mounts.flatMap(({ options }) => nameIn(options.get("gid"))),
    ]),
    mounts: unique([...asked.flatMap((each) => each.mounts ?? []), ...mounts.map(({ where }) => where)]),
    manifests: wantedManifests(targets),
    encrypted: unique(asked.flatMap(({ encrypted }) => encrypted ?? [])),
    trees: unique(asked.flatMap(({ trees }) => trees ?? [])),
    versions: asked.flatMap(({ versions }) => versions ?? []),
    programs: asked.some(({ programs }) => programs === "asked") ? "asked" : "not-asked",
  };
}

function wantedManifests(targets: readonly HostTarget[]): ProbeRequest["manifests"] {
  const selected = unique(targets.flatMap(({ services }) => services.map(({ name }) => name)));
  const told = targets.filter(({ declared }) => declared !== null);
  return {
    selected,
    leave: unique(told.flatMap(({ declared }) => declared ?? [])),
    rest: told.length > 0 ? "look" : "leave",
  };
}

/** The directories above a path, from "/" down to its parent. */
export function directoriesAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

function wantedPaths(resources: readonly Resource[], manifests: readonly string[]): ProbeRequest["paths"] {
  const wanted = new Map<string, string | null>();
  const asked = resources.map(askedFor);
  const contents = asked.flatMap((each) => each.contents ?? []);
  const plain = [...asked.flatMap(({ paths }) => paths ?? []), ...manifests];
  for (const path of [...plain, ...contents.map((each) => each.path)])
    for (const one of [...directoriesAbove(path), path]) wanted.set(one, null);
  for (const { path, sha256 } of contents) wanted.set(path, sha256);
  return [...wanted]
    .map(([path, sha256]) => ({ path, sha256 }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

function nameIn(value: string | undefined): readonly string[] {
  return value === undefined || /^\d+$/.test(value) ? [] : [value];
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
