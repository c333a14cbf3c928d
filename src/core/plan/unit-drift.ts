/** In which ways the units of a host and their processes are not as declared. */

import type { Observation, UnitProperties } from "../model/observation.ts";
import type { Change, Finding } from "../model/plan.ts";
import type { HostTarget, UnitResource } from "../model/resource.ts";
import { foreignDropIns } from "./drop-ins.ts";
import { inputChanges } from "./input-changes.ts";
import { type DeclaredMount, declaredMounts, liveDifferences } from "./mount-options.ts";
import { strayControlGroup } from "./notices/unit-notices.ts";
import { isAsApplied, originOfUnit } from "./origin.ts";
import { sayDifference } from "./remount-debt.ts";
import { changedStateAt, inputsTouchedAt, touchedAt } from "./since.ts";
import { unitDebt } from "./unit-debt.ts";
import { isLive, isMasked, startedAt, UNKNOWN_UNIT } from "./unit-state.ts";

/**
 * What is not as declared about one unit, beside its files. changes: everything of the target that differs.
 */
export function unitFindings(
  target: HostTarget,
  unit: UnitResource,
  observation: Observation,
  changes: readonly Change[],
): readonly Finding[] {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  if (isMasked(properties)) {
    if (observation.paths.get(unit.path)?.type === "link") return [];
    return [findingOf(unit, "masked", `${unit.unit} is masked`, "host", null)];
  }
  const found = [
    loadFinding(target, unit, observation),
    activityFinding(target, unit, observation, changes),
    jobFinding(unit, properties, observation),
    ...dropInFindings(target, unit, observation),
    strayFinding(unit, properties, observation),
  ];
  return found.filter((finding) => finding !== null);
}

function findingOf(
  { service, unit }: UnitResource,
  kind: Finding["kind"],
  text: string,
  origin: Finding["origin"],
  since: number | null,
): Finding {
  const known = origin === "project" ? null : since;
  return { kind, service, subject: unit, text, origin, since: known, change: null };
}

/** Whose difference it is when a unit is not loaded or does not run. */
function appliedOrigin(target: HostTarget, unit: UnitResource, observation: Observation): Finding["origin"] {
  return isAsApplied(target, unit, observation) ? "host" : "project";
}

function loadFinding(target: HostTarget, unit: UnitResource, observation: Observation): Finding | null {
  const text = whyNotLoaded(unit, observation);
  if (text === null) return null;
  const origin = appliedOrigin(target, unit, observation);
  return findingOf(unit, "not-loaded", text, origin, touchedAt(unit.path, observation));
}

function jobFinding(unit: UnitResource, properties: UnitProperties, { facts }: Observation): Finding | null {
  if (unit.running || !unit.unit.endsWith(".service") || properties.ActiveState !== "failed") return null;
  const since = changedStateAt(properties, facts);
  return findingOf(unit, "health", "the last run of this job failed", "host", since);
}

function strayFinding(
  unit: UnitResource,
  properties: UnitProperties,
  { facts }: Observation,
): Finding | null {
  const stray = strayControlGroup(properties);
  if (stray === null) return null;
  const text = `${unit.unit} runs in ${stray}, not in ${properties.Slice ?? ""}`;
  const started = startedAt(properties, facts);
  return findingOf(unit, "slice-moved", text, "host", started === null ? null : Math.round(started));
}

function dropInFindings(
  target: HostTarget,
  unit: UnitResource,
  observation: Observation,
): readonly Finding[] {
  return foreignDropIns(target, unit.unit, observation).map(({ path, loaded }) => {
    const since = observation.dropIns.get(path)?.ctime ?? 0;
    const text = loaded
      ? `${path} changes ${unit.unit}`
      : `${path} will change ${unit.unit} with the next daemon-reload: not loaded yet`;
    return { ...findingOf(unit, "foreign-drop-in", text, "host", since > 0 ? since : null), dropIn: path };
  });
}

/** Mounts whose live options are not the declared ones. */
export function mountFindings(target: HostTarget, observation: Observation): readonly Finding[] {
  return declaredMounts(target).flatMap((mount) => {
    const differences = liveDifferences(mount, observation).map(sayDifference);
    return differences.length === 0
      ? []
      : [mountFinding(target, mount, `mounted with ${differences.join(", ")}`, observation)];
  });
}

function mountFinding(
  target: HostTarget,
  { unit, where }: DeclaredMount,
  text: string,
  observation: Observation,
): Finding {
  const origin = originOfUnit(target, unit, observation);
  return { kind: "mount", service: unit.service, subject: where, text, origin, since: null, change: null };
}

function whyNotLoaded(unit: UnitResource, observation: Observation): string | null {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  // A missing file is a finding of its own; what systemd still has in memory then is no second one.
  if (!observation.paths.has(unit.path)) return null;
  const { LoadState: state = "not-found", FragmentPath: fragment = "" } = properties;
  if (state !== "loaded") return `systemd has not loaded ${unit.unit} (${state})`;
  if (fragment !== unit.path)
    return `${unit.unit} is loaded from ${fragment === "" ? "nowhere" : fragment}, not from ${unit.path}`;
  return properties.NeedDaemonReload === "yes" ? `${unit.unit} changed on disk since systemd read it` : null;
}

/**
 * A process that is older than a file which is not as declared either is reported by the file; stale is one
 * that no such file explains.
 */
function activityFinding(
  target: HostTarget,
  unit: UnitResource,
  observation: Observation,
  changes: readonly Change[],
): Finding | null {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  const debt = unitDebt(unit, [], observation);
  if (debt === null) return null;
  if (!isLive(properties)) {
    const text = `is-active says ${properties.ActiveState ?? "inactive"}`;
    const since = changedStateAt(properties, observation.facts);
    return findingOf(unit, "not-running", text, appliedOrigin(target, unit, observation), since);
  }
  if (inputChanges(unit, changes).length > 0) return null;
  const origin = originOfUnit(target, unit, observation);
  const since = inputsTouchedAt(unit, observation);
  return findingOf(unit, "stale-process", `${unit.unit}: ${debt.because}`, origin, since);
}
