/** Brings the host of the plain-sh world to a step of a world: the real plan, the real transaction, delivered. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Observation, UnitProperties } from "../../src/core/model/observation.ts";
import type { Plan } from "../../src/core/model/plan.ts";
import type { HostTarget, Resource } from "../../src/core/model/resource.ts";
import { parseManifestLine } from "../../src/core/plan/manifest.ts";
import { makePlan } from "../../src/core/plan/plan.ts";
import { directoriesAbove } from "../../src/core/plan/probe-request.ts";
import { liveValues } from "../../src/core/resources/live-values.ts";
import { line, stateFolder, systemScope } from "../../src/host/frames.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { makeTransaction } from "../../src/host/transaction.ts";
import {
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  type PathSpec,
  sha256,
} from "../core/plan/host-builder.ts";
import { treesTar, treesUpload } from "./bodies.ts";
import { inRoot, makeAbove, type Root, readIn } from "./root.ts";
import type { CrashWorld } from "./world.ts";
import { programs } from "./worlds-releases.ts";

/** The text of a host script: of another folder than src/host where a mutant is tried. */
export function scriptText(name: string, original: string): string {
  const folder = process.env.SVCDEPLOY_CRASH_SCRIPTS;
  return folder === undefined ? original : readFileSync(join(folder, name), "utf8");
}

/** A number's name in /etc/passwd or /etc/group. */
function numbered(root: Root, table: "passwd" | "group"): ReadonlyMap<number, string> {
  const rows = readIn(root, `etc/${table}`).split("\n");
  return new Map(rows.map((row) => row.split(":")).map(([name = "", , number]) => [Number(number), name]));
}

/** What is at a path of the host, as a case of planning writes it. */
function pathSpec(root: Root, path: string): PathSpec | null {
  const full = join(root.root, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found === undefined) return null;
  const known = {
    mode: (found.mode & 0o7777).toString(8),
    owner: numbered(root, "passwd").get(found.uid) ?? "?",
    group: numbered(root, "group").get(found.gid) ?? "?",
  };
  if (found.isSymbolicLink()) return { ...known, type: "link", target: readlinkSync(full) };
  if (found.isDirectory()) return { ...known, type: "directory" };
  return { ...known, type: "file", content: readFileSync(full, "latin1") };
}

function hostSpec(root: Root, resources: readonly Resource[]): HostSpec {
  const manifest = manifestEntries(root);
  const paths = [
    ...resources.flatMap((resource) => ("path" in resource ? [resource.path] : [])),
    ...resources.flatMap((resource) =>
      resource.kind === "release" ? [`${resource.path}/${resource.name}`] : [],
    ),
    ...resources.flatMap((resource) =>
      resource.kind === "file" ? liveValues(resource).map(({ path }) => path) : [],
    ),
    ...manifest.map(({ path }) => path),
    ...[...new Set([...services(root), "app"])].map((service) => `${manifests}/${service}`),
    "/etc",
    "/opt",
  ].flatMap((path) => [...directoriesAbove(path), path]);
  const names = [
    ...new Set([
      ...unitNames(resources),
      "other.service",
      ...readdirSync(join(root.root, "stand/host/units")),
    ]),
  ];
  const records = names.flatMap((name) => {
    const [invocationId, bootId, restartDigest, reloadDigest] = readIn(root, `${stateFolder}/units/${name}`)
      .trim()
      .split(" ");
    return invocationId ? [[name, { invocationId, bootId, restartDigest, reloadDigest }] as const] : [];
  });
  const users = [...numbered(root, "passwd")].map(([uid, name]) => [name, { uid, gid: uid }] as const);
  const groups = [...numbered(root, "group")].map(([gid, name]) => [name, { gid }] as const);
  return {
    facts: { bootId: readIn(root, "stand/boot").trim() },
    paths: Object.fromEntries(paths.map((path) => [path, pathSpec(root, path)])),
    units: Object.fromEntries(names.map((name) => [name, properties(root, name)])),
    users: Object.fromEntries(users),
    groups: Object.fromEntries(groups),
    manifest,
    records: Object.fromEntries(records) as NonNullable<HostSpec["records"]>,
  };
}

function unitNames(resources: readonly Resource[]): readonly string[] {
  return resources.flatMap((resource) => (resource.kind === "unit" ? [resource.unit] : []));
}

