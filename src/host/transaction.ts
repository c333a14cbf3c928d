/**
 * One host's transaction as the lines and files that apply.sh and finish.sh carry out. Built and hashed here;
 * the host decides nothing.
 */
import { createHash } from "node:crypto";
import { HostError } from "../core/errors.ts";
import { fileRoles } from "../core/model/file-role.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Action, Change, Plan } from "../core/model/plan.ts";
import type { FileResource, HostTarget, Resource, UnitResource } from "../core/model/resource.ts";
import { hostVerbs, unitVerbs } from "../core/model/verb.ts";
import { actedUnits, isUnitAction } from "../core/plan/acted-units.ts";
import { asUnit, foreignUnits } from "../core/plan/foreign-units.ts";
import { formatKeptService, keptService, keptServicePath } from "../core/plan/kept-service.ts";
import { stopTimeoutSeconds } from "../core/plan/undo-time.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { field, isField, line } from "./frames.ts";

/** A file of the transaction's folder on the host, e.g. plan or new/3. */
export type TransactionFile = { readonly name: string; readonly content: Uint8Array };

/** A transaction, ready to be sent. */
export type Transaction = {
  /** 32 hex digits. */
  readonly id: string;
  readonly files: readonly TransactionFile[];
  /** Seconds that the host waits for the confirmation once every action is done. */
  readonly windowSeconds: number;
  /** RuntimeMaxSec= and TimeoutStopSec= of the transient unit. */
  readonly runSeconds: number;
  readonly stopSeconds: number;
  /** sha256 of the plan's lines. */
  readonly planSha256: string;
  /** Units whose state before is recorded and restored by the undo. */
  readonly units: readonly string[];
};

/**
 * What a transaction is made from. about: one line of key=value for the host's journal; waitSeconds: settle
 * and healthyDeadline together.
 */
export type TransactionOrder = {
  readonly id: string;
  readonly plan: Plan;
  readonly target: HostTarget;
  readonly observation: Observation;
  readonly about: string;
  readonly waitSeconds: number;
};

/**
 * Builds the transaction of a plan. Pure; throws HostError where what the host has now could not be put back,
 * and Error on a value of ours that must not reach a script (our bug).
 */
export function makeTransaction(order: TransactionOrder): Transaction {
  const { plan, target, observation } = order;
  const changes = inOrder(plan.changes);
  const concerned = concernedUnits(target, plan, observation);
  const units = [...new Set([...affectedUnits(plan), ...reloadedUnits(plan, concerned, order)])];
  const windowSeconds = Math.ceil(order.waitSeconds) + 30;
  // What is healed is put back to what was confirmed before: the kept description of that stays, whatever the
  // project says by now.
  const kept = plan.recordAs === undefined ? target.services : [];
  const text = [
    ...changes.map((change, index) => changeLine(change, String(index), order)),
    ...plan.manifests.map(({ path, oldSha256, content }, index) =>
      line("manifest", content === "" ? "-" : `m${index}`, path, oldSha256 ?? "-"),
    ),
    ...goneServices(plan).map((service) => line("target", "-", keptServicePath(target.project, service))),
    ...kept.map(({ name }, index) => line("target", `t${index}`, keptServicePath(target.project, name))),
    ...(kept.length === 0 ? [] : unchangedFiles(target, changes)).map(({ path, sha256 }) =>
      line("blob", sha256, path),
    ),
    ...keepLines(target),
    ...(plan.gone?.releases ?? []).map((folder) => line("keep", folder, "0")),
    ...(plan.gone?.units ?? []).map((unit) => line("gone", unit)),
    ...units.map((unit) => line("unit", told(order, "a unit that stops along", unit))),
    ...actionLines(plan, changes),
    ...recordLines(plan, concerned),
    line("window", String(windowSeconds)),
  ].join("");
  const planSha256 = createHash("sha256").update(text).digest("hex");
  return {
    id: order.id,
    files: [
      { name: "plan", content: Buffer.from(text) },
      {
        name: "about",
        content: Buffer.from(`${order.about}${sayRollback(target)} plan=${planSha256.slice(0, 16)}\n`),
      },
      ...changes.flatMap(({ resource, after }, index) =>
        resource.kind === "file" && after !== null
          ? [{ name: `new/${index}`, content: resource.content }]
          : [],
      ),
      ...plan.manifests.flatMap(({ content }, index) =>
        content === "" ? [] : [{ name: `new/m${index}`, content: Buffer.from(content) }],
      ),
      ...kept.map((service, index) => ({
        name: `new/t${index}`,
        content: Buffer.from(formatKeptService(keptService(target, service))),
      })),
    ],
    windowSeconds,
    // 30 s are the lock's; a slow disk may take its time over what is copied.
    runSeconds: plan.actions.reduce(
      (sum, action) => sum + secondsOf(action) + 5,
      windowSeconds + 90 + copySeconds(changes),
    ),
    // The undo also reloads the manager and brings back what stopped along.
    stopSeconds:
      Math.ceil(stopTimeoutSeconds(plan, concerned)) + 125 * (1 + units.length - actedUnits(plan).length),
    planSha256,
    units,
  };
}

