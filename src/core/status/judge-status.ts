/** A host's answer → how each unit of each service is. */

import type { Observation, UnitProperties } from "../model/observation.ts";
import type { HostTarget, UnitResource } from "../model/resource.ts";
import { isUnneeded } from "../model/unit-condition.ts";
import { isMasked, UNKNOWN_UNIT } from "../plan/unit-state.ts";
import { endCause, loadCause } from "../verify/cause.ts";
import type { StateKind, StatusAnswer, StatusRequest, UnitStatus, Version } from "./host-status.ts";
import { count, isUp, memoryOf, openFilesOf, runningFor } from "./unit-figures.ts";
import { versionOf } from "./version.ts";

/** Properties for `systemctl show -p`, all of them known to systemd 247 and later. */
export const statusProperties: readonly string[] = [
  ...[
    "Id",
    "LoadState",
    "LoadError",
    "UnitFileState",
    "ActiveState",
    "SubState",
    "Result",
    "Type",
    "RemainAfterExit",
    "InvocationID",
    "StatusText",
  ],
  ...[
    "ActiveEnterTimestampMonotonic",
    "StateChangeTimestampMonotonic",
    "ExecMainStartTimestampMonotonic",
    "ExecMainExitTimestampMonotonic",
  ],
  ...[
    "ConditionResult",
    "ConditionTimestampMonotonic",
    "ExecMainCode",
    "ExecMainStatus",
    "NRestarts",
    "MainPID",
  ],
  ...["Slice", "MemoryCurrent", "MemoryMax", "TasksCurrent"],
];

/** What to ask a host about all its targets. Throws RangeError without any. */
export function statusRequest(targets: readonly HostTarget[]): StatusRequest {
  const [first] = targets;
  if (first === undefined) throw new RangeError("a host without targets was to be asked");
  const resources = targets.flatMap((target) => target.resources);
  const links = resources.flatMap((resource) =>
    resource.kind === "link" && resource.role === "current" ? [resource.path] : [],
  );
  return {
    project: first.project,
    units: [...new Set(unitsOf(targets).map(({ unit }) => unit.unit))],
    links: [...new Set(links)],
  };
}

/**
 * Every unit of every service, in the order of the plays; a unit that several services share is under the
 * first.
 */
export function judgeStatus(
  targets: readonly HostTarget[],
  answer: StatusAnswer,
  versions: Observation["versions"] = new Map(),
): readonly UnitStatus[] {
  const all = unitsOf(targets);
  const mains = new Set(
    [...Map.groupBy(all, ({ service }) => service)].flatMap(([service, units]) => mainsOf(service, units)),
  );
  return all.map(({ service, unit }) => {
    const status = judge(service, unit, mains.has(unit) ? "yes" : "no", targets, answer);
    const says = status.main === "yes" ? (versions.get(service)?.current ?? null) : null;
    return { ...status, version: { ...status.version, says } };
  });
}

type Owned = { readonly service: string; readonly unit: UnitResource };

function unitsOf(targets: readonly HostTarget[]): readonly Owned[] {
  const seen = new Set<string>();
  return targets
    .flatMap((target) =>
      target.services.flatMap(({ name }) =>
        target.resources.flatMap((resource) => ownedBy(target, name, resource)),
      ),
    )
    .filter(({ unit }) => !seen.has(unit.unit) && seen.add(unit.unit));
}

function ownedBy(
  target: HostTarget,
  service: string,
  resource: HostTarget["resources"][number],
): readonly Owned[] {
  return resource.kind === "unit" && target.owners.get(resource.id)?.includes(service)
    ? [{ service, unit: resource }]
    : [];
}

/** Each instance stands for its service. */
function mainsOf(service: string, units: readonly Owned[]): readonly UnitResource[] {
  const named = units.filter(
    ({ unit }) =>
      unit.unit === `${service}.service` ||
      (unit.unit.startsWith(`${service}@`) && unit.unit.endsWith(".service")),
  );
  const other = units.find(({ unit }) => unit.running) ?? units[0];
  return named.length > 0 ? named.map(({ unit }) => unit) : other === undefined ? [] : [other.unit];
}