function properties(root: Root, name: string): UnitProperties {
  const [state = "", invocation = ""] = readIn(root, `stand/host/units/${name}`).trim().split(" ");
  const own = `etc/systemd/system/${name.replace(/@[^.]+/, "@")}`;
  const isThere = lstatSync(join(root.root, own), { throwIfNoEntry: false }) !== undefined;
  const tied = (by: string): string =>
    readdirSync(join(root.root, "etc/systemd/system"))
      .filter((each) => readIn(root, `etc/systemd/system/${each}`).includes(`${by}=${name}\n`))
      .join(" ");
  return {
    LoadState: isThere ? "loaded" : "not-found",
    ActiveState: state === "" ? "inactive" : state,
    SubState: state === "active" ? "running" : "dead",
    FragmentPath: isThere ? `/${own}` : "",
    InvocationID: invocation,
    ConsistsOf: tied("PartOf"),
    RequiredBy: tied("Requires"),
  };
}

const manifests = `${stateFolder}/projects/shop`;

/** Services that have a manifest on the host. */
function services(root: Root): readonly string[] {
  const folder = join(root.root, manifests);
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}

function manifestEntries(root: Root): NonNullable<HostSpec["manifest"]> {
  return services(root).flatMap((service) =>
    readIn(root, `${manifests}/${service}`)
      .split("\n")
      .flatMap((text) => parseManifestLine("shop", service, text) ?? []),
  );
}

/** What a step of the world is to be, what the host is, and what apply would do about it. */
export type PlannedStep = {
  readonly target: HostTarget;
  readonly observation: Observation;
  readonly plan: Plan;
};

/** Plans the step for the host as it is. */
export function planStep(root: Root, world: CrashWorld, step: number): PlannedStep {
  const resources = (world.steps[step] ?? []).map(makeResource);
  const plain = makeTarget(resources);
  const declared = new Set(
    resources.flatMap((each) => ("path" in each ? [`${each.kind} ${each.path}`] : [])),
  );
  const target: HostTarget = {
    ...plain,
    declared: plain.services.map(({ name }) => name),
    removal: { pruning: "everything", declared, earlier: [] },
  };
  const observation = makeObservation(hostSpec(root, resources), resources);
  return { target, observation, plan: makePlan(target, observation) };
}

/** What deliver.sh reads for a step's transaction of this id. */
export function deliveryOf({ target, observation, plan }: PlannedStep, id: string): Uint8Array {
  const about = "run=crash user=me";
  const { files } = makeTransaction({ id, plan, target, observation, about, waitSeconds: 2 });
  const all = [
    ...transactionFiles.map(({ name, text }) => ({ name, content: Buffer.from(scriptText(name, text)) })),
    ...files,
  ];
  const body = all.flatMap(({ name, content }) => [
    Buffer.from(line("file", name, String(content.length), sha256(content))),
    Buffer.from(content),
  ]);
  const head = `nonce\n${stateFolder}\n${systemScope}\n${line(id, "me@here", "shop", "300", "120")}`;
  return Buffer.concat([Buffer.from(head), ...body, Buffer.from("end\n")]);
}

/** Plans the step for the host as it is, and delivers its transaction. Throws where nothing would be done. */
export function deliverStep(root: Root, world: CrashWorld, step: number): string {
  const planned = planStep(root, world, step);
  const refused = planned.plan.notices.find(({ severity }) => severity === "error");
  if (refused !== undefined) throw new Error(`${world.name}: step ${step}: ${refused.text}`);
  if (planned.plan.changes.length === 0) throw new Error(`${world.name}: step ${step} changes nothing`);
  const id = String(step + 1).padStart(32, "0");
  upload(root, planned.target.resources);
  inRoot(root, scriptText("deliver.sh", scripts.deliver.text), deliveryOf(planned, id));
  return `${stateFolder}/txn/${id}`;
}

function upload(root: Root, resources: readonly Resource[]): void {
  for (const resource of resources) {
    if (resource.kind !== "release" || lstatSync(join(root.root, resource.path), { throwIfNoEntry: false }))
      continue;
    const sum = resource.form === "tree" ? treesUpload : resource.sha256;
    const content =
      resource.form === "tree" ? treesTar : Buffer.from(programs.find((each) => sha256(each) === sum) ?? "");
    inRoot(root, `umask 077; mkdir -p ${stateFolder}/upload`, "");
    writeFileSync(makeAbove(root, `${stateFolder}/upload/${sum}`), content, { mode: 0o600 });
  }
}
