/** The units beside a service, as written → timers and paths with their jobs, and sockets. */

import type { Place } from "../model/declared.ts";
import type { Directives, PathUnit, Service, Socket, Timer } from "../model/service.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { refuseName } from "./allow-lists.ts";
import { allowedOf, checkDirective, type DirectiveReading } from "./directives.ts";

type WrittenNames = { readonly [name: string]: readonly string[] };
type Key = "timers" | "sockets" | "paths";

/**
 * Timers: directives that [Timer] knows go there, then those that [Service] knows, then those of [Unit]; the
 * latter two are the job's. A timer without a time or a job is a problem: systemd would refuse it
 * (systemd.timer(5)).
 */
export function readTimers(reading: DirectiveReading): Service["timers"] {
  return (reading.written.timers ?? []).map((written, index): Timer => {
    const place = reading.placeOf(["timers", index]);
    const name =
      readName(reading, written, "timers", index) ??
      refused(reading, place, "a timer needs a name: its units are named after it");
    if (written.ExecStart === undefined) refused(reading, place, "a timer needs ExecStart: what it starts");
    if (!Object.keys(written).some(isTime))
      refused(reading, place, "a timer needs a time: OnCalendar, OnUnitActiveSec, OnBootSec …");
    const sections = sectionsOf(reading, written, { key: "timers", section: "Timer", index });
    return { name, timer: sections.own, service: sections.Service, unit: sections.Unit, place };
  });
}

/**
 * Paths that are watched: as timers are read, with [Path] in the place of [Timer]. Without ExecStart= a path
 * starts the service that it is in. One that watches nothing is a problem: systemd would refuse it
 * (systemd.path(5)).
 */
export function readPaths(reading: DirectiveReading): Service["paths"] {
  const timers = new Set((reading.written.timers ?? []).flatMap(({ name }) => name ?? []));
  const paths = (reading.written.paths ?? []).map((written, index): PathUnit => {
    const place = reading.placeOf(["paths", index]);
    const name =
      readName(reading, written, "paths", index) ??
      refused(reading, place, "a path needs a name: its units are named after it");
    if (!Object.keys(written).some(isWatch))
      refused(
        reading,
        place,
        "a path needs something to watch: PathExists, PathChanged, DirectoryNotEmpty …",
      );
    const {
      own,
      Service: service,
      Unit: unit,
    } = sectionsOf(reading, written, { key: "paths", section: "Path", index });
    const starts = written.ExecStart === undefined ? "service" : "job";
    if (starts === "service") refuseWithoutJob(reading, place, [...service, ...unit]);
    if (starts === "job" && timers.has(name))
      refused(reading, place, `timer and path ${name} would have one job: give one of them another name`);
    return { name, starts, path: own, service, unit, place };
  });
  for (const { name, place } of paths.filter(
    (path, index) => paths.findIndex(({ name }) => name === path.name) < index,
  ))
    refused(reading, place, `there are two paths ${name}: give one of them another name`);
  return paths;
}

/** Of a path that starts the service itself; the directives are those that only a job of its own has. */
function refuseWithoutJob(reading: DirectiveReading, place: Place, [stray]: Directives): void {
  const { name, instances = [] } = reading.written;
  if (stray !== undefined)
    refused(
      reading,
      stray.place,
      `${stray.name}= belongs to a job, but a path without ExecStart starts ${name}.service itself`,
    );
  if (instances.length > 0)
    refused(
      reading,
      place,
      "a service with instances needs ExecStart for its path: systemd would not know which instance to start",
    );
}

/**
 * Sockets: <service>.socket where no name is given, <service>-<name>.socket else. Directives that [Socket]
 * knows go there, then those of [Unit]. One that listens on nothing is a problem.
 */
export function readSockets(reading: DirectiveReading): Service["sockets"] {
  const service = reading.written.name;
  const sockets = (reading.written.sockets ?? []).map((written, index): Socket => {
    const place = reading.placeOf(["sockets", index]);
    const name = readName(reading, written, "sockets", index);
    if (!Object.keys(written).some((directive) => directive.startsWith("Listen")))
      refused(reading, place, "a socket needs an address: ListenStream …");
    const all = directivesUnder(reading, written, "sockets", index);
    const general = all.filter((directive) => isOfUnit(directive.name, reading.host.systemd));
    const directives = all.filter((directive) => !general.includes(directive));
    for (const { name: directive, place: where } of directives) {
      checkDirective(reading, "Socket", directive, where, ["Unit"]);
      if (directive === "Service")
        refused(reading, where, "Service= follows from the service that the socket is in");
    }
    if (directives.some(isAccept)) refuseBesideConnections(reading, place);
    return { unit: `${service}${name === null ? "" : `-${name}`}.socket`, directives, general, place };
  });
  for (const { unit, place } of sockets.filter(
    (socket, index) => sockets.findIndex(({ unit }) => unit === socket.unit) < index,
  ))
    refused(reading, place, `there are two sockets ${unit}: give one of them another name`);
  return sockets;
}

