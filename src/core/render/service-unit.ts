/** The service unit: its file, and what a running process must have started from. */
import type { Problem } from "../errors.ts";
import type { FileResource, ReleaseResource, Resource, UnitResource } from "../model/resource.ts";
import type { Directives, Service } from "../model/service.ts";
import { currentPath, releasePrograms } from "../unit-file/release-program.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { cacheRestoreUnit } from "./cache-units.ts";
import type { RenderedConfig } from "./config-files.ts";
import { credentialDirectives, credentialName } from "./credential-files.ts";
import { hardeningDirectives } from "./hardening.ts";
import { digestInputs, hashSha256 } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { appliesWithoutRestart } from "./restart-relevance.ts";
import { sliceUnitName } from "./slice-unit.ts";
import { socketDirectives, startsPerConnection } from "./socket-units.ts";
import { effectiveValues, makeDirectives, makeProblem, makeUnitFile } from "./unit-text.ts";

/** What else was rendered for the service, as far as its unit depends on it. */
export type UnitParts = {
  readonly environment: readonly FileResource[];
  readonly credentials: readonly FileResource[];
  readonly configs: readonly RenderedConfig[];
  readonly release: ReleaseResource | null;
  readonly slice: readonly Resource[];
  readonly mount: RenderedUnit;
};

/**
 * /etc/systemd/system/<name>.service and its unit; of a service with instances <name>@.service and a unit for
 * each of them; where a socket starts it once a connection, <name>@.service and none. [Install] is
 * WantedBy=multi-user.target unless the service has its own.
 */
export function renderServiceUnit(
  service: Service,
  parts: UnitParts,
  problems: Problem[],
): readonly RenderedUnit[] {
  const place = { file: service.file, line: 1, column: 1 };
  const isPerConnection = startsPerConnection(service);
  const unit = `${service.name}${service.instances.length > 0 || isPerConnection ? "@" : ""}.service`;
  const install =
    service.install.length > 0 ? service.install : makeDirectives(place, [["WantedBy", "multi-user.target"]]);
  const sections = [
    { name: "Unit", directives: [...service.unit, ...mountDirectives(service)] },
    {
      name: "Service",
      directives: [
        ...service.service,
        ...socketDirectives(service),
        ...followingDirectives(service, service.service, parts),
      ],
    },
    { name: "Install", directives: isPerConnection ? [] : install },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  if (hasNothingToDo(service))
    problems.push({
      ...makeProblem(
        service.service[0]?.place ?? place,
        "The service has no ExecStart=, so systemd would refuse its unit",
      ),
      unresolved: service.file,
    });
  if (isPerConnection) return [{ resources: [file], unit: null, install: [] }];
  const restartInputs = { ...directiveInputs(sections), ...fileInputs(parts) };
  const resource = makeServiceUnit(service, unit, file, restartInputs, parts, problems);
  if (service.instances.length === 0) return [{ resources: [file, resource], unit, install }];
  return service.instances.map(({ unit }, index) => {
    const earlier = service.instances.slice(0, index);
    return { resources: [file, oneInstance(resource, unit, earlier)], unit, install };
  });
}

/** The template's unit as that of one instance; they start one after the other, in the order of the file. */
function oneInstance(template: UnitResource, unit: string, earlier: Service["instances"]): UnitResource {
  const after = [...template.after, ...earlier.map((instance) => instance.unit)];
  return { ...template, id: `unit:${unit}`, unit, after };
}

/**
 * systemd.service(5): a unit needs ExecStart=, unless SuccessAction=, or ExecStop= with RemainAfterExit=,
 * gives it something to do.
 */
function hasNothingToDo({ service }: Service): boolean {
  const has = (name: string): boolean => effectiveValues(service, name).length > 0;
  return !has("ExecStart") && !has("SuccessAction") && !(has("ExecStop") && has("RemainAfterExit"));
}

/** The [Unit] directives that follow from the service's cache. */
export function mountDirectives(service: Service): Directives {
  const { file, cache } = service;
  const restore = cacheRestoreUnit(service);
  // Only wanted: a cache that cannot be restored must not keep the service from starting.
  const kept = restore === null ? [] : ["Wants", "After"].map((name) => [name, restore] as const);
  return cache === null
    ? []
    : makeDirectives({ file, line: 1, column: 1 }, [["RequiresMountsFor", cache.path], ...kept]);
}

/**
 * The [Service] directives that follow from other keys of the service, for a unit that sets these of its own:
 * they are left alone.
 */
export function followingDirectives(
  service: Service,
  section: Directives,
  { environment, credentials }: UnitParts,
): Directives {
  const own = new Set(section.map((directive) => directive.name));
  // With a User= of its own, the account's group is not meant either.
  const account =
    service.account === null || own.has("User")
      ? []
      : ([
          ["User", service.account.user],
          ["Group", service.account.group],
        ] as const);
  const slice = service.slice === null ? [] : ([["Slice", sliceUnitName(service.slice.name)]] as const);
  const wanted = [...account, ...slice].filter(([name]) => !own.has(name));
  const files = environment.map((file) => ["EnvironmentFile", file.path] as const);
  const added = makeDirectives({ file: service.file, line: 1, column: 1 }, [...wanted, ...files]);
  return [...added, ...credentialDirectives(service, credentials), ...hardeningDirectives(service, section)];
}

type UnitSections = readonly { readonly name: string; readonly directives: Directives }[];

/** Directive that needs a restart → fingerprint of its values in order. */
function directiveInputs(sections: UnitSections): { readonly [input: string]: string } {
  const values = new Map<string, readonly string[]>();
  for (const section of sections) {
    for (const { name, value } of section.directives) {
      if (!appliesWithoutRestart(section.name, name))
        values.set(name, [...(values.get(name) ?? []), value.trim()]);
    }
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, hashSha256(JSON.stringify(list))]));
}

