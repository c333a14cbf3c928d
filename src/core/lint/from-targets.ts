/**
 * What the project makes of one host → what the rules look at; each rendered line gets the place in the
 * service file that it came from.
 */

import type { Place } from "../model/declared.ts";
import type { FileResource, HostTarget, Resource } from "../model/resource.ts";
import { PATH_TYPES, whyUnsafe } from "../model/safe-folder.ts";
import type { DropIn, Service } from "../model/service.ts";
import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { makeUnit } from "./from-files.ts";
import type { LintEnvironmentFile, LintHost, LintManaged, LintPort } from "./lint-host.ts";
import { directoriesOf, type LintEntry, type LintUnit } from "./lint-unit.ts";
import { readLogrotateText } from "./logrotate-text.ts";
import { NEIGHBOURHOOD, renderedUnit, wholePlace } from "./rendered-unit.ts";

/** All targets of one host, of however many plays, with its services as declared, as one host. */
export function hostOfTargets(targets: readonly HostTarget[], declared: readonly Service[]): LintHost | null {
  const [first] = targets;
  if (first === undefined) return null;
  const services = new Map(declared.map((service) => [service.name, service]));
  const files = targets.flatMap((target) => target.resources).filter((resource) => resource.kind === "file");
  const units = new Map(files.filter((file) => file.role === "unit").map((file) => [file.path, file]));
  const lintUnits = [
    ...[...units.values()].map((file) => renderedUnit(file, services.get(file.service))),
    ...foreignUnitsOf(files, services),
  ];
  return {
    name: first.host.name,
    systemd: first.host.systemd,
    units: lintUnits,
    environmentFiles: files.flatMap((file) => environmentFileOf(file, services.get(file.service))),
    logrotate: files.flatMap((file) => logrotateOf(file, services.get(file.service))),
    directories: [
      ...lintUnits.flatMap(directoriesOf),
      ...targets.flatMap((target) => target.resources).filter((one) => one.kind === "directory"),
    ],
    placed: files.flatMap((file) => placedOf(file, services.get(file.service))),
    ports: [...services.values()].flatMap(portsOf),
    managed: managedBy(targets, declared),
  };
}

/**
 * As rendered, so that what the renderer adds (su) counts; every line of it came from the service's logrotate
 * block.
 */
function logrotateOf(file: FileResource, service: Service | undefined): LintHost["logrotate"] {
  if (file.role !== "logrotate") return [];
  const place = service?.logrotate?.place ?? { file: file.path, line: 1, column: 1 };
  return readLogrotateText(new TextDecoder().decode(file.content), file.path).map((block) => ({
    ...block,
    service: file.service,
    place,
    options: block.options.map((option) => ({ ...option, place })),
  }));
}

/** Configuration files that the project puts where systemd or logrotate read folders. */
function placedOf(file: FileResource, service: Service | undefined): LintHost["placed"] {
  if (file.role !== "config" || !/\/(?:logrotate\.d|systemd\/system\/[^/]+\.d)\/[^/]+$/.test(file.path))
    return [];
  const place = service?.files.find(({ path }) => path === file.path)?.place ?? {
    file: service?.file ?? file.path,
    line: 1,
    column: 1,
  };
  return [{ path: file.path, mode: file.mode, owner: file.owner, place }];
}

/**
 * Foreign units as far as our drop-ins tell: all of one unit together, in the order of their names as
 * systemd reads them.
 */
function foreignUnitsOf(
  files: readonly FileResource[],
  services: ReadonlyMap<string, Service>,
): readonly LintUnit[] {
  const dropIns = files
    .filter(({ role }) => role === "drop-in")
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return [...Map.groupBy(dropIns, ({ path }) => path.replace(/\.d\/[^/]+$/, ""))].map(([path, own]) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const texts = own.map((file) => ({ path: file.path, text: new TextDecoder().decode(file.content) }));
    const unit = makeUnit(name, null, texts, NEIGHBOURHOOD);
    const written = own.flatMap(
      (file) => services.get(file.service)?.dropIns.filter((dropIn) => dropIn.unit === name) ?? [],
    );
    const place = written[0]?.place ?? unit.place;
    return {
      ...unit,
      place,
      sections: unit.sections.map((section) => ({ ...section, place })),
      entries: unit.entries.map((entry) => ({ ...entry, place: dropInPlace(entry, written) ?? place })),
    };
  });
}

