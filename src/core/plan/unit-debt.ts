/**
 * What a unit owes: a start, a restart or a reload, because its process did not start from what is (or will
 * be) on the disk.
 */

import { roleAt } from "../model/file-role.ts";
import type { HostFacts, Observation, UnitProperties, UnitRecord } from "../model/observation.ts";
import type { Change } from "../model/plan.ts";
import type { UnitResource } from "../model/resource.ts";
import { isUnneeded } from "../model/unit-condition.ts";
import { baseName } from "../unit-file/path-name.ts";
import { type InputChange, inputChanges, isContentChange, sayChanged } from "./input-changes.ts";
import { sayOtherRelease } from "./running-program.ts";
import { isLive, startedAt, UNKNOWN_UNIT } from "./unit-state.ts";

/** One act that a unit owes, with its reason in one line. */
export type Debt = { readonly verb: "start" | "restart" | "reload"; readonly because: string };

/**
 * What the unit owes once the changes are written; null when it is in sync. In sync is a process of which our
 * record says that it started from the wanted inputs. Without such a record it must have started after every
 * input was last written and none of them may change now.
 */
export function unitDebt(
  unit: UnitResource,
  changes: readonly Change[],
  observation: Observation,
): Debt | null {
  if (!unit.running) return null;
  const situation = situationOf(unit, changes, observation);
  return isLive(situation.properties)
    ? (restartDebt(situation) ?? reloadDebt(situation))
    : startDebt(situation);
}

/** True when the record is about the process that runs now. */
export function isSameInstance(
  record: UnitRecord | undefined,
  properties: UnitProperties,
  facts: HostFacts,
): record is UnitRecord {
  if (record === undefined || record.bootId !== facts.bootId) return false;
  return record.invocationId !== "" && record.invocationId === properties.InvocationID;
}

/** True when the host's record says that the unit's present process started from the wanted inputs. */
export function isRecorded(unit: UnitResource, observation: Observation): boolean {
  const record = observation.records.get(unit.unit);
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  if (record?.restartDigest !== unit.restartDigest || record.reloadDigest !== unit.reloadDigest) return false;
  return isSameInstance(record, properties, observation.facts) || !isLive(properties);
}

type Situation = {
  readonly unit: UnitResource;
  readonly properties: UnitProperties;
  readonly record: UnitRecord | undefined;
  readonly inputs: readonly InputChange[];
  readonly changes: readonly Change[];
  readonly observation: Observation;
};

function situationOf(unit: UnitResource, changes: readonly Change[], observation: Observation): Situation {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  return {
    unit,
    properties,
    record: observation.records.get(unit.unit),
    inputs: inputChanges(unit, changes),
    changes,
    observation,
  };
}

function startDebt({ unit, properties, record, inputs }: Situation): Debt | null {
  const state = properties.ActiveState ?? "inactive";
  if (properties.LoadState === "not-found") return { verb: "start", because: "new" };
  if (state === "failed") return { verb: "start", because: "was failed" };
  if (state !== "inactive")
    return { verb: "restart", because: `was ${state} (${properties.SubState ?? "unknown"})` };
  // The template of a new instance may have been there before.
  if (record === undefined && unit.unit.includes("@")) return { verb: "start", because: "new" };
  if (!isDoneOneshot(unit, properties) || record === undefined)
    return { verb: "start", because: "was inactive" };
  if (record.restartDigest === unit.restartDigest) return null;
  return { verb: "start", because: sayWhy(inputs, "restart", "start") };
}

/**
 * A oneshot without RemainAfterExit= is inactive once it has done its work, and so is any whose condition
 * said that there is none.
 */
function isDoneOneshot(unit: UnitResource, properties: UnitProperties): boolean {
  if (unit.type !== "oneshot") return false;
  if (isUnneeded(properties)) return true;
  return properties.RemainAfterExit !== "yes" && (properties.Result ?? "success") === "success";
}