function fileInputs({ environment, credentials, configs, release }: UnitParts): {
  readonly [input: string]: string;
} {
  return Object.fromEntries([
    ...environment.map((file) => ["environment", file.sha256] as const),
    ...credentials.map((file) => [`credential ${credentialName(file)}`, file.sha256] as const),
    ...configs
      .filter(({ file }) => file.onChange === "restart")
      .map(({ label, file }) => [label, file.sha256] as const),
    ...(release === null ? [] : [["release", release.sha256] as const]),
  ]);
}

function makeServiceUnit(
  service: Service,
  unit: string,
  file: FileResource,
  restartInputs: UnitResource["restartInputs"],
  parts: UnitParts,
  problems: Problem[],
): UnitResource {
  const reloads = parts.configs.filter((config) => config.file.onChange === "reload");
  const reloadInputs = Object.fromEntries(reloads.map((config) => [config.label, config.file.sha256]));
  const type = typeOf(service);
  return {
    kind: "unit",
    id: `unit:${unit}`,
    service: service.name,
    unit,
    path: file.path,
    running: true,
    restartInputs,
    reloadInputs,
    restartDigest: digestInputs(restartInputs),
    reloadDigest: digestInputs(reloadInputs),
    inputPaths: [...inputPathsOf(service, file, parts), ...borrowedReleases(service)],
    canReload: type === "notify-reload" || effectiveValues(service.service, "ExecReload").length > 0,
    after: afterOf(service, parts),
    startTimeoutSeconds: readTimeout(service, "TimeoutStartSec", type === "oneshot" ? LONGEST : 90, problems),
    stopTimeoutSeconds: readTimeout(service, "TimeoutStopSec", 90, problems),
    type,
  };
}

/**
 * What systemd assumes without Type=: dbus with BusName=, oneshot without ExecStart=, else simple
 * (systemd.service(5)).
 */
function typeOf(service: Service): string {
  const written = effectiveValues(service.service, "Type").at(-1);
  if (written !== undefined) return written;
  if (effectiveValues(service.service, "BusName").length > 0) return "dbus";
  return effectiveValues(service.service, "ExecStart").length > 0 ? "simple" : "oneshot";
}

function inputPathsOf(
  service: Service,
  unitFile: FileResource,
  { environment, credentials, configs, release }: UnitParts,
): readonly string[] {
  const read = configs.map((config) => config.file).filter((file) => file.onChange !== "none");
  const current = release === null ? [] : [`/opt/${service.name}/current`];
  return [
    unitFile.path,
    ...[...environment, ...credentials].map((file) => file.path),
    ...read.map((file) => file.path),
    ...current,
  ];
}

/** Releases of other services that it runs from: one that switches leaves the process on the old one. */
function borrowedReleases({ name, service }: Service): readonly string[] {
  const starts = effectiveValues(service, "ExecStart");
  const others = releasePrograms(starts).filter((each) => each.service !== name);
  return [...new Set(others.map((each) => currentPath(each.service)))];
}

function afterOf(service: Service, { mount }: UnitParts): readonly string[] {
  const slices =
    effectiveValues(service.service, "Slice").at(-1) ??
    (service.slice === null ? null : sliceUnitName(service.slice.name));
  const ordered = effectiveValues(service.unit, "After").flatMap((value) => value.split(/[ \t]+/));
  const own = [
    slices,
    mount.unit,
    cacheRestoreUnit(service),
    ...service.sockets.map((socket) => socket.unit),
  ].filter((name) => name !== null);
  return [...new Set([...own, ...ordered])].filter((name) => name !== `${service.name}.service`);
}

/** "infinity", and 0 which means the same here, count as this long. */
const LONGEST = 600;

function readTimeout(
  service: Service,
  name: "TimeoutStartSec" | "TimeoutStopSec",
  otherwise: number,
  problems: Problem[],
): number {
  const written = service.service.findLast(
    (directive) => directive.name === name || directive.name === "TimeoutSec",
  );
  if (written === undefined || written.value.trim() === "") return otherwise;
  const seconds = parseTimeSpan(written.value);
  if (seconds === null) {
    const hint = "systemd would ignore it; write e.g. 90, 2min or 1min 30s.";
    problems.push(makeProblem(written.place, `${written.name}=${written.value} is not a time span`, hint));
    return otherwise;
  }
  return seconds === 0 || seconds === Number.POSITIVE_INFINITY ? LONGEST : Math.ceil(seconds);
}
