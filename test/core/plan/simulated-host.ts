/** A host in memory that carries plans out as the real one does, and to which things happen in between. */

import type { Observation, UnitProperties, UnitRecord } from "../../../src/core/model/observation.ts";
import type { Plan } from "../../../src/core/model/plan.ts";
import type { HostTarget, Resource, UnitResource } from "../../../src/core/model/resource.ts";
import { isUnitAction } from "../../../src/core/plan/acted-units.ts";
import { asEncrypted, isEncrypted } from "../../../src/core/plan/encrypted.ts";
import { manifestPath, parseManifestLine } from "../../../src/core/plan/manifest.ts";
import { declaredMounts } from "../../../src/core/plan/mount-options.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hashHeld } from "../../../src/core/render/make-file.ts";
import { pathState, sha256 } from "./host-builder.ts";

/** The host after the plan was applied and confirmed. */
export function applyPlan(shown: Plan, wanted: HostTarget, before: Observation): Observation {
  const target = asEncrypted(encryptAll(asEncrypted(wanted, before), before), before);
  const plan = wanted.resources.some(isEncrypted) ? makePlan(target, before) : shown;
  const host = thaw(later(before, 10));
  for (const { resource, after } of plan.changes) {
    if (after === null && "path" in resource) host.paths.delete(resource.path);
    else write(host, resource);
  }
  if (plan.actions.some(({ verb }) => verb === "daemon-reload")) readUnitFiles(host, target);
  const gone = new Set(plan.gone?.units ?? []);
  for (const action of plan.actions) {
    if (!isUnitAction(action) || action.verb === "settle" || gone.has(action.unit)) continue;
    act(host, target, action.verb, action.unit);
  }
  for (const unit of gone) host.units.delete(unit);
  for (const unit of unitsOf(target)) if (plan.records.includes(unit.unit)) record(host, unit);
  for (const { path, content } of plan.manifests)
    host.paths.set(path, pathState({ content, ctime: host.facts.clock }));
  for (const { service, content } of plan.manifests) {
    if (content === "") host.paths.delete(manifestPath(target.project, service));
    const kept = host.manifest.filter((entry) => entry.service !== service);
    host.manifest = [
      ...kept,
      ...content.split("\n").flatMap((line) => parseManifestLine(target.project, service, line) ?? []),
    ];
  }
  return {
    ...host,
    encrypted: new Map(target.resources.filter(isEncrypted).map(({ path }) => [path, decrypted(host, path)])),
  };
}

/**
 * No two encryptions are the same; every file that was ever encrypted is kept, as the host's generations keep
 * it.
 */
const held = new Map<string, string>();

/** What is there with the wanted hash is taken as it is; the rest is encrypted anew. */
function encryptAll(target: HostTarget, { paths }: Observation): HostTarget {
  const resources = target.resources.map((resource) => {
    if (
      !isEncrypted(resource) ||
      held.has(resource.sha256) ||
      paths.get(resource.path)?.sha256 === resource.sha256
    )
      return resource;
    const content = new TextEncoder().encode(`encryption number ${held.size}`);
    held.set(sha256(content), hashHeld(resource.content));
    return { ...resource, content, sha256: sha256(content) };
  });
  return { ...target, resources };
}

function decrypted(
  { paths, manifest }: Pick<Observation, "paths" | "manifest">,
  path: string,
): { live: string | null; applied: string | null } {
  const live = paths.get(path)?.sha256 ?? "";
  const applied = manifest.find((entry) => entry.path === path)?.sha256 ?? "";
  return { live: held.get(live) ?? null, applied: applied === live ? null : (held.get(applied) ?? null) };
}

/** What may happen to a host between two runs. */
export type Mishap =
  | { readonly kind: "edit" | "chmod" | "remove"; readonly path: string }
  | { readonly kind: "stop" | "fail" | "respawn" | "forget" | "pending"; readonly unit: string }
  | { readonly kind: "reboot" };

/** The host after something happened to it, a while later. */
export function befall(mishap: Mishap, before: Observation): Observation {
  const host = thaw(later(before, 100));
  if (mishap.kind === "reboot") {
    host.facts = { ...host.facts, bootId: `${host.facts.bootId}'` };
    for (const [unit, properties] of host.units)
      if (properties.ActiveState === "active") host.units.set(unit, started(host, properties));
    return host;
  }
  if ("path" in mishap) damage(host, mishap.kind, mishap.path);
  else disturb(host, mishap.kind, mishap.unit);
  return {
    ...host,
    encrypted: new Map([...host.encrypted.keys()].map((path) => [path, decrypted(host, path)])),
  };
}

type World = {
  -readonly [Key in keyof Observation]: Observation[Key] extends ReadonlyMap<infer K, infer V>
    ? Map<K, V>
    : Observation[Key];
};

function thaw(observation: Observation): World {
  const { facts, manifest, others, transactions } = observation;
  const maps = {
    paths: new Map(observation.paths),
    units: new Map(observation.units),
    users: new Map(observation.users),
  };
  return {
    ...maps,
    dropIns: new Map(observation.dropIns),
    groups: new Map(observation.groups),
    mounts: new Map(observation.mounts),
    encrypted: new Map(observation.encrypted),
    trees: new Map(observation.trees),
    versions: new Map(observation.versions),
    programs: new Map(observation.programs),
    records: new Map(observation.records),
    facts,
    manifest,
    others,
    transactions,
  };
}

