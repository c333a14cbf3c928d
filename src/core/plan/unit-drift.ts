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
  const about = (kind: Finding["kind"], text: string, more: Pick<Finding, "origin" | "since">): Finding => ({
    kind,
    service: unit.service,
    subject: unit.unit,
    text,
    origin: more.origin,
    since: more.origin === "project" ? null : more.since,
    change: null,
  });
  if (isMasked(properties)) {
    if (observation.paths.get(unit.path)?.type === "link") return [];
    return [about("masked", `${unit.unit} is masked`, { origin: "host", since: null })];
  }
  const applied = isAsApplied(target, unit, observation) ? "host" : "project";
  const unread = whyNotLoaded(unit, properties, observation);
  const activity = sayActivity(unit, observation, changes);
  const stray = strayControlGroup(properties);
  return [
    ...(unread === null
      ? []
      : [about("not-loaded", unread, { origin: applied, since: touchedAt(unit.path, observation) })]),
    ...(activity?.kind === "not-running"
      ? [
          about("not-running", activity.text, {
            origin: applied,
            since: changedStateAt(properties, observation.facts),
          }),
        ]
      : []),
    ...(activity?.kind === "stale-process"
      ? [
          about("stale-process", activity.text, {
            origin: originOfUnit(target, unit, observation),
            since: inputsTouchedAt(unit, observation),
          }),
        ]
      : []),
    ...(unit.running || !unit.unit.endsWith(".service") || properties.ActiveState !== "failed"
      ? []
      : [
          about("health", "the last run of this job failed", {
            origin: "host",
            since: changedStateAt(properties, observation.facts),
          }),
        ]),
    ...foreignDropIns(target, unit.unit, observation).map(({ path, loaded }): Finding => {
      const since = observation.dropIns.get(path)?.ctime ?? 0;
      const text = loaded
        ? `${path} changes ${unit.unit}`
        : `${path} will change ${unit.unit} with the next daemon-reload: not loaded yet`;
      return {
        ...about("foreign-drop-in", text, { origin: "host", since: since > 0 ? since : null }),
        dropIn: path,
      };
    }),
    ...(stray === null
      ? []
      : [
          about("slice-moved", sayStray(unit, properties, stray), {
            origin: "host",
            since: processSince(properties, observation),
          }),
        ]),
  ];
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

function whyNotLoaded(
  unit: UnitResource,
  properties: UnitProperties,
  observation: Observation,
): string | null {
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
function sayActivity(
  unit: UnitResource,
  observation: Observation,
  changes: readonly Change[],
): { readonly kind: "not-running" | "stale-process"; readonly text: string } | null {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  const debt = unitDebt(unit, [], observation);
  if (debt === null) return null;
  if (!isLive(properties))
    return { kind: "not-running", text: `is-active says ${properties.ActiveState ?? "inactive"}` };
  return inputChanges(unit, changes).length > 0
    ? null
    : { kind: "stale-process", text: `${unit.unit}: ${debt.because}` };
}

function sayStray({ unit }: UnitResource, properties: UnitProperties, stray: string): string {
  return `${unit} runs in ${stray}, not in ${properties.Slice ?? ""}`;
}

function processSince(properties: UnitProperties, { facts }: Observation): number | null {
  const started = startedAt(properties, facts);
  return started === null ? null : Math.round(started);
}