function isOfUnit(name: string, version: number): boolean {
  return !isKnownDirective("Socket", name, version) && isKnownDirective("Unit", name, version);
}

function isAccept({ name, value }: Directives[number]): boolean {
  return name === "Accept" && /^(?:yes|true|on|1|y|t)$/i.test(value);
}

/**
 * With Accept=yes systemd starts <service>@.service for each connection, and takes it from the socket's name
 * alone (systemd.socket(5)).
 */
function refuseBesideConnections(reading: DirectiveReading, place: Place): void {
  const { sockets = [], paths = [], install } = reading.written;
  if (sockets.length > 1 || sockets[0]?.name !== undefined)
    refused(
      reading,
      place,
      "with Accept=yes the service has one socket, without a name: systemd takes the service's name from it",
    );
  if (install !== undefined)
    refused(
      reading,
      reading.placeOf(["install"]),
      "with Accept=yes nothing but the socket is enabled: leave install out",
    );
  if (paths.some(({ ExecStart }) => ExecStart === undefined))
    refused(
      reading,
      reading.placeOf(["paths"]),
      "with Accept=yes there is no service that a path could start: give it an ExecStart",
    );
}

type Trigger = {
  readonly key: "timers" | "paths";
  readonly section: "Timer" | "Path";
  readonly index: number;
};
type CompanionSections = Readonly<Record<"own" | "Service" | "Unit", Directives>>;

function sectionsOf(
  reading: DirectiveReading,
  written: WrittenNames,
  { key, section, index }: Trigger,
): CompanionSections {
  const sections: Record<keyof CompanionSections, Directives> = { own: [], Service: [], Unit: [] };
  for (const directive of directivesUnder(reading, written, key, index)) {
    const found = sectionOf(section, directive.name, reading.host.systemd);
    checkDirective(reading, found, directive.name, directive.place, [section, "Unit"]);
    if (found === section && directive.name === "Unit")
      refused(reading, directive.place, `Unit= follows from the ${section.toLowerCase()}'s name`);
    const list = found === section ? "own" : found === "Unit" ? "Unit" : "Service";
    sections[list] = [...sections[list], directive];
  }
  return sections;
}

function sectionOf(
  own: Trigger["section"],
  name: string,
  version: number,
): Trigger["section"] | "Service" | "Unit" {
  if (isKnownDirective(own, name, version)) return own;
  if (isKnownDirective("Service", name, version)) return "Service";
  if (isKnownDirective("Unit", name, version)) return "Unit";
  return isKnownDirective(own, name, LATEST) ? own : "Service";
}

/** A directive that only a later systemd knows is reported where it belongs. */
const LATEST = 999;

/** systemd.timer(5): what makes a timer elapse. */
function isTime(name: string): boolean {
  return /^On(?:(?:(?:Unit)?Active|UnitInactive|Boot|Startup)Sec|Calendar|(?:Clock|Timezone)Change)$/.test(
    name,
  );
}

/** systemd.path(5): what a path unit can watch. */
function isWatch(name: string): boolean {
  return /^Path(?:Exists|ExistsGlob|Changed|Modified)$|^DirectoryNotEmpty$/.test(name);
}

function directivesUnder(
  reading: DirectiveReading,
  written: WrittenNames,
  key: Key,
  index: number,
): Directives {
  return Object.entries(written).flatMap(([name, values]) =>
    name === "name" ? [] : allowedOf(reading, [key, index, name], values),
  );
}

function readName(reading: DirectiveReading, written: WrittenNames, key: Key, index: number): string | null {
  const [name] = written.name ?? [];
  if (name === undefined) return null;
  const reason = refuseName(name);
  return reason === null
    ? name
    : refused(reading, reading.placeOf([key, index, "name"]), `${JSON.stringify(name)}: ${reason}`);
}

function refused(reading: DirectiveReading, place: Place, message: string): string {
  reading.problems.push({ place, message, hint: null, excerpt: "" });
  return "";
}