function judge(
  service: string,
  unit: UnitResource,
  main: "yes" | "no",
  targets: readonly HostTarget[],
  answer: StatusAnswer,
): Omit<UnitStatus, "version"> & { readonly version: Omit<Version, "says"> } {
  const properties = answer.units.get(unit.unit) ?? UNKNOWN_UNIT;
  const pid = count(properties.MainPID) || null;
  const process = (pid === null ? undefined : answer.processes.get(pid)) ?? null;
  const entered =
    count(
      isUp(properties) ? properties.ActiveEnterTimestampMonotonic : properties.StateChangeTimestampMonotonic,
    ) ?? 0;
  const sinceSeconds = entered === 0 ? null : Math.max(0, answer.uptime - entered / 1e6);
  return {
    service,
    unit: unit.unit,
    main,
    ...stateOf(unit, properties, sinceSeconds),
    activeState: properties.ActiveState ?? "unknown",
    subState: properties.SubState ?? "unknown",
    version: versionOf(
      service,
      targets,
      answer,
      main === "yes" ? { process, sinceSeconds: runningFor(properties, answer) } : null,
    ),
    sinceSeconds,
    restarts: properties.LoadState === "loaded" ? count(properties.NRestarts) : null,
    pid,
    invocation: properties.InvocationID || null,
    memory: memoryOf(properties, answer),
    openFiles: openFilesOf(process),
    tasks: count(properties.TasksCurrent),
  };
}

/**
 * An automatic restart this young, and not the first, is more likely to be followed by the next than to be
 * the last.
 */
const LOOP_SECONDS = 10;
const LOOP_RESTARTS = 2;

type JudgedState = { readonly state: StateKind; readonly word: string; readonly detail: string };

function stateOf(unit: UnitResource, properties: UnitProperties, sinceSeconds: number | null): JudgedState {
  if (isMasked(properties)) return { state: "masked", word: "masked", detail: "" };
  const unloaded = loadCause(properties);
  if (unloaded !== null) {
    const missing = unloaded.cause === "not-found";
    return {
      state: missing ? "not-installed" : "bad-unit",
      word: missing ? "not installed" : "bad unit file",
      detail: missing ? "" : unloaded.detail,
    };
  }
  const restarts = count(properties.NRestarts) ?? 0;
  const loop = { state: "crash-loop", word: "crash loop" } as const;
  if ((properties.SubState ?? "").startsWith("auto-restart"))
    return { ...loop, detail: `${endCause(properties).detail}; ${sayRestarts(restarts)}` };
  if (
    properties.ActiveState === "active" &&
    restarts >= LOOP_RESTARTS &&
    (sinceSeconds ?? LOOP_SECONDS) < LOOP_SECONDS
  )
    return {
      ...loop,
      detail: `systemd restarted it within the last ${LOOP_SECONDS} s; ${sayRestarts(restarts)}`,
    };
  return settledState(unit, properties);
}

function settledState(unit: UnitResource, properties: UnitProperties): JudgedState {
  const sub = properties.SubState ?? "unknown";
  switch (properties.ActiveState ?? "unknown") {
    case "active":
    case "reloading":
    case "refreshing":
      return { state: "running", word: runningWord(unit, sub), detail: "" };
    case "activating":
      return {
        state: "starting",
        word: "starting",
        detail: `it is still starting (${sub})${sayStatus(properties)}`,
      };
    case "deactivating":
      return { state: "stopping", word: "stopping", detail: `it is stopping (${sub})` };
    case "failed": {
      const { cause, detail } = endCause(properties);
      return { state: "failed", word: `failed (${cause})`, detail };
    }
    default:
      return inactiveState(unit, properties);
  }
}

function inactiveState(unit: UnitResource, properties: UnitProperties): JudgedState {
  if (!unit.running) return { state: "idle", word: "idle", detail: "" };
  const worked =
    unit.type === "oneshot" &&
    (isUnneeded(properties) ||
      (count(properties.ExecMainStartTimestampMonotonic) !== 0 && properties.Result === "success"));
  const { cause, detail } = endCause(properties);
  // A process that someone stopped within its first minute has ended as early, but by a signal: CLD_EXITED
  // is 1 (waitid(2)).
  const says = cause !== "inactive" && (cause !== "exited-at-once" || properties.ExecMainCode === "1");
  return worked
    ? { state: "idle", word: "done", detail: "" }
    : { state: "stopped", word: "stopped", detail: says ? detail : "" };
}

function runningWord(unit: UnitResource, sub: string): string {
  return unit.unit.endsWith(".service") || sub === "active" || !/^[a-z-]{1,16}$/.test(sub)
    ? sub === "exited"
      ? "exited"
      : "running"
    : sub;
}

function sayStatus({ StatusText: text = "" }: UnitProperties): string {
  return text === "" ? "" : `; it reports: ${text}`;
}

function sayRestarts(restarts: number): string {
  return restarts === 1 ? "1 restart so far" : `${restarts} restarts so far`;
}
