/** In which ways a host is not as declared; for reading only, nothing follows from it by itself. */
import type { Change, Finding, HostTarget, Observation, Resource, UnitProperties, UnitResource } from "../model.ts";
import { compareResource } from "../resources/compare.ts";
import { foreignDropIns } from "./drop-ins.ts";
import { inputChanges } from "./input-changes.ts";
import { declaredMounts, liveDifferences } from "./mount-options.ts";
import { orphanEntries } from "./orphans.ts";
import { sayWrongType } from "./path-notices.ts";
import { sayDifference } from "./remount-debt.ts";
import { unitDebt } from "./unit-debt.ts";
import { strayControlGroup } from "./unit-notices.ts";
import { isLive, isMasked, UNKNOWN_UNIT } from "./unit-state.ts";

/** Everything that is not as declared, in the order of the resources; health is not in it. */
export function findDrift(target: HostTarget, observation: Observation): readonly Finding[] {
  const changes = target.resources.flatMap((resource) => compareResource(resource, observation) ?? []);
  return [
    ...target.resources.flatMap((resource) =>
      resource.kind === "unit" ? unitFindings(target, resource, observation, changes) : pathFindings(resource, observation),
    ),
    ...mountFindings(target, observation),
    ...orphanEntries(target, observation).map(({ service, kind, path }) => ({
      ...finding("orphan", service, path, `${kind} ${path} was put there by svcdeploy and is not declared any more`),
    })),
    ...observation.transactions.map(({ id, state, owner }) =>
      finding("unfinished-transaction", "", id, `a transaction of ${owner} has not come to its end (${state})`),
    ),
  ];
}

function pathFindings(resource: Exclude<Resource, UnitResource>, observation: Observation): readonly Finding[] {
  const subject = resource.kind === "account" ? resource.user : resource.path;
  const wrong = sayWrongType(resource, observation);
  if (wrong !== null) return [finding(wrong.endsWith("masked") ? "masked" : "type", resource.service, subject, wrong)];
  const change = compareResource(resource, observation);
  return change === null ? [] : changeFindings(change, subject);
}

function changeFindings(change: Change, subject: string): readonly Finding[] {
  const { resource, before, after, differs } = change;
  const about = (kind: Finding["kind"], text: string): Finding => ({ kind, service: resource.service, subject, text, change });
  if (resource.kind === "account") return [about("account", before === null ? "the user is missing" : sayKeys(change))];
  if (resource.kind === "link" && resource.role === "enablement")
    return [about("not-enabled", before === null ? "the link is missing" : sayKeys(change))];
  if (before === null) return [about("missing", `the ${resource.kind} is missing`)];
  const owner = differs.includes("owner") || differs.includes("group");
  return [
    ...(differs.includes("sha256") || differs.includes("target")
      ? [about("content", differs.includes("target") ? sayKeys(change) : "other content than declared")]
      : []),
    ...(differs.includes("mode") ? [about("mode", `mode is ${before.mode ?? ""}, not ${after?.mode ?? ""}`)] : []),
    ...(owner ? [about("owner", `owner is ${before.owner ?? ""}:${before.group ?? ""}, not ${after?.owner ?? ""}:${after?.group ?? ""}`)] : []),
  ];
}

function sayKeys({ before, after, differs }: Change): string {
  return differs.map((key) => `${key} is ${before?.[key] ?? "none"}, not ${after?.[key] ?? "none"}`).join(", ");
}

function unitFindings(target: HostTarget, unit: UnitResource, observation: Observation, changes: readonly Change[]): readonly Finding[] {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  const about = (kind: Finding["kind"], text: string): Finding => finding(kind, unit.service, unit.unit, text);
  if (isMasked(properties)) return observation.paths.get(unit.path)?.type === "link" ? [] : [about("masked", `${unit.unit} is masked`)];
  const unread = whyNotLoaded(unit, properties, observation);
  const stray = strayControlGroup(properties);
  return [
    ...(unread === null ? [] : [about("not-loaded", unread)]),
    ...activityFindings(unit, observation, changes).map(({ kind, text }) => about(kind, text)),
    ...foreignDropIns(target, properties).map((path) => about("foreign-drop-in", `${path} changes ${unit.unit}`)),
    ...(stray === null ? [] : [about("slice-moved", `${unit.unit} runs in ${stray}, not in ${properties.Slice ?? ""}`)]),
  ];
}

function whyNotLoaded(unit: UnitResource, properties: UnitProperties, observation: Observation): string | null {
  // A missing file is a finding of its own; what systemd still has in memory then is no second one.
  if (!observation.paths.has(unit.path)) return null;
  const { LoadState: state = "not-found", FragmentPath: fragment = "" } = properties;
  if (state !== "loaded") return `systemd has not loaded ${unit.unit} (${state})`;
  if (fragment !== unit.path) return `${unit.unit} is loaded from ${fragment === "" ? "nowhere" : fragment}, not from ${unit.path}`;
  return properties.NeedDaemonReload === "yes" ? `${unit.unit} changed on disk since systemd read it` : null;
}

/** A process that is older than a file which is not as declared either is told by the file; stale is one that no such file explains. */
function activityFindings(
  unit: UnitResource,
  observation: Observation,
  changes: readonly Change[],
): readonly { readonly kind: Finding["kind"]; readonly text: string }[] {
  const properties = observation.units.get(unit.unit) ?? UNKNOWN_UNIT;
  const debt = unitDebt(unit, [], observation);
  if (debt === null) return [];
  if (!isLive(properties)) return [{ kind: "not-running", text: `is-active says ${properties.ActiveState ?? "inactive"}` }];
  return inputChanges(unit, changes).length > 0 ? [] : [{ kind: "stale-process", text: `${unit.unit}: ${debt.because}` }];
}

function mountFindings(target: HostTarget, observation: Observation): readonly Finding[] {
  return declaredMounts(target).flatMap((mount) => {
    const differences = liveDifferences(mount, observation).map(sayDifference);
    return differences.length === 0 ? [] : [finding("mount", mount.unit.service, mount.where, `mounted with ${differences.join(", ")}`)];
  });
}

function finding(kind: Finding["kind"], service: string, subject: string, text: string): Finding {
  return { kind, service, subject, text, change: null };
}
