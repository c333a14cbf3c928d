/**
 * Short words for resources and hosts, shared by the data cases and the tests of planning. Everything left
 * out has a plain default.
 */
import { createHash } from "node:crypto";
import type { Host } from "../../../src/core/model/declared.ts";
import type {
  HostFacts,
  ManifestEntry,
  Observation,
  OpenTransaction,
  PathState,
  SaidVersions,
  UnitProperties,
  UnitRecord,
} from "../../../src/core/model/observation.ts";
import type { HostTarget, Resource } from "../../../src/core/model/resource.ts";
import { parseManifestLine } from "../../../src/core/plan/manifest.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { directoriesAbove } from "../../../src/core/plan/probe-request.ts";
import { hashHeld } from "../../../src/core/render/make-file.ts";

/** The host's clock in all tests: seconds since the epoch, and since boot. */
export const CLOCK = 1_800_000_000;
export const UPTIME = 100_000;
/** Anything written "long ago" and a process that was started after it. */
export const LONG_AGO = CLOCK - 50_000;
export const STARTED = String((UPTIME - 10_000) * 1e6);

/** A resource as a case writes it: kind and what matters, the rest by default. */
export type ResourceSpec = { readonly kind: Resource["kind"]; readonly [key: string]: unknown };

/** What is at a path as a case writes it; content gives sha256 and is shown where it differs. */
export type PathSpec = Partial<Omit<PathState, "content">> & { readonly content?: string };

/**
 * A host as a case writes it. Parents of paths are there, root's, unless the case says otherwise; a path of
 * null is not there.
 */
export type HostSpec = {
  readonly facts?: Partial<HostFacts>;
  readonly paths?: { readonly [path: string]: PathSpec | null };
  readonly units?: { readonly [unit: string]: UnitProperties };
  readonly dropIns?: { readonly [path: string]: string | null };
  readonly users?: { readonly [name: string]: { readonly uid: number; readonly gid: number } };
  readonly groups?: {
    readonly [name: string]: { readonly gid: number; readonly members?: readonly string[] };
  };
  readonly mounts?: {
    readonly [where: string]: { readonly type?: string; readonly options: readonly string[] };
  };
  readonly encrypted?: { readonly [path: string]: { readonly live?: string; readonly applied?: string } };
  readonly trees?: { readonly [path: string]: string };
  readonly versions?: { readonly [service: string]: SaidVersions };
  readonly programs?: { readonly [pid: string]: string };
  readonly records?: { readonly [unit: string]: Partial<UnitRecord> };
  readonly manifest?: readonly (Partial<ManifestEntry> & Pick<ManifestEntry, "kind" | "path">)[];
  readonly others?: readonly (Partial<ManifestEntry> & Pick<ManifestEntry, "kind" | "path">)[];
  readonly transactions?: readonly Partial<OpenTransaction>[];
};

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** 64 hex digits that stand for a digest by a readable name. */
export function digest(name: string): string {
  return sha256(`digest ${name}`);
}

export function makeResource(spec: ResourceSpec): Resource {
  return fill(spec) as unknown as Resource; // the one border: cases are written by hand
}

export function makeTarget(resources: readonly Resource[], host: Partial<Host> = {}): HostTarget {
  const names = [...new Set(resources.map(({ service }) => service))];
  const services = names.map((name) => ({ name, version: null, secrets: [], health: [], settleSeconds: 0 }));
  const place = { file: "inventory/prod.yaml", line: 1, column: 1 };
  const address = {
    address: "10.0.0.1",
    port: 22,
    user: "root",
    become: "none",
    identity: null,
    knownHosts: null,
    connectTimeoutSeconds: 10,
  } as const;
  const plain: Host = {
    name: "web1",
    ...address,
    groups: [],
    vars: {},
    labels: {},
    systemd: 247,
    required: false,
    place,
    ...host,
  };
  const owners = new Map(resources.map(({ id, service }) => [id, [service]]));
  return { project: "shop", host: plain, play: "site", services, resources, owners, declared: null };
}

