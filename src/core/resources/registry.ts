/**
 * The kinds of resources: everything that differs between them is in their rows, and is asked for here.
 */
import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { Resource, ResourceKind } from "../model/resource.ts";
import type { TransactionLine } from "../model/transaction-line.ts";
import { account } from "./account.ts";
import { directory } from "./directory.ts";
import { file } from "./file.ts";
import { link } from "./link.ts";
import { release } from "./release.ts";
import type { ProbeNeeds, ResourceRow, Writing } from "./row.ts";
import { unit } from "./unit.ts";

type ResourceOf<Kind extends ResourceKind> = Extract<Resource, { readonly kind: Kind }>;

const ROWS: { readonly [Kind in ResourceKind]: ResourceRow<ResourceOf<Kind>> } = {
  account,
  directory,
  release,
  file,
  link,
  unit,
};

/** The row of a resource. The one cast: a row is only ever asked about resources of its own kind. */
function rowOf({ kind }: Resource): ResourceRow<Resource> {
  return ROWS[kind] as ResourceRow<Resource>;
}

/** Both descriptions of a resource in one shape; null means absent. */
export type States = { readonly desired: State | null; readonly actual: State | null };

/** What a resource is to be and what the host says it is. */
export function statesOf(resource: Resource, observation: Observation): States {
  return { desired: desiredState(resource), actual: rowOf(resource).actual(resource, observation) };
}

/** What a resource is to be. */
export function desiredState(resource: Resource): State {
  return rowOf(resource).desired(resource);
}

/** Its path, or the name of a unit or a user. */
export function subjectOf(resource: Resource): string {
  return rowOf(resource).subject(resource);
}

/** What it is called in every output, e.g. "file /etc/web.yaml". */
export function nameOf(resource: Resource): string {
  return `${resource.kind} ${subjectOf(resource)}`;
}

/** What a plan says of a new one behind its name. */
export function detailOf(resource: Resource): string {
  return rowOf(resource).detail(resource);
}

/** The type that its path needs; null: it has no path of its own. */
export function typeOf(resource: Resource): ResourceRow<Resource>["type"] {
  return rowOf(resource).type;
}

/** What a probe has to look at for it. */
export function askedFor(resource: Resource): ProbeNeeds {
  return rowOf(resource).asks(resource);
}

/** Users and groups that must be there before it is written. */
export function neededFor(resource: Resource): ReturnType<ResourceRow<Resource>["needs"]> {
  return rowOf(resource).needs(resource);
}

/** What the ownership manifest says of it beside its kind and subject. */
export function ownedOf(resource: Resource): ReturnType<ResourceRow<Resource>["owned"]> {
  return rowOf(resource).owned(resource);
}

/** What becomes of a resource of this kind when it is no longer declared. */
export function whenDropped(kind: ResourceKind): ResourceRow<Resource>["dropped"] {
  return ROWS[kind].dropped;
}

/** Why a unit that was started from it owes a restart once it changes; null where the kind does not tell. */
export function restartLabel(resource: Resource): string | null {
  return rowOf(resource).restarts(resource);
}

/** Its line in a transaction. Throws Error where there is none: that is a mistake of ours. */
export function lineOf(resource: Resource, writing: Writing): TransactionLine {
  return rowOf(resource).line(resource, writing);
}
