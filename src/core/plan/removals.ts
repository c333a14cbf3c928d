/** What a plan takes away, with the units that stop before and what an operator should know of it. */

import { roleAt } from "../model/file-role.ts";
import type { ManifestEntry, Observation } from "../model/observation.ts";
import type { Change, Notice, UnitAction } from "../model/plan.ts";
import type { FileResource, HostTarget, LinkResource, UnitResource } from "../model/resource.ts";
import { differingKeys } from "../resources/compare.ts";
import { wrongType } from "../resources/path-state.ts";
import { statesOf } from "../resources/registry.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { isCacheKeeper } from "./cache-keepers.ts";
import { dependencyOrder } from "./dependency-order.ts";
import type { LeftBehind } from "./left-behind.ts";
import { manifestEntry } from "./manifest.ts";
import { refusal } from "./notices/host-notices.ts";
import { isLive, UNKNOWN_UNIT, wordsOf } from "./unit-state.ts";

/** A file, link or unit that is removed, and why. */
export type Going = {
  readonly resource: FileResource | LinkResource | UnitResource;
  readonly because: string;
};

/**
 * Changes whose after is null, the units that are removed, and the acts before anything is removed.
 * interrupted: units that stay and cannot run on meanwhile, with the unit that they lose; they are started
 * again at the end.
 */
export type Removals = {
  readonly changes: readonly Change[];
  readonly units: readonly UnitResource[];
  readonly stops: readonly UnitAction[];
  readonly interrupted: ReadonlyMap<string, string>;
  readonly notices: readonly Notice[];
};

/** What of target.rollback.absent and of what was left behind is still there. */
export function removals(target: HostTarget, observation: Observation, left: LeftBehind): Removals {
  const going = [
    ...absent(target, observation),
    ...left.going.map((entry) => goingEntry(entry, observation)),
  ];
  const units = going.flatMap(({ resource, because }) =>
    resource.kind === "unit" ? [{ unit: resource, because }] : [],
  );
  const interrupted = interruptedUnits(target, units, observation);
  const own = target.resources.filter(
    (resource): resource is UnitResource => resource.kind === "unit" && interrupted.has(resource.unit),
  );
  return {
    changes: going.flatMap((each) => removal(each, observation)),
    units: units.map(({ unit }) => unit),
    stops: [
      ...dependencyOrder(own)
        .toReversed()
        .map((unit) => stop(unit, `${interrupted.get(unit.unit) ?? ""} is removed`)),
      ...units
        .filter(({ unit }) => isUp(unit.unit, observation))
        .toSorted((left, right) => rank(left.unit) - rank(right.unit))
        .map(({ unit, because }) => stop(unit, because)),
    ],
    interrupted,
    notices: going.flatMap(({ resource }) => {
      const obstacle = wrongType(resource, observation);
      return obstacle === null
        ? []
        : [
            refusal(
              "wrong-type",
              `${obstacle.wanted.path} is to be removed, but is no longer a ${obstacle.wanted.type}: ` +
                "look at it first",
            ),
          ];
    }),
  };
}

/**
 * Units that a unit drags down with it when it stops, as systemd says: Requires=, BindsTo= and PartOf=, read
 * from the other end.
 */
export function dependentsOf(unit: string, observation: Observation): readonly string[] {
  const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return ["RequiredBy", "BoundBy", "ConsistsOf"].flatMap((name) => wordsOf(properties, name));
}

/** What another service of the project owns as well stays. */
function absent(target: HostTarget, { manifest }: Observation): readonly Going[] {
  const own = new Set(target.services.map(({ name }) => name));
  const resources = (target.rollback?.absent ?? []).filter((resource) => {
    const { kind, path } = manifestEntry(target.project, resource);
    return !manifest.some((entry) => entry.kind === kind && entry.path === path && !own.has(entry.service));
  });
  return resources.map((resource) => ({ resource, because: "the older generation does not have it" }));
}

/** A line of a manifest as what it stands for; what a removal does not need is left empty. */
function goingEntry(entry: ManifestEntry, observation: Observation): Going {
  return { resource: goingResource(entry, observation), because: "no longer declared" };
}

