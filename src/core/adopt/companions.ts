/**
 * The hand-made sockets, timers and paths around a service → keys of its service file; and of those that stay
 * on the host, why.
 */
import { refuseName } from "../config/allow-lists.ts";
import { triggeredUnit } from "../unit-file/triggers.ts";
import { pathsOf } from "./beside.ts";
import type { AdoptFacts, LiveUnit } from "./host-facts.ts";
import { type Inherited, readJob, readTrigger } from "./read-trigger.ts";
import { liveSections } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/** A unit of the host, and its name as svcdeploy renders it. */
export type Renamed = { readonly live: LiveUnit; readonly now: string };

/**
 * What becomes an item of a list of the service file. units: the companion, then the job that it starts where
 * that is not the service.
 */
export type Companion = {
  readonly key: "sockets" | "timers" | "paths";
  readonly entry: ReadonlyMap<string, Yaml>;
  readonly units: readonly [Renamed, ...Renamed[]];
};

/** Those that a service file can say, and the others with the reason. */
export type Companions = {
  readonly taken: readonly Companion[];
  readonly left: readonly { readonly unit: string; readonly why: string }[];
};

/**
 * The service that they belong to. name: as svcdeploy calls it; without: companions that are not to be
 * taken, with the reason.
 */
export type CompanionsOf = {
  readonly name: string;
  readonly live: LiveUnit;
  readonly facts: AdoptFacts;
  readonly systemd: number;
  readonly inherited: Inherited;
  readonly without: ReadonlyMap<string, string>;
};

/**
 * Sockets and paths that start the service, and timers and paths with a job that bear its name. A timer that
 * starts the service itself is none.
 */
export function adoptCompanions(around: CompanionsOf): Companions {
  const found = [...around.facts.beside.values()]
    .filter((live) => isCompanion(live, around))
    .map((live) => ({ live, result: adoptOne(live, around) }));
  return {
    taken: found.flatMap(({ result }) => (typeof result === "string" ? [] : [result])),
    left: found.flatMap(({ live, result }) =>
      typeof result === "string" ? [{ unit: live.unit, why: result }] : [],
    ),
  };
}

/** A timer or path with its job as an item of a service of this name, or why it cannot be one. */
export function adoptTrigger(
  live: LiveUnit,
  job: LiveUnit,
  own: string,
  around: Pick<CompanionsOf, "name" | "facts" | "systemd" | "inherited">,
): Companion | string {
  const { name, facts, systemd, inherited } = around;
  if (refuseName(own) !== null) return `${JSON.stringify(own)} cannot be a name in a service file`;
  const trigger = readTrigger(live, facts, systemd);
  if (typeof trigger === "string") return trigger;
  const starters = startersOf(job, facts);
  if (starters.some((unit) => unit !== live.unit)) return `its job is started by ${starters.join(" and ")}`;
  const said = readJob(job, facts, systemd, inherited);
  if (typeof said === "string") return `its job ${said}`;
  const twice = [...trigger.keys()].find((directive) => said.has(directive));
  if (twice !== undefined) return `${twice}= is in it and in its job`;
  const entry = new Map<string, Yaml>([["name", own], ...trigger, ...said]);
  const units = [
    { live, now: `${name}-${own}${typeOf(live)}` },
    { live: job, now: `${name}-${own}.service` },
  ] as const;
  return { key: typeOf(live) === ".timer" ? "timers" : "paths", entry, units };
}

/** Files of a unit that its new ones take the place of; one that keeps its name is overwritten. */
export function replacedBy({ live, now }: Renamed, facts: AdoptFacts): readonly string[] {
  return pathsOf(live.unit, facts).slice(live.unit === now ? 1 : 0);
}

/** Which unit a socket, timer or path of the host starts; null: none. */
export function startedBy(live: LiveUnit, facts: AdoptFacts): string | null {
  const sections = liveSections(live, facts);
  return triggeredUnit(live.unit, (section, directive) => sections.get(section)?.get(directive)?.[0] ?? null);
}

/** All that starts a unit: what the manager says, and what is in /etc without being loaded. */
export function startersOf(live: LiveUnit, facts: AdoptFacts): readonly string[] {
  const unloaded = [...facts.beside.values()].filter((each) => startedBy(each, facts) === live.unit);
  return [...new Set([...live.triggeredBy, ...unloaded.map(({ unit }) => unit)])];
}

function isCompanion(live: LiveUnit, { live: service, facts }: CompanionsOf): boolean {
  if (live.unit.endsWith(".service")) return false;
  const [prefix, stem] = [stemOf(service.unit), stemOf(live.unit)];
  if (startedBy(live, facts) === service.unit) return typeOf(live) !== ".timer";
  return stem === prefix || (stem.startsWith(`${prefix}-`) && typeOf(live) !== ".socket");
}

function adoptOne(live: LiveUnit, around: CompanionsOf): Companion | string {
  const { facts, name, without } = around;
  const unlike = without.get(live.unit);
  if (unlike !== undefined) return unlike;
  const own = nameOf(live, around);
  const starts = startedBy(live, facts);
  if (starts === around.live.unit) return adoptStarter(live, own, around);
  const job = facts.beside.get(starts ?? "");
  if (job === undefined || own === null || starts !== `${stemOf(live.unit)}.service`)
    return `it starts ${starts}, which is not of this service`;
  return adoptTrigger(live, job, own, { ...around, name });
}

/**
 * A socket or path of the service itself. By default a socket's descriptors bear its unit's name: under
 * another one the old one is written.
 */
function adoptStarter(
  live: LiveUnit,
  own: string | null,
  { name, facts, systemd }: CompanionsOf,
): Companion | string {
  if (own !== null && refuseName(own) !== null)
    return `${JSON.stringify(own)} cannot be a name in a service file`;
  const said = readTrigger(live, facts, systemd);
  if (typeof said === "string") return said;
  const now = `${name}${own === null ? "" : `-${own}`}${typeOf(live)}`;
  const isSocket = typeOf(live) === ".socket";
  const named =
    isSocket && now !== live.unit && !said.has("FileDescriptorName")
      ? [["FileDescriptorName", live.unit] as const]
      : [];
  const entry = new Map<string, Yaml>([...(own === null ? [] : [["name", own] as const]), ...said, ...named]);
  return { key: isSocket ? "sockets" : "paths", entry, units: [{ live, now }] };
}

/** null: a socket that needs no name beside the service's. */
function nameOf(live: LiveUnit, { live: service }: CompanionsOf): string | null {
  const [prefix, stem] = [stemOf(service.unit), stemOf(live.unit)];
  if (stem === prefix) return typeOf(live) === ".socket" ? null : "watch";
  return stem.startsWith(`${prefix}-`) ? stem.slice(prefix.length + 1) : stem;
}

function stemOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf("."));
}

function typeOf({ unit }: LiveUnit): string {
  return unit.slice(unit.lastIndexOf("."));
}