/** The unit resources of a target. */
export function unitsOf(target: HostTarget): readonly UnitResource[] {
  return target.resources.filter((resource): resource is UnitResource => resource.kind === "unit");
}

/** Services of which nothing is owned any more. */
export function goneServices({ manifests }: Pick<Plan, "manifests">): readonly string[] {
  return manifests.flatMap(({ service, content }) => (content === "" ? [service] : []));
}

/** What goes is removed once what runs from it was stopped, and before systemd reads its files again. */
function actionLines({ actions }: Plan, changes: readonly Change[]): readonly string[] {
  const lines = actions.map((action) =>
    line(
      "action",
      action.verb,
      isUnitAction(action) ? action.unit : (action.path ?? "-"),
      String(secondsOf(action)),
    ),
  );
  if (changes.every(({ after }) => after !== null)) return lines;
  const first = actions.findIndex(({ verb }) => verb !== "stop");
  const at = first === -1 ? lines.length : first;
  return [...lines.slice(0, at), line("action", "remove", "-", "60"), ...lines.slice(at)];
}

/** The same, and the units that are not ours and that drop-ins of ours change. */
export function concernedUnits(
  target: HostTarget,
  { changes }: Pick<Plan, "changes">,
  observation: Observation,
): readonly UnitResource[] {
  return [
    ...unitsOf(target),
    ...foreignUnits(target, changes).map((foreign) => asUnit(foreign, observation)),
  ];
}

function secondsOf(action: Action): number {
  return isUnitAction(action) ? Math.ceil(action.timeoutSeconds) : hostVerbs[action.verb].seconds;
}

const COPIED_BYTES_PER_SECOND = 1024 * 1024;

function copySeconds(changes: readonly Change[]): number {
  const bytes = changes.reduce((sum, { resource }) => {
    if (resource.kind === "release") return sum + resource.size;
    return resource.kind === "file" ? sum + resource.content.byteLength : sum;
  }, 0);
  return Math.ceil(bytes / COPIED_BYTES_PER_SECOND) + changes.length;
}

function affectedUnits(plan: Plan): readonly string[] {
  return [...new Set([...actedUnits(plan), ...plan.collateral.map(({ unit }) => unit)])];
}

/**
 * Units that run and that the daemon-reload alone may stop, as BindsTo= a unit that does not run makes it do:
 * those of services whose unit files change, and those of others that a changed drop-in is laid over. They
 * are watched, and started again by the undo.
 */
function reloadedUnits(
  { actions, changes }: Plan,
  concerned: readonly UnitResource[],
  { target, observation }: TransactionOrder,
): readonly string[] {
  if (actions.every(({ verb }) => verb !== "daemon-reload")) return [];
  const own = new Set(target.resources.map(({ id }) => id));
  const files = changes.flatMap(({ resource }) =>
    resource.kind === "file" && fileRoles[resource.role].act === "daemon-reload" ? [resource] : [],
  );
  const services = new Set(files.filter(({ role }) => role === "unit").map(({ service }) => service));
  const paths = new Set(files.map(({ path }) => path));
  return concerned
    .filter(({ id, service, inputPaths }) =>
      own.has(id) ? services.has(service) : inputPaths.some((path) => paths.has(path)),
    )
    .flatMap(({ unit }) => (observation.units.get(unit)?.ActiveState === "active" ? [unit] : []));
}

const ORDER: readonly Resource["kind"][] = ["account", "directory", "release", "file", "link"];

