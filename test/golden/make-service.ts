/**
 * Builds a Service from a short form, for tests and goldens: what is left out has the default that an
 * expanded service has.
 */

import type { Host, Place } from "../../src/core/model/declared.ts";
import type { Directives, Service } from "../../src/core/model/service.ts";

/** Directives as a map; a list repeats the directive. */
export type ShortDirectives = { readonly [name: string]: string | readonly string[] };

/**
 * A service in short form. Places point to services/<name>.yaml:1:1; a directive's line is its position in
 * its section.
 */
export type ShortService = Partial<
  Omit<
    Service,
    | "unit"
    | "service"
    | "install"
    | "environment"
    | "secrets"
    | "files"
    | "slice"
    | "cache"
    | "logrotate"
    | "directories"
    | "artifact"
  >
> & {
  readonly name: string;
  readonly unit?: ShortDirectives;
  readonly service?: ShortDirectives;
  readonly install?: ShortDirectives;
  readonly environment?: { readonly [name: string]: string };
  readonly secrets?: readonly string[];
  /** Those of the secrets that are delivered as credentials. */
  readonly credentials?: readonly string[];
  readonly files?: readonly (Partial<Service["files"][number]> &
    Pick<Service["files"][number], "path" | "from">)[];
  readonly slice?: { readonly name: string; readonly directives: ShortDirectives } | null;
  readonly cache?:
    | (Omit<NonNullable<Service["cache"]>, "place" | "persist" | "unit" | "mount"> &
        Partial<Pick<NonNullable<Service["cache"]>, "persist" | "unit" | "mount">>)
    | null;
  readonly logrotate?:
    | (Omit<NonNullable<Service["logrotate"]>, "place" | "postrotate"> &
        Partial<Pick<NonNullable<Service["logrotate"]>, "postrotate">>)
    | null;
  readonly directories?: readonly Omit<Service["directories"][number], "place">[];
  readonly artifact?: Omit<NonNullable<Service["artifact"]>, "place"> | null;
};

/** The full service. */
export function makeService(short: ShortService): Service {
  const place = { file: `services/${short.name}.yaml`, line: 1, column: 1 };
  const { slice, cache, logrotate, artifact } = short;
  return {
    file: place.file,
    account: null,
    hardening: "off",
    runtime: null,
    timers: [],
    sockets: [],
    instances: [],
    paths: [],
    dropIns: [],
    blockFiles: [],
    health: [],
    settleSeconds: 5,
    lintIgnore: [],
    ...short,
    artifact: artifact ? { ...artifact, place } : null,
    unit: makeDirectives(short.unit, place),
    service: makeDirectives(short.service, place),
    install: makeDirectives(short.install, place),
    environment: Object.entries(short.environment ?? {}).map(([name, value]) => ({ name, value, place })),
    secrets: (short.secrets ?? []).map((name) => {
      const deliver = short.credentials?.includes(name) ? "credential" : "environment";
      return { name, source: { provider: "env", variable: name }, deliver, place };
    }),
    files: (short.files ?? []).map((file) => ({
      mode: "0644",
      owner: "root",
      group: "root",
      onChange: "restart",
      place,
      ...file,
    })),
    slice: slice ? { name: slice.name, directives: makeDirectives(slice.directives, place), place } : null,
    cache: cache ? { persist: null, unit: [], mount: [], ...cache, place } : null,
    logrotate: logrotate ? { postrotate: null, ...logrotate, place } : null,
    directories: (short.directories ?? []).map((directory) => ({ ...directory, place })),
  };
}

/** A host; systemd 247 as by default. */
export function makeHost(changes: Partial<Host> = {}): Host {
  const reach = {
    name: "web1",
    address: "192.0.2.1",
    port: 22,
    user: "deploy",
    become: "sudo",
    identity: null,
    knownHosts: null,
    connectTimeoutSeconds: 10,
  } as const;
  const rest = {
    groups: [],
    vars: {},
    labels: {},
    systemd: 247,
    required: false,
    place: { file: "inventory/prod.yaml", line: 1, column: 1 },
  };
  return { ...reach, ...rest, ...changes };
}

function makeDirectives(short: ShortDirectives | undefined, place: Place): Directives {
  const pairs = Object.entries(short ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => ({ name, value: one })),
  );
  return pairs.map((pair, index) => ({ ...pair, place: { ...place, line: index + 1 } }));
}
