/**
 * What earlier runs put on the host and the project no longer declares, by what becomes of it: it is removed,
 * it is left as it is, or it is forgotten and stays.
 */

import type { ManifestEntry, Observation, PathState } from "../model/observation.ts";
import type { Orphan } from "../model/plan.ts";
import type { HostTarget, RemovalOrder } from "../model/resource.ts";
import { linkDigest } from "../resources/link.ts";
import { whenDropped } from "../resources/registry.ts";
import { baseName } from "../unit-file/path-name.ts";
import { templateOf } from "../unit-file/unit-name.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { entryKey, orphanEntries } from "./orphans.ts";

/** An entry that stays in its manifest, with the reason. */
export type Held = { readonly entry: ManifestEntry; readonly left: Orphan["left"] };

/**
 * going: files, links and units that a plan takes away. held: stays on the host and in its manifest.
 * released: users, groups and folders, which are never removed; the manifest forgets them. pruned: services
 * which are removed as a whole. What is gone already, or belongs to another service as well, is in none.
 */
export type LeftBehind = {
  readonly going: readonly ManifestEntry[];
  readonly held: readonly Held[];
  readonly released: readonly ManifestEntry[];
  readonly pruned: readonly string[];
};

/** Sorts the orphans of a target. Without target.removal all of them are held. */
export function leftBehind(target: HostTarget, observation: Observation): LeftBehind {
  const orphans = orphanEntries(target, observation);
  const order = target.removal;
  if (order === undefined)
    return { going: [], held: orphans.map((entry) => hold(entry, target)), released: [], pruned: [] };
  const selected = new Set(target.services.map(({ name }) => name));
  const isDropped = ({ service }: ManifestEntry): boolean =>
    selected.has(service) || (order.pruning !== "blocks" && (order.only ?? service) === service);
  const dropped = orphans.filter(isDropped);
  const own = ownedAlone(dropped, target, order, observation);
  const whole = keepWithUnits(own, selected, observation);
  const pruned = new Set(
    dropped
      .map(({ service }) => service)
      .filter((service) => !selected.has(service) && !whole.keptServices.has(service)),
  );
  const undeclared = orphans.filter((entry) => !isDropped(entry)).map((entry) => hold(entry, target));
  const [released, rest] = split(
    own,
    ({ kind, service }) => whenDropped(kind) === "kept" && !whole.keptServices.has(service),
  );
  const held = rest.flatMap((entry) => whole.held.get(entry) ?? []);
  return {
    going: unique(
      rest.filter(
        (entry) =>
          whenDropped(entry.kind) !== "idle" && !whole.held.has(entry) && isThere(entry, observation),
      ),
    ),
    held: [...undeclared, ...held],
    released,
    pruned: [...pruned].sort(),
  };
}

function hold(entry: ManifestEntry, { services, removal }: HostTarget): Held {
  const isSelected = services.some(({ name }) => name === entry.service);
  return { entry, left: isSelected && removal === undefined ? "unplanned" : "left-project" };
}

/**
 * Without what another service of the project still owns, whether by its manifest or by what is declared
 * for this host.
 */
function ownedAlone(
  dropped: readonly ManifestEntry[],
  target: HostTarget,
  { declared, earlier, pruning, only }: RemovalOrder,
  { manifest, others }: Observation,
): readonly ManifestEntry[] {
  const letGo = new Set([...target.services.map(({ name }) => name), ...earlier]);
  const known = new Set(target.declared ?? []);
  const isLeaving = (service: string): boolean =>
    letGo.has(service) ||
    (pruning !== "blocks" &&
      target.declared !== null &&
      !known.has(service) &&
      (only ?? service) === service);
  const kept = new Set(
    manifest
      .filter(({ project, service }) => project === target.project && !isLeaving(service))
      .map(entryKey),
  );
  const theirs = new Set(others.map(({ path }) => path));
  return dropped.filter(
    (entry) => !declared.has(entryKey(entry)) && !kept.has(entryKey(entry)) && !theirs.has(entry.path),
  );
}

type Whole = { readonly held: ReadonlyMap<ManifestEntry, Held>; readonly keptServices: ReadonlySet<string> };

/**
 * A unit whose own file was edited stays, with its links; where the service is to go as a whole, all of it
 * stays, since the rest is what the unit runs from.
 */
function keepWithUnits(
  entries: readonly ManifestEntry[],
  selected: ReadonlySet<string>,
  observation: Observation,
): Whole {
  const held = new Map<ManifestEntry, Held>();
  for (const entry of entries) {
    const left = whyLeft(entry, observation);
    if (left !== null) held.set(entry, { entry, left });
  }
  const units = new Set(
    [...held.keys()].flatMap(({ kind, path }) =>
      kind === "file" && path.startsWith(`${UNIT_FOLDER}/`) ? [baseName(path)] : [],
    ),
  );
  const isOfHeld = (unit: string): boolean => units.has(unit) || units.has(templateOf(unit));
  const owners = new Set(
    entries.filter(({ kind, path }) => kind === "unit" && isOfHeld(path)).map(({ service }) => service),
  );
  const keptServices = new Set([...owners].filter((service) => !selected.has(service)));
  for (const entry of entries) {
    const belongs =
      (entry.kind === "unit" && isOfHeld(entry.path)) ||
      (entry.kind === "link" && isOfHeld(baseName(entry.path)));
    if (!held.has(entry) && (belongs || keptServices.has(entry.service)))
      held.set(entry, { entry, left: "kept" });
  }
  return { held, keptServices };
}

/** Why a file or link is not ours to remove: it is not what was applied. */
function whyLeft(
  { kind, path, sha256 }: ManifestEntry,
  { paths }: Observation,
): "edited" | "replaced" | null {
  const found = paths.get(path);
  if (whenDropped(kind) !== "removed" || found === undefined) return null;
  if (found.type !== kind) return "replaced";
  return digestOf(found) === sha256 ? null : "edited";
}

function digestOf({ type, target, sha256 }: PathState): string | null {
  return type === "link" ? linkDigest(target ?? "") : sha256;
}

function isThere({ kind, path }: ManifestEntry, { paths }: Observation): boolean {
  return kind === "unit" || paths.has(path);
}

/** What two services give up is one thing. */
function unique(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  return [...new Map(entries.toReversed().map((entry) => [entryKey(entry), entry])).values()].reverse();
}

function split<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
