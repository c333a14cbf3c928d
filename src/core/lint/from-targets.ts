/**
 * What the project makes of one host → what the rules look at; each rendered line gets the place in the
 * service file that it came from.
 */

import type { Place } from "../model/declared.ts";
import type { FileResource, HostTarget } from "../model/resource.ts";
import type { Directives, DropIn, PathUnit, Service, Timer } from "../model/service.ts";
import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { makeUnit } from "./from-files.ts";
import type { LintEnvironmentFile, LintHost, LintManaged, LintPort } from "./lint-host.ts";
import { directoriesOf, type LintEntry, type LintUnit } from "./lint-unit.ts";
import { readLogrotateText } from "./logrotate-text.ts";

/** All targets of one host, of however many plays, as one host. */
export function hostOfTargets(targets: readonly HostTarget[]): LintHost | null {
  const [first] = targets;
  if (first === undefined) return null;
  const services = new Map(
    targets.flatMap((target) => target.services).map((service) => [service.name, service]),
  );
  const files = targets.flatMap((target) => target.resources).filter((resource) => resource.kind === "file");
  const units = new Map(files.filter((file) => file.role === "unit").map((file) => [file.path, file]));
  const lintUnits = [
    ...[...units.values()].map((file) => unitOf(file, services.get(file.service))),
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
    managed: managedBy(targets),
  };
}

/**
 * Where in the service file a line of its unit file came from, counted as systemd does; null, or a line that
 * follows from other keys: the whole unit's place.
 */
export function placeOfRendered(file: FileResource, service: Service, line: number | null): Place {
  const text = new TextDecoder().decode(file.content);
  const read = makeUnit(file.path, { path: file.path, text }, [], NEIGHBOURHOOD).entries.findIndex(
    ({ place }) => place.line === line,
  );
  const unit = unitOf(file, service);
  return unit.entries[read]?.place ?? unit.place;
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

/** Units of one host see each other, whatever service they are of. */
const NEIGHBOURHOOD = "host";

function unitOf(file: FileResource, service: Service | undefined): LintUnit {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const unit = makeUnit(
    name,
    { path: file.path, text: new TextDecoder().decode(file.content) },
    [],
    NEIGHBOURHOOD,
  );
  if (service === undefined) return unit;
  const whole = wholePlace(name, service);
  return {
    ...unit,
    place: whole,
    sections: unit.sections.map((section) => ({ ...section, place: whole })),
    entries: unit.entries.map((entry) => ({ ...entry, place: placeOf(entry, name, service) ?? whole })),
  };
}

/**
 * Units of others as far as our drop-ins tell: all of one unit together, in the order of their names as
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

function wholePlace(unit: string, service: Service): Place {
  const beside =
    timerOf(unit, service) ?? pathOf(unit, service) ?? service.sockets.find((socket) => socket.unit === unit);
  if (beside !== undefined) return beside.place;
  if (
    (unit.endsWith(".mount") || /-cache-(?:restore|save)\.(?:service|timer)$/.test(unit)) &&
    service.cache !== null
  )
    return service.cache.place;
  if (unit.endsWith(".slice") && service.slice !== null) return service.slice.place;
  return { file: service.file, line: 1, column: 1 };
}

/** The directive that the line was rendered from; null for lines that follow from other keys. */
function placeOf(entry: LintEntry, unit: string, service: Service): Place | null {
  const same = directivesBehind(entry, unit, service).filter(
    ({ name, value }) => name === entry.name && value.trim() === entry.value,
  );
  return same.at(-1)?.place ?? null;
}

function timerOf(unit: string, service: Service): Timer | undefined {
  return service.timers.find(({ name }) =>
    [`${service.name}-${name}.timer`, `${service.name}-${name}.service`].includes(unit),
  );
}

function pathOf(unit: string, service: Service): PathUnit | undefined {
  return service.paths.find(({ name }) =>
    [`${service.name}-${name}.path`, `${service.name}-${name}.service`].includes(unit),
  );
}

function directivesBehind(entry: LintEntry, unit: string, service: Service): Directives {
  const timer = timerOf(unit, service);
  if (timer !== undefined)
    return { Timer: timer.timer, Service: timer.service, Unit: timer.unit }[entry.section] ?? [];
  const path = pathOf(unit, service);
  if (path !== undefined)
    return { Path: path.path, Service: path.service, Unit: path.unit }[entry.section] ?? [];
  if (unit.endsWith(".socket"))
    return service.sockets.flatMap((socket) =>
      socket.unit === unit ? [...socket.directives, ...socket.general] : [],
    );
  if (unit.endsWith(".mount"))
    return { Unit: service.cache?.unit, Mount: service.cache?.mount }[entry.section] ?? [];
  if (unit.endsWith(".slice")) return service.slice?.directives ?? [];
  if (!unit.endsWith(".service")) return [];
  switch (entry.section) {
    case "Unit":
      return service.unit;
    case "Service":
      return service.service;
    case "Install":
      return service.install;
    default:
      return [];
  }
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

function managedBy(targets: readonly HostTarget[]): LintManaged {
  const resources = targets.flatMap((target) => target.resources);
  const services = targets.flatMap((target) => target.services);
  const paths = resources.flatMap((resource) =>
    resource.kind === "account" || resource.kind === "unit" ? [] : [resource.path],
  );
  const caches = services.flatMap(({ cache }) => (cache === null ? [] : [cache.path]));
  const accounts = resources.filter((resource) => resource.kind === "account");
  return {
    paths: new Set([...paths, ...caches, ...stateDirectories(services)]),
    users: new Set(accounts.map(({ user }) => user)),
    groups: new Set(accounts.flatMap(({ group, groups }) => [group, ...groups])),
  };
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
