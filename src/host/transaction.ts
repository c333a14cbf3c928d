/**
 * One host's transaction as the lines and files that apply.sh and finish.sh carry out. Built and hashed here;
 * the host decides nothing.
 */

import { createHash } from "node:crypto";
import { fileRoles } from "../core/model/file-role.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Change, Plan } from "../core/model/plan.ts";
import type { HostTarget, UnitResource } from "../core/model/resource.ts";
import { actedUnits, unitsOf } from "../core/plan/acted-units.ts";
import { asUnit, foreignUnits } from "../core/plan/foreign-units.ts";
import { formatKeptService, keptService } from "../core/plan/kept-service.ts";
import { stopTimeoutSeconds } from "../core/plan/undo-time.ts";
import { field } from "./frames.ts";
import { inOrder, planLines, secondsOf } from "./plan-lines.ts";

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
  const text = planLines({ ...order, changes, units, concerned, kept, windowSeconds });
  const planSha256 = createHash("sha256").update(text).digest("hex");
  return {
    id: order.id,
    files: [
      { name: "plan", content: Buffer.from(text) },
      {
        name: "about",
        content: Buffer.from(`${order.about}${sayRollback(target)} plan=${planSha256.slice(0, 16)}\n`),
      },
      ...newFiles(order, changes, kept),
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

/** Contents that the host is to have, by the names that the plan's lines have for them. */
function newFiles(
  { plan, target }: TransactionOrder,
  changes: readonly Change[],
  kept: HostTarget["services"],
): readonly TransactionFile[] {
  return [
    ...changes.flatMap(({ resource, after }, index) =>
      resource.kind === "file" && after !== null ? [{ name: `new/${index}`, content: resource.content }] : [],
    ),
    ...plan.manifests.flatMap(({ content }, index) =>
      content === "" ? [] : [{ name: `new/m${index}`, content: Buffer.from(content) }],
    ),
    ...kept.map((service, index) => ({
      name: `new/t${index}`,
      content: Buffer.from(formatKeptService(keptService(target, service))),
    })),
  ];
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

function sayRollback({ rollback }: HostTarget): string {
  return rollback === undefined ? "" : ` rollback-of=${field(rollback.of)}`;
}
