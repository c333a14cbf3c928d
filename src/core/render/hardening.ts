/**
 * The hardening profiles: directives that a service gets unless it sets them itself. All are known to systemd
 * 247 (systemd.exec(5)).
 */
import type { Directives, Service } from "../model/service.ts";
import { makeDirectives } from "./unit-text.ts";

/** The profile's directives without those that the [Service] section names itself: own directives win. */
export function hardeningDirectives(service: Service, section: Directives): Directives {
  const own = new Set(section.map((directive) => directive.name));
  const wanted = profileOf(service, section).filter(([name]) => !own.has(name));
  const writable =
    service.hardening === "strict" && wanted.some(([name]) => name === "ProtectSystem")
      ? writablePaths(service)
      : [];
  return makeDirectives({ file: service.file, line: 1, column: 1 }, [...wanted, ...writable]);
}

/** The two profiles in Markdown, for docs/configuration.md. */
export function hardeningMarkdown(): string {
  const own = new Map(STANDARD);
  const rows = STRICT.map(([name, value]) => `| ${name} | ${own.get(name) ?? ""} | ${value} |`);
  const more =
    "| CapabilityBoundingSet | | what AmbientCapabilities= names, else empty |\n" +
    "| ReadWritePaths | | the cache and the directories that are not root's |";
  const head = "## Hardening\n\n| directive | standard | strict |\n| --- | --- | --- |";
  return `${head}\n${rows.join("\n")}\n${more}`;
}

type Profile = readonly (readonly [name: string, value: string])[];

const STANDARD: Profile = [
  ["NoNewPrivileges", "yes"],
  ["PrivateTmp", "yes"],
  ["ProtectSystem", "full"],
  ["ProtectHome", "yes"],
  ["ProtectKernelTunables", "yes"],
  ["ProtectKernelModules", "yes"],
  ["ProtectKernelLogs", "yes"],
  ["ProtectControlGroups", "yes"],
  ["RestrictSUIDSGID", "yes"],
  ["LockPersonality", "yes"],
];

/**
 * Standard, the file system read-only, and more taken away. A program that makes code at run time (JVM,
 * Node.js) sets MemoryDenyWriteExecute: no; one that reads other processes or all of /proc/sys sets
 * ProtectProc: default.
 */
const STRICT: Profile = [
  ...STANDARD.map(([name, value]) => [name, name === "ProtectSystem" ? "strict" : value] as const),
  ["PrivateDevices", "yes"],
  ["ProtectClock", "yes"],
  ["ProtectHostname", "yes"],
  ["ProtectProc", "invisible"],
  ["RestrictNamespaces", "yes"],
  ["RestrictRealtime", "yes"],
  ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
  ["MemoryDenyWriteExecute", "yes"],
  ["RemoveIPC", "yes"],
  ["KeyringMode", "private"],
  ["SystemCallArchitectures", "native"],
  ["SystemCallFilter", "@system-service"],
  ["SystemCallErrorNumber", "EPERM"],
];

function profileOf(service: Service, section: Directives): Profile {
  switch (service.hardening) {
    case "off":
      return [];
    case "standard":
      return STANDARD;
    case "strict":
      return [...STRICT, ["CapabilityBoundingSet", ambientCapabilities(section)]];
  }
}

/** An ambient capability outside the bounding set is dropped without a word, so the set holds just those. */
function ambientCapabilities(section: Directives): string {
  return section
    .filter((directive) => directive.name === "AmbientCapabilities")
    .map((directive) => directive.value)
    .join(" ");
}

/** ProtectSystem=strict makes everything read-only: what the service declares as its own stays writable. */
function writablePaths(service: Service): Profile {
  const owned = service.directories
    .filter((directory) => directory.owner !== "root")
    .map((directory) => directory.path);
  const paths = [...(service.cache === null ? [] : [service.cache.path]), ...owned];
  return paths.map((path) => ["ReadWritePaths", `-${path}`] as const);
}