function goingResource(entry: ManifestEntry, observation: Observation): Going["resource"] {
  const { service, kind, path } = entry;
  switch (kind) {
    case "unit":
      return goingUnit(service, path, observation);
    case "link": {
      const role = path.startsWith(`${UNIT_FOLDER}/`) ? "enablement" : "current";
      const target = observation.paths.get(path)?.target ?? "";
      return { kind, id: `link:${path}`, service, role, path, target };
    }
    case "file":
      return goingFile(entry);
    case "account":
    case "directory":
    case "release":
      throw new Error(`${kind} ${path} is never removed by a plan`);
  }
}

function goingFile({ service, path, mode, owner: owners, sha256, secret }: ManifestEntry): FileResource {
  const [owner = "root", group = "root"] = (owners ?? "root:root").split(":");
  const about = { kind: "file", id: `file:${path}`, service, role: roleAt(path), path } as const;
  // What the file was for is not known here: the digests of its users decide whether they owe a restart.
  const unknown = { content: new Uint8Array(), onChange: "restart" } as const;
  return { ...about, mode, owner, group, sha256, secret: secret === true, ...unknown };
}

/** Of a unit that nothing starts again only its name and how long it may take to stop count. */
function goingUnit(service: string, unit: string, observation: Observation): UnitResource {
  const path = `${UNIT_FOLDER}/${unit}`;
  const inputs = {
    restartInputs: {},
    reloadInputs: {},
    restartDigest: "-",
    reloadDigest: "-",
    inputPaths: [path],
  };
  const stopTimeoutSeconds = stopSeconds(unit, observation);
  const plain = {
    running: false,
    canReload: false,
    after: [],
    startTimeoutSeconds: DEFAULT_STOP_SECONDS,
    stopTimeoutSeconds,
    type: "",
  };
  return { kind: "unit", id: `unit:${unit}`, service, unit, path, ...inputs, ...plain };
}

const DEFAULT_STOP_SECONDS = 90;

function stopSeconds(unit: string, observation: Observation): number {
  const { TimeoutStopUSec, TimeoutUSec } = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return parseTimeSpan(TimeoutStopUSec ?? TimeoutUSec ?? "") ?? DEFAULT_STOP_SECONDS;
}

function removal({ resource, because }: Going, observation: Observation): readonly Change[] {
  if (resource.kind === "unit") return [];
  const { actual } = statesOf(resource, observation);
  if (actual === null || wrongType(resource, observation) !== null) return [];
  const content =
    resource.kind === "file" && !resource.secret
      ? (observation.paths.get(resource.path)?.content ?? null)
      : null;
  const beforeContent = content?.includes(0) === true ? null : content;
  return [
    {
      resource,
      before: actual,
      after: null,
      differs: differingKeys(actual, null),
      beforeContent,
      reason: because,
    },
  ];
}

/**
 * Our running units that depend on a removed mount, and those that depend on them: unit → what is taken from
 * it.
 */
function interruptedUnits(
  { resources }: HostTarget,
  going: readonly { readonly unit: UnitResource }[],
  observation: Observation,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const falling = going
    .map(({ unit }) => unit.unit)
    .filter((unit) => unit.endsWith(".mount") && isUp(unit, observation));
  for (let cause = falling.shift(); cause !== undefined; cause = falling.shift()) {
    const along = new Set(dependentsOf(cause, observation));
    for (const resource of resources) {
      if (
        resource.kind !== "unit" ||
        !resource.running ||
        found.has(resource.unit) ||
        !along.has(resource.unit)
      )
        continue;
      if (!isLive(observation.units.get(resource.unit) ?? UNKNOWN_UNIT)) continue;
      found.set(resource.unit, cause);
      falling.push(resource.unit);
    }
  }
  return found;
}

/** A slice is never stopped: everything else in it would stop as well. */
function isUp(unit: string, observation: Observation): boolean {
  const { ActiveState: state } = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return state !== "inactive" && state !== "failed" && !unit.endsWith(".slice");
}

const STOP_ORDER = [".timer", ".path", ".socket", ".service", ".mount"];

/** What would start a service is removed before it, and what it depends on after it. */
function rank({ unit }: UnitResource): number {
  // It saves what the service wrote last.
  if (isCacheKeeper(unit)) return STOP_ORDER.indexOf(".mount") - 0.5;
  const index = STOP_ORDER.findIndex((suffix) => unit.endsWith(suffix));
  return index === -1 ? STOP_ORDER.indexOf(".service") : index;
}

function stop({ unit, stopTimeoutSeconds }: UnitResource, because: string): UnitAction {
  return { verb: "stop", unit, because, timeoutSeconds: Math.min(stopTimeoutSeconds + 10, 600) };
}
