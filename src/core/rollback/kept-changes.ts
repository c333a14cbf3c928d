/** What one generation changed of a service against the one before, in the form of a plan's changes. */
import type { Change, State } from "../model/plan.ts";
import type { KeptResource, KeptService, Resource } from "../model/resource.ts";
import { differingKeys } from "../resources/compare.ts";
import { desiredState, whenDropped } from "../resources/registry.ts";
import { type Contents, rebuildResource } from "./rebuild.ts";

/**
 * The changes from before to after (null: the service was not there), what went at the end. Contents that are
 * not there, and those of secret files, are not shown.
 */
export function keptChanges(
  before: KeptService | null,
  after: KeptService | null,
  contents: Contents,
): readonly Change[] {
  const old = new Map((before?.resources ?? []).map((resource) => [resource.id, resource]));
  const now = after?.resources ?? [];
  const fresh = new Set(now.map(({ id }) => id));
  // Folders, accounts and old releases stay on the host.
  const gone = [...old.values()].filter(({ id, kind }) => !fresh.has(id) && whenDropped(kind) === "removed");
  return [
    ...now.map((resource) => [old.get(resource.id), resource] as const),
    ...gone.map((resource) => [resource, undefined] as const),
  ]
    .map(([then, now]) => changeOf(then, now, contents))
    .filter((change) => change !== null);
}

function changeOf(
  then: KeptResource | undefined,
  now: KeptResource | undefined,
  contents: Contents,
): Change | null {
  const kept = now ?? then;
  if (kept === undefined) return null;
  const [before, after] = [stateOf(then, contents), stateOf(now, contents)];
  const differs = differingKeys(before, after);
  if (differs.length === 0) return null;
  return {
    resource: rebuilt(kept, contents),
    before,
    after,
    differs,
    beforeContent: then === undefined ? null : shownContent(then, contents),
  };
}

function shownContent(resource: KeptResource, contents: Contents): Uint8Array | null {
  if (resource.kind !== "file" || resource.secret) return null;
  const content = contents.get(resource.sha256) ?? null;
  return content?.includes(0) === true ? null : content;
}

function rebuilt(resource: KeptResource, contents: Contents): Resource {
  const known =
    resource.kind === "file" && !contents.has(resource.sha256)
      ? new Map([[resource.sha256, new Uint8Array()]])
      : contents;
  return rebuildResource(resource, known);
}

/** Units have no state of their own here: their files tell. */
function stateOf(kept: KeptResource | undefined, contents: Contents): State | null {
  if (kept === undefined) return null;
  const resource = rebuilt(kept, contents);
  return resource.kind === "unit" ? null : desiredState(resource);
}
