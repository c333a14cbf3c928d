/**
 * Resources and what the host is become a plan: changes, actions with their reasons, and what an operator
 * should know.
 */

import type { ManifestEntry, Observation } from "../model/observation.ts";
import type { Action, Change, Notice, Plan, State, UnitAction } from "../model/plan.ts";
import type { HostTarget, UnitResource } from "../model/resource.ts";
import { hashSha256 } from "../render/make-file.ts";
import { compareResource } from "../resources/compare.ts";
import { statesOf } from "../resources/registry.ts";
import { aroundHostActs } from "./cache-keepers.ts";
import { withCanaries } from "./canary.ts";
import { daemonReload } from "./daemon-reload.ts";
import { asEncrypted, encryptedNotices } from "./encrypted.ts";
import { fileActs } from "./file-acts.ts";
import {
  asUnit,
  type ForeignUnit,
  foreignDebt,
  foreignUnits,
  isForeignRecorded,
  unreadDropIns,
} from "./foreign-units.ts";
import { type LeftBehind, leftBehind } from "./left-behind.ts";
import { formatManifest, manifestEntry, manifestPath } from "./manifest.ts";
import { editedNotices } from "./notices/edited-notices.ts";
import { mountNotices } from "./notices/mount-notices.ts";
import { removalNotices } from "./notices/removal-notices.ts";
import { targetNotices } from "./notices/target-notices.ts";
import { waitNotices } from "./notices/wait-notices.ts";
import { remountDebts } from "./remount-debt.ts";
import { type Removals, removals } from "./removals.ts";
import { schedule } from "./schedule.ts";
import { type Debt, isRecorded, unitDebt } from "./unit-debt.ts";
import { isLive, UNKNOWN_UNIT } from "./unit-state.ts";

/** What one host needs in one play. */
export function makePlan(wanted: HostTarget, observation: Observation): Plan {
  const target = asEncrypted(wanted, observation);
  const left = leftBehind(target, observation);
  const removed = removals(target, observation, left);
  const changes = [...findChanges(target, observation), ...removed.changes];
  const units = target.resources.filter((resource) => resource.kind === "unit");
  const foreign = foreignUnits(target, changes);
  const others = foreign.map((unit) => asUnit(unit, observation));
  const debts = findDebts(target, units, { changes, removed }, observation);
  const { actions: scheduled, collateral } = schedule(
    bounded([...units, ...others], target),
    debts,
    observation,
  );
  const acts = withCanaries(scheduled, target);
  const reload = daemonReload(units, changes, observation, unreadDropIns(target, observation));
  const onHost = [...(reload === null ? [] : [reload]), ...fileActs(changes, observation)];
  // What is removed is stopped while systemd still knows how.
  const actions: readonly Action[] = [...removed.stops, ...aroundHostActs(onHost, acts)];
  const manifests = findManifests(target, observation, left);
  const isIdle = changes.length + actions.length + manifests.length === 0;
  return {
    host: target.host.name,
    play: target.play,
    changes,
    actions,
    notices: [
      ...changeNotices(target, observation, changes),
      ...actNotices(target, observation, changes, acts),
      ...removed.notices,
      ...removalNotices(target, observation, left, removed),
    ],
    orphans: findOrphans(left),
    collateral,
    manifests,
    ...goneIn(left, removed, observation),
    records: isIdle ? [] : unrecorded(units, foreign, acts, observation),
    fingerprint: fingerprintOf(target, changes, acts, manifests, observation),
  };
}

function goneIn(left: LeftBehind, removed: Removals, observation: Observation): Pick<Plan, "gone"> {
  const isNone = removed.units.length === 0 && left.pruned.length === 0;
  return isNone ? {} : { gone: goneFor(left, removed, observation) };
}

function actNotices(
  { resources, startDeadlineSeconds }: HostTarget,
  observation: Observation,
  changes: readonly Change[],
  acts: readonly UnitAction[],
): readonly Notice[] {
  const units = resources.filter((resource) => resource.kind === "unit");
  return [
    ...mountNotices(units, acts, changes),
    ...waitNotices(units, acts, startDeadlineSeconds ?? null, observation),
  ];
}

function changeNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return [
    ...targetNotices(target, observation, changes),
    ...editedNotices(target, observation, changes),
    ...(target.rollback === undefined ? encryptedNotices(changes, observation) : []),
  ];
}

/** What is not up by then is not healthy in time either. */
function bounded(
  units: readonly UnitResource[],
  { startDeadlineSeconds }: HostTarget,
): readonly UnitResource[] {
  const limit = startDeadlineSeconds ?? Number.POSITIVE_INFINITY;
  return units.map((unit) => ({ ...unit, startTimeoutSeconds: Math.min(unit.startTimeoutSeconds, limit) }));
}

/** Units are never written: what is wrong with them becomes actions. */
function findChanges(target: HostTarget, observation: Observation): readonly Change[] {
  return target.resources.flatMap((resource) => {
    const change = resource.kind === "unit" ? null : compareResource(resource, observation);
    return change === null ? [] : [change];
  });
}

