/** The sockets that systemd holds open for a service. */
import type { Problem } from "../errors.ts";
import type { UnitResource } from "../model/resource.ts";
import type { Directives, Service, Socket } from "../model/service.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { digestInputs, hashSha256 } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { effectiveValues, makeDirectives, makeUnitFile, withDescription } from "./unit-text.ts";

/**
 * Each socket's file and unit; any of its directives counts when it is opened, so a change means: service
 * down, socket restarted, service up.
 */
export function renderSocketUnits(service: Service, problems: Problem[]): readonly RenderedUnit[] {
  return service.sockets.map((socket) => renderSocket(service, socket, problems));
}

/**
 * True when systemd starts the service once a connection (Accept=yes): it is a template then, and only the
 * socket runs.
 */
export function startsPerConnection({ sockets }: Service): boolean {
  return sockets.some(({ directives }) =>
    /^(?:yes|true|on|1|y|t)$/i.test(effectiveValues(directives, "Accept").at(-1) ?? ""),
  );
}

/** Sockets= where the names alone would not say which sockets are the service's (systemd.service(5)). */
export function socketDirectives(service: Service): Directives {
  const other = service.sockets.filter(({ unit }) => unit !== `${service.name}.socket`);
  const [first] = other;
  return first === undefined
    ? []
    : makeDirectives(first.place, [["Sockets", service.sockets.map(({ unit }) => unit).join(" ")]]);
}

function renderSocket(service: Service, socket: Socket, problems: Problem[]): RenderedUnit {
  const install = makeDirectives(socket.place, [["WantedBy", "sockets.target"]]);
  // With Accept=yes systemd takes the template from the socket's name and refuses Service=.
  const started = startsPerConnection(service)
    ? []
    : makeDirectives(socket.place, [["Service", `${service.name}.service`]]);
  const sections = [
    { name: "Unit", directives: withDescription(socket.general, `Socket of ${service.name}`, socket.place) },
    { name: "Socket", directives: [...socket.directives, ...started] },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, socket.unit, sections, problems);
  return { resources: [file, makeSocketUnit(service, socket, file.path)], unit: socket.unit, install };
}

function makeSocketUnit(service: Service, { unit, directives }: Socket, path: string): UnitResource {
  const names = [...new Set(directives.map(({ name }) => name))];
  const valuesOf = (wanted: string): readonly string[] =>
    directives.filter(({ name }) => name === wanted).map(({ value }) => value.trim());
  const restartInputs = Object.fromEntries(
    names.map((name) => [name, hashSha256(JSON.stringify(valuesOf(name)))]),
  );
  return {
    ...makeLoadedUnit(service.name, unit, path),
    running: true,
    restartInputs,
    restartDigest: digestInputs(restartInputs),
  };
}