export function makeObservation(spec: HostSpec, resources: readonly Resource[]): Observation {
  return {
    facts: { ...FACTS, ...spec.facts },
    paths: makePaths(spec.paths ?? {}, resources),
    units: new Map(
      Object.entries(spec.units ?? {}).map(([unit, properties]) => [
        unit,
        { ...RUNNING, Id: unit, ...properties },
      ]),
    ),
    dropIns: new Map(
      Object.entries(spec.dropIns ?? {}).map(([path, text]) => [path, { ctime: LONG_AGO, text }]),
    ),
    users: new Map(Object.entries({ root: { uid: 0, gid: 0 }, ...spec.users })),
    groups: new Map(
      Object.entries({ root: { gid: 0 }, ...spec.groups }).map(([name, group]) => [
        name,
        { members: [], ...group },
      ]),
    ),
    mounts: new Map(
      Object.entries(spec.mounts ?? {}).map(([where, mount]) => [where, { type: "tmpfs", ...mount }]),
    ),
    encrypted: new Map(
      Object.entries(spec.encrypted ?? {}).map(([path, held]) => [
        path,
        { live: null, applied: null, ...held },
      ]),
    ),
    versions: new Map(Object.entries(spec.versions ?? {})),
    trees: new Map(
      Object.entries(spec.trees ?? {}).map(([path, sha256]) => [
        path,
        { sha256, newest: { path: "bin/app", ctime: LONG_AGO } },
      ]),
    ),
    programs: new Map(Object.entries(spec.programs ?? {}).map(([pid, path]) => [Number(pid), path])),
    records: new Map(
      Object.entries(spec.records ?? {}).map(([unit, record]) => [unit, { ...RECORD, ...record }]),
    ),
    manifest: (spec.manifest ?? []).map((entry) => ({
      project: "shop",
      service: "app",
      sha256: "-",
      mode: "-",
      ...entry,
    })),
    others: (spec.others ?? []).map((entry) => ({
      project: "elsewhere",
      service: "app",
      sha256: "-",
      mode: "-",
      ...entry,
    })),
    transactions: (spec.transactions ?? []).map((transaction) => ({ ...TRANSACTION, ...transaction })),
  };
}

/** The same host with the manifests as the target's services want them. */
export function withManifests(target: HostTarget, observation: Observation): Observation {
  const written = makePlan(target, observation).manifests.map(
    ({ path, content }) => [path, pathState({ content, mode: "600" })] as const,
  );
  return { ...observation, paths: new Map([...observation.paths, ...written]) };
}

/** A host whose last confirmed apply was of this target, with its manifests as they can be read back. */
export function withApplied(target: HostTarget, observation: Observation): Observation {
  const manifest = makePlan(target, observation).manifests.flatMap(({ service, content }) =>
    content.split("\n").flatMap((line) => parseManifestLine(target.project, service, line) ?? []),
  );
  return { ...withManifests(target, observation), manifest };
}

export function pathState(spec: PathSpec): PathState {
  const type = spec.type ?? "file";
  const content = spec.content === undefined ? null : new TextEncoder().encode(spec.content);
  const mode = type === "file" ? "644" : "755";
  const known = {
    type,
    mode,
    owner: "root",
    group: "root",
    size: content?.length ?? 0,
    ctime: LONG_AGO,
    links: 1,
    device: "1",
    target: null,
  };
  return { ...known, ...spec, sha256: spec.sha256 ?? (content === null ? null : sha256(content)), content };
}

const FACTS: HostFacts = {
  machineId: "0123456789abcdef0123456789abcdef",
  bootId: "boot-1",
  os: "Debian GNU/Linux 12 (bookworm)",
  systemd: 252,
  hostname: "web1",
  uid: 0,
  clock: CLOCK,
  uptime: UPTIME,
  cgroup: "v2",
  missing: [],
  system: "running",
  freeKib: 1_000_000,
};