function restartDebt(situation: Situation): Debt | null {
  const { unit, properties, record, inputs, observation } = situation;
  if (record !== undefined && record.restartDigest !== unit.restartDigest) {
    return { verb: "restart", because: sayWhy(inputs, "restart", "restart") };
  }
  const borrowed = borrowedRelease(situation);
  if (borrowed !== null) return { verb: "restart", because: borrowed };
  const other = otherProgram(situation);
  if (isSameInstance(record, properties, observation.facts)) return other;
  const changed = inputs.filter(({ effect }) => effect === "restart");
  if (changed.length > 0) return { verb: "restart", because: sayChanged(changed) };
  const because = staleBecause(situation);
  return because === null ? other : { verb: "restart", because };
}

/** The release of another service that it runs from and that switches now, in words. */
function borrowedRelease({ unit, changes }: Situation): string | null {
  const switched = changes.find(
    (change) =>
      change.resource.kind === "link" &&
      change.resource.role === "current" &&
      change.resource.service !== unit.service &&
      change.after !== null &&
      unit.inputPaths.includes(change.resource.path) &&
      isContentChange(change),
  );
  return switched === undefined
    ? null
    : `the release of ${switched.resource.service} that it runs from changed`;
}

/** A process whose program is not that of the release that `current` points to, or will. */
function otherProgram(situation: Situation): Debt | null {
  const owners = situation.unit.inputPaths.flatMap(
    (path) => /^\/opt\/([^/]+)\/current$/.exec(path)?.[1] ?? [],
  );
  for (const owner of owners) {
    const debt = programOf(owner, situation);
    if (debt !== null) return debt;
  }
  return null;
}

function programOf(service: string, { properties, changes, observation }: Situation): Debt | null {
  const path = `/opt/${service}/current`;
  const change = changes.find(({ resource }) => resource.kind === "link" && resource.path === path);
  const current =
    change === undefined ? (observation.paths.get(path)?.target ?? null) : (change.after?.target ?? null);
  const because = sayOtherRelease(
    service,
    observation.programs.get(Number(properties.MainPID ?? "0")),
    current,
  );
  return because === null ? null : { verb: "restart", because };
}

function reloadDebt({ unit, properties, record, inputs, observation }: Situation): Debt | null {
  const changed = inputs.filter(({ effect }) => effect === "reload");
  const isOwed = record !== undefined && record.reloadDigest !== unit.reloadDigest;
  if (!isOwed && changed.length === 0) return null;
  if (unit.canReload) return { verb: "reload", because: sayWhy(inputs, "reload", "reload") };
  // A process that cannot reload never read the edit that is put back now: it still runs on what it started
  // from.
  if (!isOwed && isSameInstance(record, properties, observation.facts)) return null;
  return { verb: "restart", because: sayWhy(inputs, "reload", "restart") };
}

/** Names what changes now; when nothing does, the difference is what an earlier run left behind. */
function sayWhy(inputs: readonly InputChange[], effect: InputChange["effect"], missed: string): string {
  const named = inputs.filter((input) => input.effect === effect);
  return named.length > 0 ? sayChanged(named) : `a run wrote new files and ended before the ${missed}`;
}

/**
 * Why a process without a usable record is taken to run on old content; null when it surely started after all
 * of it was written.
 */
function staleBecause({ unit, properties, changes, observation }: Situation): string | null {
  if (properties.NeedDaemonReload === "yes") return "started before systemd read its unit file";
  const started = startedAt(properties, observation.facts);
  if (started === null) return "systemd does not say when it started";
  const rewritten = new Set(changes.map(({ resource }) => ("path" in resource ? resource.path : "")));
  const newer = unit.inputPaths.find((path) => {
    const found = observation.paths.get(path);
    // ctime is in whole seconds, so the write may have been up to a second later.
    return found !== undefined && !rewritten.has(path) && found.ctime + 1 > started;
  });
  return newer === undefined ? null : `started before ${inputName(unit, newer)} was written`;
}

function inputName(unit: UnitResource, path: string): string {
  if (path === unit.path) return "its unit file";
  if (roleAt(path) === "environment") return "its environment file";
  return path.endsWith("/current") ? "its release" : baseName(path);
}
