/** The units beside a service, as written → timers with their jobs, and sockets. */
import type { Directives, Place, Service, Socket, Timer } from "../model.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { refuseName } from "./allow-lists.ts";
import { checkDirective, type DirectiveReading, directivesOf } from "./directives.ts";

type Written = { readonly [name: string]: readonly string[] };
type Key = "timers" | "sockets";

/**
 * Timers: directives that [Timer] knows go there, then those that [Service] knows, then those of [Unit]; the latter two are the job's. A timer without a
 * time or a job is a problem: systemd would refuse it (systemd.timer(5)).
 */
export function readTimers(reading: DirectiveReading): Service["timers"] {
  return (reading.written.timers ?? []).map((written, index): Timer => {
    const place = reading.placeOf(["timers", index]);
    const name = readName(reading, written, "timers", index) ?? refused(reading, place, "a timer has a name: it names its units");
    if (written.ExecStart === undefined) refused(reading, place, "a timer has an ExecStart: what it starts");
    if (!Object.keys(written).some(isTime)) refused(reading, place, "a timer has a time: OnCalendar, OnUnitActiveSec, OnBootSec …");
    const sections = sectionsOf(reading, written, index);
    return { name, timer: sections.Timer, service: sections.Service, unit: sections.Unit, place };
  });
}

/** Sockets: <service>.socket where no name is given, <service>-<name>.socket else. One that listens on nothing is a problem. */
export function readSockets(reading: DirectiveReading): Service["sockets"] {
  const service = reading.written.name;
  const sockets = (reading.written.sockets ?? []).map((written, index): Socket => {
    const place = reading.placeOf(["sockets", index]);
    const name = readName(reading, written, "sockets", index);
    if (!Object.keys(written).some((directive) => directive.startsWith("Listen"))) refused(reading, place, "a socket listens: ListenStream …");
    const directives = directivesUnder(reading, written, "sockets", index);
    for (const { name: directive, value, place: where } of directives) {
      checkDirective(reading, "Socket", directive, where);
      if (directive === "Service") refused(reading, where, "Service= follows from the service that the socket stands in");
      if (directive === "Accept" && !/^(?:no|false|off|0|n|f)$/i.test(value)) refused(reading, where, "Accept=yes is not supported yet");
    }
    return { unit: `${service}${name === null ? "" : `-${name}`}.socket`, directives, place };
  });
  for (const { unit, place } of sockets.filter((socket, index) => sockets.findIndex(({ unit }) => unit === socket.unit) < index))
    refused(reading, place, `there are two sockets ${unit}: give one of them another name`);
  return sockets;
}

function sectionsOf(reading: DirectiveReading, written: Written, index: number): Readonly<Record<"Timer" | "Service" | "Unit", Directives>> {
  const sections: Record<"Timer" | "Service" | "Unit", Directives> = { Timer: [], Service: [], Unit: [] };
  for (const directive of directivesUnder(reading, written, "timers", index)) {
    const section = sectionOf(directive.name, reading.host.systemd);
    checkDirective(reading, section, directive.name, directive.place);
    if (section === "Timer" && directive.name === "Unit") refused(reading, directive.place, "Unit= follows from the timer's name");
    sections[section] = [...sections[section], directive];
  }
  return sections;
}

function sectionOf(name: string, version: number): "Timer" | "Service" | "Unit" {
  if (isKnownDirective("Timer", name, version)) return "Timer";
  return !isKnownDirective("Service", name, version) && isKnownDirective("Unit", name, version) ? "Unit" : "Service";
}

/** systemd.timer(5): what makes a timer elapse. */
function isTime(name: string): boolean {
  return /^On(?:Active|Boot|Startup|UnitActive|UnitInactive)Sec$|^On(?:Calendar|ClockChange|TimezoneChange)$/.test(name);
}

function directivesUnder(reading: DirectiveReading, written: Written, key: Key, index: number): Directives {
  return Object.entries(written).flatMap(([name, values]) => (name === "name" ? [] : directivesOf(reading, [key, index, name], values)));
}

function readName(reading: DirectiveReading, written: Written, key: Key, index: number): string | null {
  const [name] = written.name ?? [];
  if (name === undefined) return null;
  const reason = refuseName(name);
  return reason === null ? name : refused(reading, reading.placeOf([key, index, "name"]), `${JSON.stringify(name)}: ${reason}`);
}

function refused(reading: DirectiveReading, place: Place, message: string): string {
  reading.problems.push({ place, message, hint: null, excerpt: "" });
  return "";
}