function dropInPlace(entry: LintEntry, written: readonly DropIn[]): Place | null {
  const directives = written
    .flatMap(({ sections }) => sections.filter(({ name }) => name === entry.section))
    .flatMap((each) => each.directives);
  return (
    directives.findLast(({ name, value }) => name === entry.name && value.trim() === entry.value)?.place ??
    null
  );
}

/**
 * The service's own environment file, and configuration files that a unit may name as one. Values of secret
 * ones stay out.
 */
function environmentFileOf(file: FileResource, service: Service | undefined): readonly LintEnvironmentFile[] {
  if (file.role !== "environment" && file.role !== "config") return [];
  const written = new Map((service?.environment ?? []).map(({ name, place }) => [name, place]));
  const secret = new Set((service?.secrets ?? []).map(({ name }) => name));
  const config = service?.files.find(({ path }) => path === file.path);
  const variables = readEnvironmentText(new TextDecoder().decode(file.content), file.path).map(
    ({ name, value, place }) => ({
      name,
      value: secret.has(name) || (file.secret && file.role === "config") ? null : value,
      place:
        (file.role === "environment" ? written.get(name) : config?.place) ??
        (service === undefined ? place : wholePlace("", service)),
    }),
  );
  return [{ path: file.path, variables }];
}

function portsOf(service: Service): readonly LintPort[] {
  return service.health.flatMap((check) => {
    if (check.kind === "tcp")
      return [{ service: service.name, address: check.address, port: check.port, place: check.place }];
    const match =
      check.kind === "http" ? /^(https?):\/\/(\[[^\]]*\]|[^:/?#]+)(?::(\d+))?/.exec(check.url) : null;
    if (match === null) return [];
    const port = Number(match[3] ?? (match[1] === "https" ? 443 : 80));
    return [{ service: service.name, address: match[2] ?? "", port, place: check.place }];
  });
}

function managedBy(targets: readonly HostTarget[], services: readonly Service[]): LintManaged {
  const resources = targets.flatMap((target) => target.resources);
  const paths = resources.flatMap((resource) =>
    resource.kind === "account" || resource.kind === "unit" ? [] : [resource.path],
  );
  const caches = services.flatMap(({ cache }) => (cache === null ? [] : [cache.path]));
  const accounts = resources.filter((resource) => resource.kind === "account");
  return {
    paths: new Set([...paths, ...caches, ...stateDirectories(services)]),
    users: new Set(accounts.map(({ user }) => user)),
    groups: new Set(accounts.flatMap(({ group, groups }) => [group, ...groups])),
    unsafe: new Map(resources.flatMap(unsafeFolder)),
    written: services.flatMap(writtenBy),
  };
}

function unsafeFolder(resource: Resource): readonly (readonly [string, string])[] {
  if (resource.kind !== "directory" && resource.kind !== "link") return [];
  const why = resource.kind === "link" ? PATH_TYPES.link : whyUnsafe({ ...resource, type: "directory" });
  return why === null ? [] : [[resource.path, why]];
}

/** What is declared by its path; all else is in folders of root's. */
function writtenBy({ files, directories, cache }: Service): LintManaged["written"] {
  return [...files, ...directories, ...(cache === null ? [] : [cache])];
}

function stateDirectories(services: readonly Service[]): readonly string[] {
  const roots: ReadonlyMap<string, string> = new Map([
    ["StateDirectory", "/var/lib"],
    ["LogsDirectory", "/var/log"],
    ["CacheDirectory", "/var/cache"],
    ["RuntimeDirectory", "/run"],
  ]);
  const directives = services.flatMap(({ service }) => service);
  return directives.flatMap(({ name, value }) =>
    roots.has(name) ? value.split(/\s+/).map((each) => `${roots.get(name)}/${each}`) : [],
  );
}
