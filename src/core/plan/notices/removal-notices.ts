/** What an operator should know before something is removed, and what is refused. */

import type { ManifestEntry, Observation } from "../../model/observation.ts";
import type { Notice } from "../../model/plan.ts";
import type { HostTarget, RemovalOrder, UnitResource } from "../../model/resource.ts";
import { isCacheKeeper } from "../cache-keepers.ts";
import type { LeftBehind } from "../left-behind.ts";
import { dependentsOf, type Removals } from "../removals.ts";
import { UNKNOWN_UNIT } from "../unit-state.ts";
import { refusal, warning } from "./host-notices.ts";

/** Notices about what is removed, what stays although nothing declares it, and what must not be removed. */
export function removalNotices(
  target: HostTarget,
  observation: Observation,
  left: LeftBehind,
  removed: Removals,
): readonly Notice[] {
  if (target.removal === undefined) return [];
  return [
    ...limitNotices(target, target.removal, observation, left),
    ...needNotices(target, removed.units, observation),
    ...removed.units.flatMap((unit) => lossNotices(unit, removed, observation)),
    ...stayNotices(left),
    ...releaseNotices(target, observation, left),
  ];
}

/**
 * At least so many services, and more than half of what the project has on the host, are taken for a mistake.
 */
const MANY_SERVICES = 2;

function limitNotices(
  { project }: HostTarget,
  { pruning }: RemovalOrder,
  { manifest }: Observation,
  { pruned }: LeftBehind,
): readonly Notice[] {
  const all = new Set(manifest.filter((entry) => entry.project === project).map(({ service }) => service))
    .size;
  const isMany = pruned.length === all || (pruned.length >= MANY_SERVICES && pruned.length > all / 2);
  if (pruning === "everything" || pruned.length === 0 || !isMany) return [];
  const what =
    pruned.length === all
      ? `all ${all === 1 ? "that" : `${all} services that`}`
      : `${pruned.length} of the ${all} services that`;
  const text =
    `${what} ${project} has here would be removed (${pruned.join(", ")}): if that is meant, say ` +
    "--prune=all";
  return [refusal("prune-limit", text)];
}

/** A unit that needs what is removed would stay down, or come up without it. */
function needNotices(
  target: HostTarget,
  units: readonly UnitResource[],
  observation: Observation,
): readonly Notice[] {
  const ours = new Set([
    ...units.map(({ unit }) => unit),
    ...target.resources.flatMap((resource) => (resource.kind === "unit" ? [resource.unit] : [])),
    ...observation.manifest.flatMap(({ project, kind, path }) =>
      project === target.project && kind === "unit" ? [path] : [],
    ),
  ]);
  return units.flatMap(({ unit }) => {
    const foreign = unit.endsWith(".slice")
      ? []
      : dependentsOf(unit, observation).filter((other) => !ours.has(other));
    if (foreign.length === 0) return [];
    const needs = foreign.length === 1 ? "needs" : "need";
    return [
      refusal(
        "needed-elsewhere",
        `${unit} is to be removed, but ${foreign.join(", ")} ${needs} it and would stop with it: change ` +
          "that first",
      ),
    ];
  });
}

function lossNotices(
  { unit }: UnitResource,
  { stops }: Removals,
  observation: Observation,
): readonly Notice[] {
  const isStopped = stops.some((action) => action.verb === "stop" && action.unit === unit);
  if (!isStopped) return [];
  if (unit.endsWith(".mount")) {
    const keeper = dependentsOf(unit, observation).find(
      (other) => isCacheKeeper(other) && stops.some((action) => action.unit === other),
    );
    if (keeper !== undefined)
      return [
        {
          severity: "info",
          code: "contents-saved",
          text: `${unit} is unmounted: ${keeper} saves its contents before`,
        },
      ];
    return [warning("contents-lost", `${unit} is unmounted: its contents are lost`)];
  }
  const timer = unit.replace(/\.service$/, ".timer");
  const isJob =
    unit.endsWith(".service") &&
    (observation.units.has(timer) || observation.units.get(unit)?.TriggeredBy !== undefined);
  const { ActiveState: state = "unknown" } = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return isJob ? [warning("job-stopped", `${unit} is ${state}: what it does right now is cut short`)] : [];
}

function stayNotices({ released }: LeftBehind): readonly Notice[] {
  const data = released.filter(({ path }) => !path.startsWith("/etc/svcdeploy") && !path.startsWith("/opt/"));
  const services = Map.groupBy(data, ({ service }) => service);
  return [...services].map(([service, entries]): Notice => {
    const text = `${sayAll(entries)} of ${service} stay: users, folders and their content are never removed`;
    return {
      severity: "info",
      code: "stays",
      text: entries.length === 1 ? text.replace(" stay:", " stays:") : text,
    };
  });
}

function releaseNotices(
  { project }: HostTarget,
  { manifest }: Observation,
  { pruned }: LeftBehind,
): readonly Notice[] {
  const released = new Set(
    manifest
      .filter((entry) => entry.project === project && entry.kind === "release")
      .map(({ service }) => service),
  );
  const going = pruned.filter((service) => released.has(service));
  if (going.length === 0) return [];
  const text =
    `releases of ${going.join(", ")} below /opt are removed, except the last one, which stays as long as ` +
    "a rollback can bring it back";
  return [{ severity: "info", code: "releases", text }];
}

function sayAll(entries: readonly ManifestEntry[]): string {
  const names = [
    ...new Set(entries.map(({ kind, path }) => (kind === "account" ? `user ${path}` : path))),
  ].sort();
  const last = names.at(-1) ?? "";
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${last}` : last;
}