function later(observation: Observation, seconds: number): Observation {
  const { facts } = observation;
  return {
    ...observation,
    facts: { ...facts, clock: facts.clock + seconds, uptime: facts.uptime + seconds },
  };
}

function write(host: World, resource: Resource): void {
  const ctime = host.facts.clock;
  switch (resource.kind) {
    case "file":
      host.paths.set(resource.path, {
        ...pathState({ ...pick(resource), ctime }),
        content: resource.content,
        sha256: resource.sha256,
      });
      return;
    case "directory":
      host.paths.set(resource.path, pathState({ type: "directory", ...pick(resource), ctime }));
      return;
    case "link":
      host.paths.set(resource.path, pathState({ type: "link", target: resource.target, ctime }));
      return;
    case "release":
      host.paths.set(resource.path, pathState({ type: "directory", ctime }));
      if (resource.form === "tree") host.trees.set(resource.path, { sha256: resource.sha256, newest: null });
      else
        host.paths.set(
          `${resource.path}/${resource.name}`,
          pathState({ sha256: resource.sha256, mode: "755", ctime }),
        );
      return;
    case "account":
      host.users.set(resource.user, { uid: 900, gid: 900 });
      host.groups.set(resource.group, { gid: 900, members: [] });
      return;
    case "unit":
      throw new Error("a unit is never written");
  }
}

function pick({
  mode,
  owner,
  group,
}: {
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}) {
  return { mode, owner, group };
}

function unitsOf(target: HostTarget): readonly UnitResource[] {
  return target.resources.filter((resource) => resource.kind === "unit");
}

function readUnitFiles(host: World, target: HostTarget): void {
  for (const { unit, path } of unitsOf(target)) {
    if (!host.paths.has(path)) continue;
    const known = host.units.get(unit) ?? { ActiveState: "inactive", SubState: "dead", InvocationID: "" };
    host.units.set(unit, { ...known, LoadState: "loaded", FragmentPath: path, NeedDaemonReload: "no" });
  }
}

function act(
  host: World,
  target: HostTarget,
  verb: "start" | "stop" | "restart" | "reload",
  name: string,
): void {
  const unit = unitsOf(target).find((one) => one.unit === name);
  const properties = host.units.get(name);
  if (unit === undefined || properties?.LoadState !== "loaded")
    throw new Error(`${verb} ${name}: no such unit`);
  const isLive = properties.ActiveState === "active";
  if (verb === "reload" && !isLive) throw new Error(`reload ${name}: not running`);
  if (verb === "stop")
    host.units.set(name, { ...properties, ActiveState: "inactive", SubState: "dead", InvocationID: "" });
  if (verb === "restart" || (verb === "start" && !isLive)) host.units.set(name, started(host, properties));
  mount(host, target, verb, name);
  if (verb !== "stop") record(host, unit);
}

/** A remount leaves mode, uid and gid as they are. */
function mount(host: World, target: HostTarget, verb: string, name: string): void {
  const declared = declaredMounts(target).find(({ unit }) => unit.unit === name);
  if (declared === undefined || verb === "stop") return;
  const wanted = [...declared.options].map(([key, value]) => (value === "" ? key : `${key}=${value}`));
  const isFixed = (option: string) => option.startsWith("mode=");
  const old = host.mounts.get(declared.where)?.options ?? [];
  const options =
    verb === "reload" ? [...wanted.filter((option) => !isFixed(option)), ...old.filter(isFixed)] : wanted;
  host.mounts.set(declared.where, { type: "tmpfs", options });
}

function started(host: World, properties: UnitProperties): UnitProperties {
  const run = {
    InvocationID: `run-${host.facts.clock}`,
    ExecMainStartTimestampMonotonic: String(host.facts.uptime * 1e6),
  };
  return { ...properties, ActiveState: "active", SubState: "running", Result: "success", ...run };
}

function record(host: World, { unit, restartDigest, reloadDigest }: UnitResource): void {
  const invocationId = host.units.get(unit)?.InvocationID ?? "none";
  const written: UnitRecord = { invocationId, bootId: host.facts.bootId, restartDigest, reloadDigest };
  host.records.set(unit, written);
}

function damage(host: World, kind: "edit" | "chmod" | "remove", path: string): void {
  const found = host.paths.get(path);
  if (found?.type !== "file") return;
  const edited = pathState({ content: "# edited by hand\n", ctime: host.facts.clock });
  if (kind === "remove") host.paths.delete(path);
  else host.paths.set(path, kind === "edit" ? edited : { ...found, mode: "777", ctime: host.facts.clock });
}

function disturb(host: World, kind: "stop" | "fail" | "respawn" | "forget" | "pending", unit: string): void {
  const properties = host.units.get(unit);
  if (properties === undefined) return;
  const down = { ...properties, SubState: "dead", InvocationID: "" };
  if (kind === "stop") host.units.set(unit, { ...down, ActiveState: "inactive" });
  if (kind === "fail") host.units.set(unit, { ...down, ActiveState: "failed", Result: "exit-code" });
  if (kind === "respawn" && properties.ActiveState === "active")
    host.units.set(unit, started(host, properties));
  if (kind === "forget") host.records.delete(unit);
  if (kind === "pending")
    host.records.set(unit, { invocationId: "pending", bootId: "-", restartDigest: "-", reloadDigest: "-" });
}