function findDebts(
  target: HostTarget,
  units: readonly UnitResource[],
  { changes, removed }: { readonly changes: readonly Change[]; readonly removed: Removals },
  observation: Observation,
): ReadonlyMap<string, Debt> {
  const debts = new Map(remountDebts(target, observation));
  for (const unit of units) {
    const debt = unitDebt(unit, changes, observation);
    if (debt !== null) debts.set(unit.unit, debt);
  }
  for (const foreign of foreignUnits(target, changes)) {
    const debt = foreignDebt(foreign, changes, observation);
    if (debt !== null) debts.set(foreign.unit, debt);
  }
  // A process keeps a socket that it was given.
  for (const { unit: socket, service } of removed.units.filter(({ unit }) => unit.endsWith(".socket"))) {
    const holder = units.find(({ unit }) => unit === `${service}.service`);
    if (
      holder === undefined ||
      debts.has(holder.unit) ||
      !isLive(observation.units.get(holder.unit) ?? UNKNOWN_UNIT)
    )
      continue;
    if (isLive(observation.units.get(socket) ?? UNKNOWN_UNIT))
      debts.set(holder.unit, { verb: "restart", because: `${socket} is removed` });
  }
  for (const [unit, cause] of removed.interrupted)
    debts.set(unit, { verb: "start", because: `${cause} is gone` });
  return debts;
}

/** What is left as it is stays owned until it is removed. */
function findManifests(target: HostTarget, observation: Observation, left: LeftBehind): Plan["manifests"] {
  return [...target.services.map(({ name }) => name), ...left.pruned].flatMap((service) => {
    const own = target.resources
      .filter(({ id }) => target.owners.get(id)?.includes(service))
      .map((resource) => manifestEntry(target.project, resource));
    const held = left.held.map(({ entry }) => entry).filter((entry) => entry.service === service);
    const content = formatManifest([
      ...own,
      ...held,
      ...(left.pruned.includes(service) ? [] : idleReleases(own, service, observation)),
    ]);
    const path = manifestPath(target.project, service);
    const oldSha256 = observation.paths.get(path)?.sha256 ?? null;
    return oldSha256 === hashSha256(content) ? [] : [{ service, path, content, oldSha256 }];
  });
}

function findOrphans({ held }: LeftBehind): Plan["orphans"] {
  return held.map(({ entry: { service, kind, path }, left }) => ({ service, kind, path, left }));
}

function goneFor(
  { pruned }: LeftBehind,
  { units }: Removals,
  { manifest }: Observation,
): NonNullable<Plan["gone"]> {
  const releases = manifest.filter(({ kind, service }) => kind === "release" && pruned.includes(service));
  return {
    units: units.map(({ unit }) => unit),
    releases: [...new Set(releases.map(({ path }) => path.slice(0, path.lastIndexOf("/"))))],
  };
}

/** A service that lost its artifact still owns its last release, which is removed with the service. */
function idleReleases(
  own: readonly ManifestEntry[],
  service: string,
  { manifest }: Observation,
): readonly ManifestEntry[] {
  if (own.some(({ kind }) => kind === "release")) return [];
  return manifest.filter(
    (entry) => entry.service === service && entry.kind === "release" && entry.project === own[0]?.project,
  );
}

/**
 * Units in sync of which no record says so yet: it is written along, so that a later write of their files
 * does not look like a debt.
 */
function unrecorded(
  units: readonly UnitResource[],
  foreign: readonly ForeignUnit[],
  acts: readonly UnitAction[],
  observation: Observation,
): readonly string[] {
  const acted = new Set(acts.map(({ unit }) => unit));
  const own = units.filter((unit) => unit.running && !isRecorded(unit, observation));
  const others = foreign.filter((unit) => !isForeignRecorded(unit, observation));
  return [...own, ...others].map(({ unit }) => unit).filter((unit) => !acted.has(unit));
}

function fingerprintOf(
  target: HostTarget,
  changes: readonly Change[],
  acts: readonly UnitAction[],
  manifests: Plan["manifests"],
  observation: Observation,
): string {
  const acted = new Set(acts.map(({ unit }) => unit));
  const units = target.resources.filter((resource) => resource.kind === "unit" && acted.has(resource.unit));
  const states: readonly (readonly [string, State | null])[] = [
    ...changes.map(({ resource, before }) => [resource.id, before] as const),
    ...units.map((unit) => [unit.id, statesOf(unit, observation).actual] as const),
    ...manifests.map(
      ({ path, oldSha256 }) => [path, oldSha256 === null ? null : { sha256: oldSha256 }] as const,
    ),
  ];
  const canonical = states
    .map(([id, state]) => [id, state === null ? null : Object.entries(state).sort(byKey)] as const)
    .sort(byKey);
  return hashSha256(JSON.stringify([observation.facts.machineId, canonical]));
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