function inOrder(changes: readonly Change[]): readonly Change[] {
  return changes
    .filter((change) => change.resource.kind !== "unit")
    .toSorted(
      (a, b) =>
        ORDER.indexOf(a.resource.kind) - ORDER.indexOf(b.resource.kind) ||
        depth(a.resource) - depth(b.resource),
    );
}

// A folder's parent is made before it.
function depth(resource: Resource): number {
  return resource.kind === "directory" ? resource.path.split("/").length : 0;
}

// A host may say anything, and an undo must be able to say it back.
function told({ target }: TransactionOrder, what: string, value: string): string {
  if (isField(value)) return value;
  const { name } = target.host;
  throw new HostError(
    "host-step",
    name,
    `${name}: ${what} is called ${JSON.stringify(sanitizeLine(value))}, which an undo could not put back`,
    {
      hint: "Nothing was changed. Give it a name without blanks and special characters first.",
    },
  );
}

function sayRollback({ rollback }: HostTarget): string {
  return rollback === undefined ? "" : ` rollback-of=${field(rollback.of)}`;
}

/** Files that are right already: a rollback to this generation needs their contents as well. */
function unchangedFiles(target: HostTarget, changes: readonly Change[]): readonly FileResource[] {
  const changed = new Set(changes.map(({ resource }) => resource.id));
  return target.resources.filter(
    (resource): resource is FileResource => resource.kind === "file" && !changed.has(resource.id),
  );
}

function removalLine(resource: Resource, key: string, order: TransactionOrder): string {
  const { paths } = order.observation;
  if (resource.kind === "file")
    return line("file", key, resource.path, "-", "-", "-", "-", paths.get(resource.path)?.sha256 ?? "-");
  if (resource.kind === "link")
    return line(
      "link",
      key,
      resource.path,
      "-",
      told(order, `what ${resource.path} points to`, paths.get(resource.path)?.target ?? "-"),
    );
  throw new Error(`${resource.id} cannot be removed`);
}

function changeLine({ resource, after }: Change, key: string, order: TransactionOrder): string {
  if (after === null) return removalLine(resource, key, order);
  const { paths } = order.observation;
  switch (resource.kind) {
    case "account":
      return line("account", resource.user, resource.group, resource.home, resource.groups.join(",") || "-");
    case "directory": {
      const old = paths.get(resource.path);
      const before = old === undefined ? "-" : `${old.mode}:${old.owner}:${old.group}`;
      return line(
        "directory",
        key,
        resource.path,
        resource.mode,
        resource.owner,
        resource.group,
        told(order, `what ${resource.path} is now`, before),
      );
    }
    case "release":
      if (resource.form === "file")
        return line("release", key, resource.path, resource.name, resource.sha256);
      if (resource.source === null)
        throw new Error(`${resource.id} is not on the host, and there is nothing to send`);
      return line("tree", key, resource.path, resource.sha256, resource.source.sha256);
    case "file": {
      const before = paths.get(resource.path)?.sha256 ?? "-";
      return line(
        "file",
        key,
        resource.path,
        resource.mode,
        resource.owner,
        resource.group,
        resource.sha256,
        before,
      );
    }
    case "link":
      return line(
        "link",
        key,
        resource.path,
        resource.target,
        told(order, `what ${resource.path} points to`, paths.get(resource.path)?.target ?? "-"),
      );
    case "unit":
      throw new Error(`${resource.id} cannot be written; its file can`);
  }
}

function keepLines(target: HostTarget): readonly string[] {
  return target.resources.flatMap((resource) =>
    resource.kind === "release"
      ? [line("keep", resource.path.slice(0, resource.path.lastIndexOf("/")), String(resource.keep))]
      : [],
  );
}

function recordLines(plan: Plan, units: readonly UnitResource[]): readonly string[] {
  const recorded = new Set([
    ...plan.records,
    ...plan.actions.flatMap((action) =>
      isUnitAction(action) && unitVerbs[action.verb].leaves === "inputs" ? [action.unit] : [],
    ),
  ]);
  return units
    .filter(({ unit }) => recorded.has(unit))
    .map((unit) => {
      const { restartDigest, reloadDigest } = plan.recordAs?.[unit.unit] ?? unit;
      return line("record", unit.unit, restartDigest, reloadDigest);
    });
}