const RUNNING: UnitProperties = {
  LoadState: "loaded",
  ActiveState: "active",
  SubState: "running",
  Result: "success",
  FragmentPath: "/etc/systemd/system/app.service",
  NeedDaemonReload: "no",
  InvocationID: "run-1",
  ExecMainStartTimestampMonotonic: STARTED,
};

const RECORD: UnitRecord = {
  invocationId: "run-1",
  bootId: "boot-1",
  restartDigest: digest("restart"),
  reloadDigest: digest("reload"),
};

const TRANSACTION: OpenTransaction = {
  id: "00112233445566778899aabbccddeeff",
  state: "AWAIT",
  running: false,
  leaseAgeSeconds: null,
  ageSeconds: null,
  owner: "alice@laptop",
  project: "shop",
};

function fill(spec: ResourceSpec): object {
  const owned = {
    service: "app",
    mode: spec.kind === "directory" ? "755" : "644",
    owner: "root",
    group: "root",
  };
  switch (spec.kind) {
    case "account":
      return {
        service: "app",
        id: `account:${String(spec.user)}`,
        group: spec.user,
        groups: [],
        home: "/nonexistent",
        ...spec,
      };
    case "directory":
      return { ...owned, id: `directory:${String(spec.path)}`, existing: "enforce", ...spec };
    case "file":
      return fillFile(owned, spec);
    case "link":
      return { service: "app", id: `link:${String(spec.path)}`, role: "current", ...spec };
    case "release":
      return {
        service: "app",
        id: `release:${String(spec.path)}`,
        form: "file",
        name: "app",
        sha256: digest("app"),
        size: 1000,
        source: { form: "file", path: "/build/app", strip: 0, sha256: digest("app"), size: 1000 },
        keep: 5,
        ...spec,
      };
    case "unit":
      return fillUnit(spec);
  }
}

function fillFile(owned: object, spec: ResourceSpec): object {
  const content = new TextEncoder().encode(String(spec.content ?? ""));
  const digestOf = spec.role === "encrypted-credential" ? hashHeld : sha256;
  return {
    ...owned,
    id: `file:${String(spec.path)}`,
    role: "config",
    secret: false,
    onChange: "none",
    ...spec,
    content,
    sha256: digestOf(content),
  };
}

function fillUnit(spec: ResourceSpec): object {
  const unit = String(spec.unit ?? "app.service");
  const path = `/etc/systemd/system/${unit}`;
  const digests = {
    restartDigest: digest(String(spec.restartDigest ?? "restart")),
    reloadDigest: digest(String(spec.reloadDigest ?? "reload")),
  };
  const inputs = { restartInputs: {}, reloadInputs: {}, inputPaths: [path], after: [], canReload: true };
  const times = {
    startTimeoutSeconds: 90,
    stopTimeoutSeconds: 90,
    type: unit.endsWith(".service") ? "simple" : "",
  };
  return {
    service: "app",
    id: `unit:${unit}`,
    unit,
    path,
    running: true,
    ...inputs,
    ...times,
    ...spec,
    ...digests,
  };
}

function makePaths(
  specs: NonNullable<HostSpec["paths"]>,
  resources: readonly Resource[],
): ReadonlyMap<string, PathState> {
  const named = [
    ...Object.keys(specs),
    ...resources.flatMap((resource) => ("path" in resource ? [resource.path] : [])),
  ];
  const declared = new Set(
    resources.flatMap((resource) => (resource.kind === "directory" ? [resource.path] : [])),
  );
  const parents = named.flatMap(directoriesAbove).filter((path) => !declared.has(path));
  const paths = new Map(parents.map((path) => [path, pathState({ type: "directory" })]));
  for (const [path, spec] of Object.entries(specs)) {
    if (spec === null) paths.delete(path);
    else paths.set(path, pathState(spec));
  }
  return paths;
}
