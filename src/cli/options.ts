/** The options of every command as yargs takes them, and the checked values that commands get. */
import type { Options } from "yargs";
import { UsageError } from "../core/errors.ts";
import type { ProgressDetail } from "../report/run/reporter.ts";

/** Options that name a project, an environment and what of it. */
export const SELECTION = {
  project: { type: "string", default: ".", describe: "project folder", requiresArg: true },
  env: { type: "string", describe: "environment, always needed: inventory/ENV.yaml", requiresArg: true },
  limit: { type: "string", describe: "only these hosts, e.g. web:!web3", requiresArg: true },
  service: { type: "string", array: true, describe: "only these services", requiresArg: true },
  set: { type: "string", array: true, describe: "KEY.PATH=VALUE over the values files", requiresArg: true },
  values: { type: "string", array: true, describe: "values files over the project's own", requiresArg: true },
} as const satisfies Readonly<Record<string, Options>>;

/** Options of everything that opens connections. */
export const CONNECTION = {
  identity: {
    type: "string",
    describe: "private key, instead of the inventory's; the only one tried",
    requiresArg: true,
  },
  "known-hosts": {
    type: "string",
    array: true,
    describe: "known_hosts files, instead of the inventory's and the user's",
    requiresArg: true,
  },
  forks: { type: "string", default: "20", describe: "hosts worked on at once", requiresArg: true },
} as const satisfies Readonly<Record<string, Options>>;

/** Of everything that changes hosts. */
export const PROGRESS = {
  verbose: { type: "boolean", describe: "show every step of every host, a line each" },
} as const satisfies Readonly<Record<string, Options>>;

/** Options that pick runs out of a history. */
export const HISTORY = {
  project: SELECTION.project,
  env: { ...SELECTION.env, describe: "only this environment, and ask its hosts as well" },
  local: { type: "boolean", describe: "with --env: ask no host" },
  limit: SELECTION.limit,
  host: { type: "string", describe: "only this host", requiresArg: true },
  service: { ...SELECTION.service, describe: "only runs of these services" },
  since: { type: "string", describe: "not before: 3d, yesterday, 2026-11-20 …", requiresArg: true },
  count: { type: "string", default: "20", describe: "how many runs", requiresArg: true },
} as const satisfies Readonly<Record<string, Options>>;

/** Options of lint. */
export const LINT = {
  project: {
    type: "string",
    default: ".",
    describe: "project folder, when no files are named",
    requiresArg: true,
  },
  env: { type: "string", describe: "only this environment of the project", requiresArg: true },
  systemd: {
    type: "string",
    describe: "version that named files are for: 247, 252 (default), 257",
    requiresArg: true,
  },
  format: {
    type: "string",
    choices: ["text", "json", "github", "sarif"],
    default: "text",
    describe: "format of standard output",
    requiresArg: true,
  },
  fix: {
    type: "boolean",
    describe: "make the fixes that need no decision in the files, show them, and look again",
  },
  "dry-run": { type: "boolean", describe: "with --fix: only show them" },
  security: {
    type: "boolean",
    describe: "what makes up each service's exposure, as systemd-analyze security",
  },
  explain: { type: "string", describe: "explain a rule, e.g. SD003", requiresArg: true },
} as const satisfies Readonly<Record<string, Options>>;

/** Options of status. */
export const STATUS = {
  watch: {
    type: "string",
    describe: "look again and again, every 2s or as said, until Ctrl-C; without drift",
  },
  all: { type: "boolean", describe: "fold nothing; units beside a service's own too" },
  "no-drift": { type: "boolean", describe: "do not look for drift, which reads every file" },
} as const satisfies Readonly<Record<string, Options>>;

