/**
 * Who moved a resource away from being as declared: declared × what our last confirmed apply left (the
 * manifest) × what is on the host.
 */
import { createHash } from "node:crypto";
import { plainMode } from "../model/mode.ts";
import type { ManifestEntry, Observation } from "../model/observation.ts";
import type { Origin } from "../model/plan.ts";
import type { HostTarget, Resource, UnitResource } from "../model/resource.ts";
import { accountDigest } from "../resources/account.ts";
import { linkDigest } from "../resources/link.ts";
import { wrongType } from "../resources/path-state.ts";
import { statesOf } from "../resources/registry.ts";
import { foundDigest } from "../resources/release.ts";
import { formatManifest, manifestEntry, manifestPath } from "./manifest.ts";

/** What of a resource differs; existence: it is missing, or something else is in its place. */
export type Aspect = "existence" | "content" | "mode" | "owner";

/** Who moved one aspect that is not as declared. What no manifest knows was never applied: it is pending. */
export function originOf(
  target: HostTarget,
  resource: Resource,
  observation: Observation,
  aspect: Aspect,
): Origin {
  const declared = manifestEntry(target.project, resource);
  const applied = appliedEntry(target, resource, observation);
  if (applied === null) return isDamaged(target, resource.service, observation) ? "conflict" : "project";
  if (aspect === "existence") return isSame(declared, applied) ? "host" : "conflict";
  const key = KEYS[aspect];
  const left = keyOf(applied, key);
  if (left === null) return "conflict";
  if (left === keyOf(declared, key)) return "host";
  return left === foundKey(resource, observation, key) ? "project" : "conflict";
}

/**
 * Who moved a unit that is not as it should be while its files are: the project, where nothing of it or other
 * inputs than these were applied.
 */
export function originOfUnit(target: HostTarget, unit: UnitResource, observation: Observation): Origin {
  const inputs = new Set([unit.path, ...unit.inputPaths]);
  const behind = [
    unit,
    ...target.resources.filter(
      (resource) => "path" in resource && resource.kind !== "unit" && inputs.has(resource.path),
    ),
  ];
  return behind.every((resource) => isAsApplied(target, resource, observation)) ? "host" : "project";
}

/** Whether our last confirmed apply left the resource as it is declared now. */
export function isAsApplied(target: HostTarget, resource: Resource, observation: Observation): boolean {
  const applied = appliedEntry(target, resource, observation);
  return applied !== null && isSame(manifestEntry(target.project, resource), applied);
}

/**
 * Whether a service's manifest is there and cannot be read, so that it is unknown what our last apply left of
 * it.
 */
export function isDamaged({ project }: HostTarget, service: string, observation: Observation): boolean {
  const found = observation.paths.get(manifestPath(project, service));
  if (found === undefined) return false;
  const entries = observation.manifest.filter(
    (entry) => entry.project === project && entry.service === service,
  );
  return found.sha256 !== createHash("sha256").update(formatManifest(entries)).digest("hex");
}

type Key = "sha256" | "mode" | "owner";
const KEYS: Readonly<Record<Exclude<Aspect, "existence">, Key>> = {
  content: "sha256",
  mode: "mode",
  owner: "owner",
};

/**
 * What several services declare is in the manifest of each; the one that was applied last is as declared,
 * if any is.
 */
function appliedEntry(
  target: HostTarget,
  resource: Resource,
  observation: Observation,
): ManifestEntry | null {
  const declared = manifestEntry(target.project, resource);
  const owners = target.owners.get(resource.id) ?? [resource.service];
  const entries = observation.manifest.filter(
    ({ project, service, kind, path }) =>
      project === target.project &&
      owners.includes(service) &&
      kind === declared.kind &&
      path === declared.path,
  );
  return entries.find((entry) => isSame(declared, entry)) ?? entries[0] ?? null;
}

function isSame(left: ManifestEntry, right: ManifestEntry): boolean {
  return Object.values(KEYS).every((key) => keyOf(left, key) === keyOf(right, key));
}

/** null: not known. */
function keyOf(entry: ManifestEntry, key: Key): string | null {
  const value = entry[key] ?? "-";
  if (value === "-") return null;
  return key === "mode" ? plainMode(value) : value;
}

function foundKey(resource: Resource, observation: Observation, key: Key): string | null {
  if (wrongType(resource, observation) !== null) return null;
  if (resource.kind === "account") return foundGroups(resource, observation);
  if (resource.kind === "unit") return null;
  if (resource.kind === "release" && key === "sha256") return foundDigest(resource, observation);
  const found = observation.paths.get(resource.path);
  if (found === undefined) return null;
  if (key === "mode") return plainMode(found.mode);
  if (key === "owner") return `${found.owner}:${found.group}`;
  return resource.kind === "link" ? linkDigest(found.target ?? "") : found.sha256;
}

function foundGroups(
  resource: Extract<Resource, { kind: "account" }>,
  observation: Observation,
): string | null {
  const { actual } = statesOf(resource, observation);
  if (actual === null) return null;
  return accountDigest(actual.group ?? "", actual.groups === undefined ? [] : actual.groups.split(","));
}
