/**
 * Paths that must not be written: something else is there, another name shares the file, or others may
 * write above it.
 */

import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget, Resource } from "../../model/resource.ts";
import { PATH_TYPES, whyUnsafe } from "../../model/safe-folder.ts";
import { wrongType } from "../../resources/path-state.ts";
import { executablePath, foundDigest } from "../../resources/release.ts";
import { directoriesAbove } from "../probe-request.ts";
import { refusal, warning } from "./host-notices.ts";

/** Notices about the paths of a target; changes: what would be written or removed. */
export function pathNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return [
    ...target.resources.flatMap((resource) => typeNotices(resource, observation)),
    ...target.resources.flatMap((resource) => releaseNotices(resource, observation)),
    ...changes.flatMap((change) => (change.after === null ? [] : hardLinkNotices(change, observation))),
    ...parentNotices(target, observation, changes),
  ];
}

/** What is in the way of a resource, in words; null when nothing does. */
export function sayWrongType(resource: Resource, observation: Observation): string | null {
  const obstacle = wrongType(resource, observation);
  if (obstacle === null) return null;
  const { found, wanted } = obstacle;
  if (found.type === "link" && found.target === "/dev/null")
    return `${wanted.path} is a link to /dev/null: the unit is masked`;
  const what = found.type === "link" ? `a link to ${found.target ?? "somewhere"}` : PATH_TYPES[found.type];
  return `${wanted.path} is ${what}, not ${PATH_TYPES[wanted.type]}`;
}

function typeNotices(resource: Resource, observation: Observation): readonly Notice[] {
  const text = sayWrongType(resource, observation);
  if (text === null) return [];
  if (text.endsWith("masked"))
    return [refusal("masked", `${text}; if that is no longer wanted: systemctl unmask`)];
  return [refusal("wrong-type", `${text}: move it away first`)];
}

/**
 * A release's name says its content, so one that is there with other content is damaged; writing into it
 * could hit a running program.
 */
function releaseNotices(resource: Resource, observation: Observation): readonly Notice[] {
  if (resource.kind !== "release" || observation.paths.get(resource.path)?.type !== "directory") return [];
  if (foundDigest(resource, observation) === resource.sha256) return [];
  const what =
    resource.form === "tree"
      ? `${resource.path} does not hold what it was made for${sayNewest(resource, observation)}`
      : `${executablePath(resource)} is not the executable that ${resource.path} was made for`;
  return [refusal("damaged-release", `${what}: remove that directory`)];
}

/** Of a tree that is not as declared, what to look at first; empty for anything else. */
export function sayNewest(resource: Resource, { trees }: Observation): string {
  const newest = resource.kind === "release" ? (trees.get(resource.path)?.newest ?? null) : null;
  return newest === null
    ? ""
    : ` (what changed last in it: ${newest.path === "" ? "the folder itself" : newest.path})`;
}

function hardLinkNotices({ resource }: Change, observation: Observation): readonly Notice[] {
  if (resource.kind !== "file") return [];
  const links = observation.paths.get(resource.path)?.links ?? 1;
  if (links <= 1) return [];
  const text = `${resource.path} has ${links} hard links: the other names keep the old content`;
  const isOurs = observation.manifest.some(({ kind, path }) => kind === "file" && path === resource.path);
  return [
    isOurs ? warning("hard-link", text) : refusal("hard-link", `${text}, and who made them is not known`),
  ];
}

/**
 * Anyone who may write a directory above a path decides what root writes and removes there (SEC-13), so root
 * alone may write all of them. The host looks at the same before it begins (is_unsafe_above in apply.sh).
 */
function parentNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  const declared = new Map(
    target.resources.flatMap((resource) =>
      resource.kind === "directory" ? [[resource.path, resource] as const] : [],
    ),
  );
  return [...foldersAbove(changes)].flatMap(([parent, { path, act }]) => {
    const found = observation.paths.get(parent);
    const wanted = declared.get(parent);
    if (found === undefined && wanted === undefined)
      return act === "write" ? [missingFolder(parent, path)] : [];
    const unsafe =
      (found === undefined ? null : whyUnsafe(found)) ??
      (wanted === undefined ? null : whyUnsafe({ ...wanted, type: "directory" }));
    return unsafe === null
      ? []
      : [refusal("unsafe-directory", `${parent} is ${unsafe}, so that root must not ${act} ${path}`)];
  });
}

type Touched = { readonly path: string; readonly act: "write" | "remove" };

/** Each folder once, with the first path below it that is touched: what is written comes first. */
function foldersAbove(changes: readonly Change[]): ReadonlyMap<string, Touched> {
  const touched = changes.flatMap(({ resource, after }): readonly Touched[] =>
    "path" in resource ? [{ path: resource.path, act: after === null ? "remove" : "write" }] : [],
  );
  const parents = new Map<string, Touched>();
  for (const each of touched.toSorted((left, right) => rank(left) - rank(right)))
    for (const parent of directoriesAbove(each.path)) if (!parents.has(parent)) parents.set(parent, each);
  return parents;
}

function rank({ act }: Touched): number {
  return act === "write" ? 0 : 1;
}

function missingFolder(parent: string, path: string): Notice {
  const text = `${parent} does not exist and nothing declares it, but ${path} is to be in it`;
  return refusal("missing-directory", text);
}
