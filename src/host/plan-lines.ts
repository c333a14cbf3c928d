/** The lines of a transaction's plan: what apply.sh and finish.sh carry out, in this order. */
import { HostError } from "../core/errors.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Action, Change, Plan } from "../core/model/plan.ts";
import {
  type FileResource,
  type HostTarget,
  RESOURCE_KINDS,
  type Resource,
  type UnitResource,
} from "../core/model/resource.ts";
import { TRANSACTION_LINES, type TransactionLine } from "../core/model/transaction-line.ts";
import { hostVerbs, unitVerbs } from "../core/model/verb.ts";
import { isUnitAction } from "../core/plan/acted-units.ts";
import { keptServicePath } from "../core/plan/kept-service.ts";
import { lineOf, subjectOf, whenDropped } from "../core/resources/registry.ts";
import { sanitizeLine } from "../core/sanitize.ts";
import { line as fieldLine, isField } from "./frames.ts";

/**
 * What the lines are made of. changes: in the order of the lines; units: whose state the undo restores;
 * concerned: whose records may be written; kept: services of which the host keeps a description.
 */
export type LinesOrder = {
  readonly plan: Plan;
  readonly target: HostTarget;
  readonly observation: Observation;
  readonly changes: readonly Change[];
  readonly units: readonly string[];
  readonly concerned: readonly UnitResource[];
  readonly kept: HostTarget["services"];
  readonly windowSeconds: number;
};

/**
 * The lines as text. Throws HostError where what the host has now could not be put back, and Error on a value
 * of ours that must not reach a script.
 */
export function planLines(order: LinesOrder): string {
  const { plan, target, changes, units, concerned, kept } = order;
  const keptPath = (service: string): string => keptServicePath(target.project, service);
  const lines: readonly TransactionLine[] = [
    ...changes.map((change, index) => changeLine(change, String(index), order)),
    ...plan.manifests.map(({ path, oldSha256, content }, index) => {
      return {
        line: "manifest",
        key: content === "" ? "-" : `m${index}`,
        path,
        old: oldSha256 ?? "-",
      } as const;
    }),
    ...goneServices(plan).map((name) => ({ line: "target", key: "-", path: keptPath(name) }) as const),
    ...kept.map(({ name }, index) => ({ line: "target", key: `t${index}`, path: keptPath(name) }) as const),
    ...(kept.length === 0 ? [] : unchangedFiles(target, changes)).map(
      ({ path, sha256 }) => ({ line: "blob", sha256, path }) as const,
    ),
    ...keepLines(order),
    ...(plan.gone?.units ?? []).map((unit) => ({ line: "gone", unit }) as const),
    ...units.map(
      (unit) => ({ line: "unit", unit: told(target, "a unit that stops too is named", unit) }) as const,
    ),
    ...actionLines(plan, changes),
    ...recordLines(plan, concerned),
    { line: "window", seconds: String(order.windowSeconds) },
  ];
  return lines.map(formatLine).join("");
}

/** Services that no longer own anything. */
export function goneServices({ manifests }: Pick<Plan, "manifests">): readonly string[] {
  return manifests.flatMap(({ service, content }) => (content === "" ? [service] : []));
}

/** The changes that are written, in the order in which they are: by kind, a folder's parent before it. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  return changes
    .filter((change) => change.resource.kind !== "unit")
    .toSorted(
      ({ resource: a }, { resource: b }) =>
        RESOURCE_KINDS.indexOf(a.kind) - RESOURCE_KINDS.indexOf(b.kind) || depth(a) - depth(b),
    );
}

function depth(resource: Resource): number {
  return resource.kind === "directory" ? resource.path.split("/").length : 0;
}

/** How long an act may take on the host, in seconds. */
export function secondsOf(action: Action): number {
  return isUnitAction(action) ? Math.ceil(action.timeoutSeconds) : hostVerbs[action.verb].seconds;
}

/** The line's columns in the order in which the host's scripts read them. */
function formatLine(line: TransactionLine): string {
  const values = new Map<string, string>(Object.entries(line));
  return fieldLine(line.line, ...TRANSACTION_LINES[line.line].map((column) => values.get(column) ?? ""));
}

function changeLine({ resource, after }: Change, key: string, order: LinesOrder): TransactionLine {
  if (after === null && whenDropped(resource.kind) !== "removed")
    throw new Error(`${resource.id} cannot be removed`);
  const found = "path" in resource ? order.observation.paths.get(resource.path) : undefined;
  const line = lineOf(resource, { key, change: after === null ? "remove" : "write", found });
  if ("old" in line) told(order.target, `${subjectOf(resource)} is now`, line.old);
  return line;
}

// A host may say anything, and an undo must be able to say it back.
function told({ host: { name } }: HostTarget, what: string, value: string): string {
  if (isField(value)) return value;
  throw new HostError(
    "host-step",
    name,
    `${name}: ${what} ${JSON.stringify(sanitizeLine(value))}, which an undo could not restore`,
    {
      hint: "Nothing was changed. Give it a name without blanks and special characters first.",
    },
  );
}

/** Files that are right already: a rollback to this generation needs their contents as well. */
function unchangedFiles(target: HostTarget, changes: readonly Change[]): readonly FileResource[] {
  const changed = new Set(changes.map(({ resource }) => resource.id));
  return target.resources.filter(
    (resource): resource is FileResource => resource.kind === "file" && !changed.has(resource.id),
  );
}

function keepLines({ target, plan }: LinesOrder): readonly TransactionLine[] {
  const kept = target.resources.flatMap((resource) =>
    resource.kind === "release"
      ? [{ folder: resource.path.slice(0, resource.path.lastIndexOf("/")), count: String(resource.keep) }]
      : [],
  );
  const gone = (plan.gone?.releases ?? []).map((folder) => ({ folder, count: "0" }));
  return [...kept, ...gone].map((each) => ({ line: "keep", ...each }) as const);
}

/**
 * What is dropped is removed once what runs from it was stopped, and before systemd reads its files again.
 */
function actionLines({ actions }: Plan, changes: readonly Change[]): readonly TransactionLine[] {
  const lines = actions.map((action): TransactionLine => {
    const on = isUnitAction(action) ? action.unit : (action.path ?? "-");
    return { line: "action", verb: action.verb, on, seconds: String(secondsOf(action)) };
  });
  if (changes.every(({ after }) => after !== null)) return lines;
  const first = actions.findIndex(({ verb }) => verb !== "stop");
  const at = first === -1 ? lines.length : first;
  return lines.toSpliced(at, 0, { line: "action", verb: "remove", on: "-", seconds: "60" });
}

function recordLines(plan: Plan, units: readonly UnitResource[]): readonly TransactionLine[] {
  const recorded = new Set([
    ...plan.records,
    ...plan.actions.flatMap((action) =>
      isUnitAction(action) && unitVerbs[action.verb].leaves === "inputs" ? [action.unit] : [],
    ),
  ]);
  return units
    .filter(({ unit }) => recorded.has(unit))
    .map(({ unit, ...declared }) => {
      const { restartDigest, reloadDigest } = plan.recordAs?.[unit] ?? declared;
      return { line: "record", unit, restart: restartDigest, reload: reloadDigest };
    });
}