/** Options of logs: what of which hosts. */
export const LOGS = {
  project: SELECTION.project,
  env: SELECTION.env,
  limit: SELECTION.limit,
  host: { type: "string", describe: "only this host", requiresArg: true },
  set: SELECTION.set,
  values: SELECTION.values,
  identity: CONNECTION.identity,
  "known-hosts": CONNECTION["known-hosts"],
  follow: { type: "boolean", alias: "f", describe: "go on with what comes, until Ctrl-C" },
  since: {
    type: "string",
    describe: "from 10min ago, or from 2026-11-21T03:00, on; default: the last start",
    requiresArg: true,
  },
  lines: {
    type: "string",
    describe: "the last N of each host, or all; default 200, with -f 10",
    requiresArg: true,
  },
  priority: {
    type: "string",
    describe: "only these and graver ones: err, warning, info, … or 0 to 7",
    requiresArg: true,
  },
} as const satisfies Readonly<Record<string, Options>>;

/** Of plan and apply. */
export const PRUNE = {
  prune: {
    type: "string",
    describe: "also remove services that left the project; =all: even if that is most of them",
  },
} as const satisfies Readonly<Record<string, Options>>;

/** --output with these formats, the first being the default. */
export function outputOption(...formats: readonly [string, ...string[]]): Options {
  return {
    type: "string",
    choices: formats,
    default: formats[0],
    describe: "format of standard output",
    requiresArg: true,
  };
}

/** Parsed arguments as yargs gives them. */
export type RawArguments = { readonly [option: string]: unknown };

/** Which part of which project. Paths are as typed. */
export type Selection = {
  readonly project: string;
  readonly environment: string;
  readonly limit: string | null;
  readonly services: readonly string[];
  /** all: with --prune, which also looks for what is left on hosts that no play names. */
  readonly hosts?: "of-plays" | "all";
  readonly set: readonly string[];
  readonly valuesFiles: readonly string[];
};

/** How hosts are reached. */
export type Connection = {
  readonly identity: string | null;
  readonly knownHosts: readonly string[];
  readonly forks: number;
};

/** The selection. Throws UsageError without --env or with an option given twice. */
export function selectionOf(raw: RawArguments): Selection {
  const environment = optionalText(raw, "env");
  if (environment === null)
    throw new UsageError(
      "--env is needed: it names the environment, e.g. --env prod for inventory/prod.yaml",
    );
  return {
    project: optionalText(raw, "project") ?? ".",
    environment,
    limit: optionalText(raw, "limit"),
    services: texts(raw, "service"),
    hosts: raw.prune === undefined ? "of-plays" : "all",
    set: texts(raw, "set"),
    valuesFiles: texts(raw, "values"),
  };
}

/** The connection options. Throws UsageError for a --forks that is no count. */
export function connectionOf(raw: RawArguments): Connection {
  const forks = optionalText(raw, "forks") ?? "20";
  if (!/^[1-9][0-9]{0,3}$/.test(forks))
    throw new UsageError(`--forks takes a number from 1 to 9999, not ${JSON.stringify(forks)}`);
  return {
    identity: optionalText(raw, "identity"),
    knownHosts: texts(raw, "known-hosts"),
    forks: Number(forks),
  };
}

/** A single-valued option; null when it was not given. Throws UsageError when it was given twice or empty. */
export function optionalText(raw: RawArguments, name: string): string | null {
  const value = raw[name];
  if (value === undefined) return null;
  if (Array.isArray(value))
    throw new UsageError(`--${name} was given ${value.length} times; it takes one value`);
  if (typeof value !== "string" || value === "") throw new UsageError(`--${name} needs a value`);
  return value;
}

/** What stands behind the command's name without an option's. */
export function operandsOf(raw: RawArguments): readonly string[] {
  return Array.isArray(raw._) ? raw._.slice(1).map(String) : [];
}

/** The first of them; null when there is none. */
export function argumentOf(raw: RawArguments): string | null {
  return operandsOf(raw)[0] ?? null;
}

/** A switch: on when given. */
export function isGiven(raw: RawArguments, name: string): boolean {
  return raw[name] === true;
}

/** How much of what happens is shown: with --verbose every step. */
export function progressOf(raw: RawArguments): ProgressDetail {
  return isGiven(raw, "verbose") ? "steps" : "hosts";
}

/** An option that may be given several times or with several values. Throws UsageError for an empty one. */
export function texts(raw: RawArguments, name: string): readonly string[] {
  const value = raw[name];
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((each) => {
    if (typeof each !== "string" || each === "") throw new UsageError(`--${name} needs a value`);
    return each;
  });
}
