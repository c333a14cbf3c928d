/** A unit file as rendered, each line with the place in the service file that it came from. */
import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Directives, PathUnit, Service, Timer } from "../model/service.ts";
import { makeUnit } from "./from-files.ts";
import type { LintEntry, LintUnit } from "./lint-unit.ts";

/**
 * Where in the service file a line of a rendered file came from, counted as systemd does; null, or a line
 * that follows from other keys: the place of the whole unit, or of the block that the file is made of.
 */
export function placeOfRendered(file: FileResource, service: Service, line: number | null): Place {
  const written = service.files.find(({ path }) => path === file.path)?.place;
  if (written !== undefined) return written;
  if (file.role === "logrotate" && service.logrotate !== null) return service.logrotate.place;
  const text = new TextDecoder().decode(file.content);
  const read = makeUnit(file.path, { path: file.path, text }, [], NEIGHBOURHOOD).entries.findIndex(
    ({ place }) => place.line === line,
  );
  const unit = renderedUnit(file, service);
  return unit.entries[read]?.place ?? unit.place;
}

/** Units of one host see each other, whatever service they are of. */
export const NEIGHBOURHOOD = "host";

/** The unit that a file is, with its places; without its service those in the file itself. */
export function renderedUnit(file: FileResource, service: Service | undefined): LintUnit {
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

/** Where all of a unit was written: its own block, or the service file. */
export function wholePlace(unit: string, service: Service): Place {
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
