/** Puts the resources of several services on one host together: shared ones once, contradictions refused. */
import { compareText } from "../compare-text.ts";
import { ConfigError, type Problem } from "../errors.ts";
import { RESOURCE_KINDS, type Resource, type UnitResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { templateOf } from "../unit-file/unit-name.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { orderedBefore } from "./ordered-before.ts";

/**
 * All resources of a host by id, in the order of compareResources. Identical ones (a shared slice, directory
 * or account) come out once, owned by the first service in order of names. Units' `after` keeps only units
 * that are in the result. services: whose resources they are, for the messages. Throws ConfigError that names
 * both services when two want different things under one id or path, and for a drop-in for a unit of theirs.
 */
export function mergeResources(
  perService: readonly (readonly Resource[])[],
  services: readonly Pick<Service, "name" | "file" | "dropIns">[],
): Resource[] {
  const files = new Map(services.map(({ name, file }) => [name, file]));
  const united = orderedBefore(uniteResources(perService.flat(), files));
  const units = new Set(united.filter((resource) => resource.kind === "unit").map((unit) => unit.unit));
  refuseOwnDropIns(
    services.flatMap(({ dropIns }) => dropIns),
    united,
    units,
  );
  return united.map((resource) => (resource.kind === "unit" ? keepKnownUnits(resource, units) : resource));
}

/** Resource id → every service that declares it, in their order. */
export function ownersOf(resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const owners = Map.groupBy(resources, ({ id }) => id);
  return new Map([...owners].map(([id, same]) => [id, same.map(({ service }) => service)]));
}

/** What a unit of ours is to be is in its service. */
function refuseOwnDropIns(
  dropIns: Service["dropIns"],
  resources: readonly Resource[],
  units: ReadonlySet<string>,
): void {
  const unitFiles = new Set(
    resources.flatMap((resource) =>
      resource.kind === "file" && resource.role === "unit" ? [resource.path] : [],
    ),
  );
  // An instance of a template of ours is ours as well, whether the service has it now or not.
  const own = dropIns.filter(
    ({ unit }) => units.has(unit) || unitFiles.has(`${UNIT_FOLDER}/${templateOf(unit)}`),
  );
  const hint = "Drop-ins are for foreign units: write it in the service itself.";
  const problems = own.map(
    ({ unit, place }): Problem => ({
      place,
      message: `dropins: ${unit} is a unit of this project`,
      hint,
      excerpt: "",
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems);
}

/** mergeResources without a look at `after`: one resource an id, in order. Throws ConfigError. */
export function uniteResources(
  resources: readonly Resource[],
  files: ReadonlyMap<string, string>,
): Resource[] {
  const united = new Map<string, Resource>();
  const problems: Problem[] = [];
  for (const resource of resources.toSorted((left, right) => compareText(left.service, right.service))) {
    const other = united.get(resource.id) ?? findSamePath(united, resource);
    if (other === undefined || yieldsTo(other, resource)) united.set(resource.id, resource);
    else if (!yieldsTo(resource, other) && fingerprint(other) !== fingerprint(resource))
      problems.push(describeConflict(other, resource, files));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return [...united.values()].sort(compareResources);
}

/**
 * Order of resources: accounts, directories (parents first), releases, files, links, units (slices, mounts,
 * others); each by id.
 */
export function compareResources(left: Resource, right: Resource): number {
  return rankOf(left) - rankOf(right) || compareText(left.id, right.id);
}

function rankOf(resource: Resource): number {
  const rank = RESOURCE_KINDS.indexOf(resource.kind) * 10;
  if (resource.kind !== "unit") return rank;
  if (resource.unit.endsWith(".slice")) return rank;
  return resource.unit.endsWith(".mount") ? rank + 1 : rank + 2;
}

/**
 * A path can be only one thing: a file and a directory of one path have different ids. Units share the path
 * of their own file.
 */
function findSamePath(merged: ReadonlyMap<string, Resource>, resource: Resource): Resource | undefined {
  if (resource.kind === "unit" || resource.kind === "account") return undefined;
  const ids = RESOURCE_KINDS.map((kind) => `${kind}:${resource.path}`);
  return ids.map((id) => merged.get(id)).find((found) => found !== undefined);
}

/** A parent that was not declared is what another service declares it to be. */
function yieldsTo(implied: Resource, declared: Resource): boolean {
  return (
    implied.kind === "directory" &&
    implied.existing === "keep" &&
    declared.kind === "directory" &&
    declared.existing === "enforce"
  );
}

function fingerprint(resource: Resource): string {
  const { service: _owner, ...rest } = resource;
  return JSON.stringify(rest.kind === "file" ? { ...rest, content: rest.sha256, shown: null } : rest);
}

function describeConflict(first: Resource, second: Resource, files: ReadonlyMap<string, string>): Problem {
  const what = second.kind === "unit" ? `unit ${second.unit}` : second.id.replace(":", " ");
  const who =
    first.service === second.service
      ? `Service ${first.service} declares twice`
      : `Services ${first.service} and ${second.service} both declare`;
  const fields =
    first.kind === second.kind ? describeFields(first, second) : `${first.kind} and ${second.kind}`;
  return {
    place: { file: files.get(second.service) ?? `services/${second.service}.yaml`, line: 1, column: 1 },
    message: `${who} ${what}, and differently: ${fields}`,
    hint: "Declare it in one place only, or alike in all.",
    excerpt: "",
  };
}

function describeFields(first: Resource, second: Resource): string {
  const before = new Map<string, unknown>(Object.entries(first));
  const hidden = new Set(["service", "id", "sha256", "shown"]);
  const names = Object.entries(second).filter(
    ([key, value]) => !hidden.has(key) && JSON.stringify(value) !== JSON.stringify(before.get(key)),
  );
  return names.map(([key]) => key).join(", ");
}

function keepKnownUnits(unit: UnitResource, known: ReadonlySet<string>): UnitResource {
  return { ...unit, after: unit.after.filter((name) => known.has(name)) };
}
