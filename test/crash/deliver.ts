/** Brings the host of the plain-sh world to a step of a world: the real plan, the real transaction, delivered. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UnitProperties } from "../../src/core/model/observation.ts";
import type { HostTarget, Resource } from "../../src/core/model/resource.ts";
import { parseManifestLine } from "../../src/core/plan/manifest.ts";
import { makePlan } from "../../src/core/plan/plan.ts";
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
import { treesTar, treesUpload } from "../support/crash-bodies.ts";
import { inRoot, makeAbove, type Root, readIn } from "./root.ts";
import { type CrashWorld, programs } from "./worlds.ts";

/** The text of a host script: of another folder than src/host where a mutant is tried. */
export function scriptText(name: string, original: string): string {
  const folder = process.env.SVCDEPLOY_CRASH_SCRIPTS;
  return folder === undefined ? original : readFileSync(join(folder, name), "utf8");
}

const folders = { "/etc": "755", "/opt": "755" };

/** What is at a path of the host, as a case of planning writes it. */
function pathSpec(root: Root, path: string): PathSpec | null {
  const full = join(root.root, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found === undefined) return null;
  const names = { 0: "root", 990: "app" } as Readonly<Record<number, string>>;
  const known = {
    mode: (found.mode & 0o7777).toString(8),
    owner: names[found.uid] ?? "?",
    group: names[found.gid] ?? "?",
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
    ...manifest.map(({ path }) => path),
    `${stateFolder}/projects/shop/app`,
    ...Object.keys(folders),
  ];
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
  return {
    facts: { bootId: readIn(root, "stand/boot").trim() },
    paths: Object.fromEntries(paths.map((path) => [path, pathSpec(root, path)])),
    units: Object.fromEntries(names.map((name) => [name, properties(root, name)])),
    users: { app: { uid: 990, gid: 990 } },
    groups: { app: { gid: 990 } },
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
  return {
    LoadState: isThere ? "loaded" : "not-found",
    ActiveState: state === "" ? "inactive" : state,
    SubState: state === "active" ? "running" : "dead",
    FragmentPath: isThere ? `/${own}` : "",
    InvocationID: invocation,
    ...(name === "app.service" ? { ConsistsOf: readIn(root, `stand/host/parts/${name}`).trim() } : {}),
  };
}

function manifestEntries(root: Root): NonNullable<HostSpec["manifest"]> {
  return readIn(root, `${stateFolder}/projects/shop/app`)
    .split("\n")
    .flatMap((text) => parseManifestLine("shop", "app", text) ?? []);
}

/** Plans the step for the host as it is, and delivers its transaction. Throws where nothing would be done. */
export function deliverStep(root: Root, world: CrashWorld, step: number): string {
  const resources = (world.steps[step] ?? []).map(makeResource);
  const plain = makeTarget(resources);
  const declared = new Set(
    resources.flatMap((each) => ("path" in each ? [`${each.kind} ${each.path}`] : [])),
  );
  const target: HostTarget = { ...plain, removal: { pruning: "everything", declared, earlier: [] } };
  const observation = makeObservation(hostSpec(root, resources), resources);
  const plan = makePlan(target, observation);
  if (plan.changes.length === 0) throw new Error(`${world.name}: step ${step} changes nothing`);
  const id = String(step + 1).padStart(32, "0");
  const { files } = makeTransaction({
    id,
    plan,
    target,
    observation,
    about: "run=crash user=me",
    waitSeconds: 2,
  });
  upload(root, resources);
  const all = [
    ...transactionFiles.map(({ name, text }) => ({ name, content: Buffer.from(scriptText(name, text)) })),
    ...files,
  ];
  const body = all.flatMap(({ name, content }) => [
    Buffer.from(line("file", name, String(content.length), sha256(content))),
    Buffer.from(content),
  ]);
  const head = `nonce\n${stateFolder}\n${systemScope}\n${line(id, "me@here", "shop", "300", "120")}`;
  inRoot(
    root,
    scriptText("deliver.sh", scripts.deliver.text),
    Buffer.concat([Buffer.from(head), ...body, Buffer.from("end\n")]),
  );
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
