/** What a plan leaves on the host although it is no longer declared, with what to do about it. */
import type { Orphan } from "../../core/model/plan.ts";
import { RESOURCE_KINDS } from "../../core/model/resource.ts";
import { whenDropped } from "../../core/resources/registry.ts";
import { plural } from "../lines/text.ts";

/** One sentence a thing; one for all of a service that left the project. */
export function orphanTexts(orphans: readonly Orphan[]): readonly string[] {
  const gone = Map.groupBy(
    orphans.filter(({ left }) => left === "left-project"),
    ({ service }) => service,
  );
  return [...[...gone].map(([service, entries]) => sayGone(service, entries)), ...orphans.flatMap(sayOne)];
}

function sayGone(service: string, entries: readonly Orphan[]): string {
  return (
    `service ${service} left the project and is still on the host (${countKinds(entries)}): ` +
    `svcdeploy apply --prune removes it`
  );
}

function countKinds(entries: readonly Orphan[]): string {
  const counts = RESOURCE_KINDS.toReversed()
    .filter((kind) => whenDropped(kind) !== "kept")
    .map((kind) => [entries.filter((entry) => entry.kind === kind).length, kind] as const);
  return (
    counts.flatMap(([count, name]) => (count === 0 ? [] : [plural(count, name)])).join(", ") || "its records"
  );
}

function sayOne({ kind, path, service, left }: Orphan): readonly string[] {
  const name = `${kind} ${path} of ${service} is no longer declared`;
  switch (left) {
    case "left-project":
      return [];
    case "edited":
      return [
        `${name}, but someone edited it since: check it, then remove it by hand or restore what was applied`,
      ];
    case "replaced":
      return [`${name}, but something else is there now: check it, then remove it by hand`];
    case "kept":
      return [`${name}, but stays while an edited unit file needs it`];
    case "unplanned":
      return [`${name}; it stays as it is`];
  }
}
