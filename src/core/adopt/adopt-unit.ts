/** A live unit with what is around it → the keys of its service file, and what they cannot say. */
import { refuseAccount, refuseName } from "../config/allow-lists.ts";
import { unescapeUnitName } from "../unit-file/escape.ts";
import { parseUnitName } from "../unit-file/unit-name.ts";
import { adoptCache, adoptLogrotate, adoptSlice, type Beside, pathsOf } from "./beside.ts";
import { adoptCompanions, type Companion, startersOf } from "./companions.ts";
import { adoptEnvironment, type FoundSecret } from "./environment.ts";
import { type AdoptFacts, hostFiles, type LiveAccount, type LiveUnit } from "./host-facts.ts";
import { INHERITED, type Inherited } from "./read-trigger.ts";
import { saySections } from "./say-sections.ts";
import { compareSections, sectionsInForce, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/**
 * A service that was adopted. merged: the host's drop-ins and files that its keys take the place of; retired:
 * its sockets, timers and paths that get another name; notes: what a reader of the file has to know;
 * obstacles: why it should not be written.
 */
export type Adopted = {
  readonly name: string;
  readonly unit: string;
  readonly instance: string | null;
  readonly blocks: ReadonlyMap<string, Yaml>;
  readonly secrets: ReadonlyMap<string, FoundSecret>;
  readonly account: LiveAccount | null;
  readonly companions: readonly Companion[];
  readonly merged: readonly string[];
  readonly retired: readonly string[];
  readonly notes: readonly string[];
  readonly obstacles: readonly string[];
};

/**
 * asked: the name that was asked for, null: the unit's own. more: other instances of its template. without:
 * keys and companions that are not to be there, with the reason.
 */
export type AdoptOptions = {
  readonly asked: string | null;
  readonly more: readonly LiveUnit[];
  readonly systemd: number;
  readonly without: ReadonlyMap<string, string>;
};

/** The service that a unit becomes. Only for units that refuseUnit lets pass. */
export function adoptUnit(live: LiveUnit, facts: AdoptFacts, options: AdoptOptions): Adopted {
  const { asked, systemd, without } = options;
  const parsed = parseUnitName(live.unit);
  const [prefix, instance] = [parsed?.prefix ?? "", parsed?.instance ?? null];
  const written = instance === null ? live.unit : `${prefix}@.service`;
  const own = [live.fragment, ...pathsOf(written, facts).slice(1)];
  const sections = sectionsInForce(live.unit, hostFiles(facts, own));
  const name = asked ?? prefix;
  const draft: Draft = {
    live,
    facts,
    systemd,
    without,
    name,
    sections,
    notes: [],
    obstacles: [],
    merged: own.slice(1),
    retired: [],
    companions: [],
    blocks: new Map([["name", name]]),
  };
  if (refuseName(name) !== null)
    draft.obstacles.push(`"${name}" cannot be a service's name: give one with --name`);
  const account = takeAccount(draft);
  const environment = adoptEnvironment(live.unit, sections.get("Service") ?? new Map(), facts, systemd);
  draft.notes.push(...environment.notes);
  const slice = takeBeside(draft, "slice", sliceOf(draft));
  const caches = takeBeside(draft, "cache", adoptCache(neededMounts(sections), facts));
  if (instance === null) takeCompanions(draft, inheritedOf(sections, slice.length > 0, caches));
  takeSections(draft, { account, environment, slice, caches });
  if (instance !== null) takeInstances(draft, [live, ...options.more]);
  if (environment.variables.size > 0) draft.blocks.set("environment", environment.variables);
  if (environment.secrets.size > 0)
    draft.blocks.set(
      "secrets",
      new Map([...environment.secrets.keys()].map((each) => [each, new Map([["env", each]])])),
    );
  slice.forEach((value) => void draft.blocks.set("slice", value));
  caches.forEach((value) => void draft.blocks.set("cache", value));
  for (const value of takeBeside(draft, "logrotate", adoptLogrotate(prefix, logsOf(draft), facts)))
    draft.blocks.set("logrotate", value);
  for (const key of ["sockets", "timers", "paths"]) {
    const entries = draft.companions.flatMap((companion) => (companion.key === key ? [companion.entry] : []));
    if (entries.length > 0) draft.blocks.set(key, entries);
  }
  noteState(draft, prefix, own);
  const { blocks, companions, merged, retired, notes, obstacles } = draft;
  return {
    name,
    unit: live.unit,
    instance,
    blocks,
    secrets: environment.secrets,
    account,
    companions,
    merged,
    retired,
    notes,
    obstacles,
  };
}

type Draft = {
  readonly live: LiveUnit;
  readonly facts: AdoptFacts;
  readonly systemd: number;
  readonly without: AdoptOptions["without"];
  readonly name: string;
  readonly sections: ValuesBySection;
  readonly notes: string[];
  readonly obstacles: string[];
  readonly merged: string[];
  readonly retired: string[];
  readonly companions: Companion[];
  readonly blocks: Map<string, Yaml>;
};

/** A system account is declared; a person's stays a User=. */
function takeAccount({ sections, facts, blocks }: Draft): LiveAccount | null {
  const service = sections.get("Service");
  const user = service?.get("User")?.[0];
  const account = facts.accounts.find((each) => each.user === user);
  if (
    account === undefined ||
    account.uid === 0 ||
    account.uid >= 1000 ||
    refuseAccount(account.user) !== null
  )
    return null;
  const group = service?.get("Group")?.[0] ?? account.group;
  if (group === null || refuseAccount(group) !== null) return null;
  const isHome = /^\/[A-Za-z0-9._/-]+[A-Za-z0-9]$/.test(account.home) && account.home !== "/nonexistent";
  const entries = [
    ["user", account.user],
    ...(group === account.user ? [] : [["group", group]]),
    ...(isHome ? [["home", account.home]] : []),
  ] as const;
  blocks.set("account", new Map(entries.map(([key = "", value = ""]) => [key, value])));
  return account;
}

function sliceOf({ sections, facts }: Draft): readonly Beside[] {
  const slice = sections.get("Service")?.get("Slice")?.[0];
  const found = slice === undefined ? null : adoptSlice(slice, facts);
  return found === null ? [] : [found];
}

/** The first one that a service file can say; of every other one, that it stays. */
function takeBeside(
  draft: Draft,
  key: string,
  found: readonly Beside[],
): readonly ReadonlyMap<string, Yaml>[] {
  const unlike = draft.without.get(key);
  const taken = unlike === undefined ? found.find(({ value }) => value !== null) : undefined;
  for (const each of found) {
    if (each === taken) continue;
    draft.notes.push(
      `${each.path} stays on the host as it is: ` +
        `${each.why === "" ? (unlike ?? `a service has one ${key}`) : each.why}.`,
    );
  }
  if (taken?.value == null) return [];
  draft.merged.push(...taken.replaced);
  if (key === "slice" || key === "cache")
    draft.notes.push(
      `${taken.path} becomes \`${key}:\` of this file; svcdeploy then writes its Description= and [Install].`,
    );
  if (key === "logrotate" && taken.path !== `/etc/logrotate.d/${draft.name}`) draft.merged.push(taken.path);
  return [taken.value];
}

function neededMounts(sections: ValuesBySection): ReadonlySet<string> {
  const values = (section: string, name: string): readonly string[] =>
    (sections.get(section)?.get(name) ?? []).flatMap((value) => value.split(/\s+/));
  const named = ["After", "Requires", "BindsTo", "Wants", "RequiresMountsFor"].flatMap((name) =>
    values("Unit", name),
  );
  const folders = values("Service", "CacheDirectory").map((folder) => `/var/cache/${folder.split(":")[0]}`);
  return new Set([...named, ...folders]);
}

/** What a job of the service would go by. */
function inheritedOf(sections: ValuesBySection, hasSlice: boolean, caches: Taken["caches"]): Inherited {
  const names = hasSlice ? [...INHERITED, "Slice"] : INHERITED;
  const directives = new Map([...(sections.get("Service") ?? [])].filter(([name]) => names.includes(name)));
  return { directives, mount: mountOf(caches) };
}

/** Sockets, timers and paths, with their jobs: what keeps its name is overwritten in its place. */
function takeCompanions(draft: Draft, inherited: Inherited): void {
  const { facts, notes, retired, merged } = draft;
  const { taken, left } = adoptCompanions({ ...draft, inherited });
  draft.companions.push(...taken);
  for (const { key, units } of taken) {
    const [{ live, now }] = units;
    const described = key === "sockets" ? "" : " svcdeploy then writes its Description=.";
    const inactive = live.activeState === "active" ? "" : ` It was ${live.activeState}; an apply starts it.`;
    notes.push(
      `${live.unit} becomes \`${key}:\` of this ` +
        `file${now === live.unit ? "" : `, as ${now}`}.${described}${inactive}`,
    );
    if (now !== live.unit) retired.push(live.unit);
    for (const each of units)
      merged.push(...pathsOf(each.live.unit, facts).slice(each.live.unit === each.now ? 1 : 0));
  }
  for (const { unit, why } of left) notes.push(`${unit} stays on the host as it is: ${why}.`);
}

type Taken = {
  readonly account: LiveAccount | null;
  readonly environment: ReturnType<typeof adoptEnvironment>;
  readonly slice: readonly unknown[];
  readonly caches: readonly ReadonlyMap<string, Yaml>[];
};

function mountOf([cache]: Taken["caches"]): string | null {
  const path = cache?.get("path");
  return typeof path === "string" ? path : null;
}

function takeSections(draft: Draft, { account, environment, slice, caches }: Taken): void {
  const said = saySections(draft.sections, draft.systemd, {
    own: "Service",
    dropped: new Set([
      ...(account === null ? [] : ["User", "Group"]),
      ...(slice.length === 0 ? [] : ["Slice"]),
    ]),
    rewritten: new Map([
      ["Environment", environment.assignments],
      ["EnvironmentFile", environment.files],
    ]),
    mount: mountOf(caches),
    companions: new Set(draft.companions.map(({ units: [{ live }] }) => live.unit)),
  });
  for (const [key, block] of said.blocks) draft.blocks.set(key, block);
  draft.notes.push(...said.notes);
  draft.obstacles.push(...said.obstacles);
}

function takeInstances({ blocks, facts, live, obstacles }: Draft, units: readonly LiveUnit[]): void {
  const inForce = ({ unit, fragment, dropIns }: LiveUnit): ValuesBySection =>
    sectionsInForce(unit, hostFiles(facts, [fragment, ...dropIns]));
  const first = inForce(live);
  for (const other of units.filter((unit) => compareSections(first, inForce(unit)).length > 0))
    obstacles.push(`${other.unit} is not like ${live.unit}: it has drop-ins of its own`);
  const names = units.map(({ unit }) => parseUnitName(unit)?.instance ?? "");
  blocks.set(
    "instances",
    names.map((name) => unescapeUnitName(name) ?? name),
  );
}

function logsOf({ sections }: Draft): readonly string[] {
  return ["StandardOutput", "StandardError"].flatMap((name) => {
    const path = /^(?:append|file|truncate):(\/.+)$/.exec(sections.get("Service")?.get(name)?.[0] ?? "")?.[1];
    return path === undefined ? [] : [path];
  });
}

function noteState(draft: Draft, prefix: string, own: readonly string[]): void {
  const { live, facts, notes, obstacles, sections, name } = draft;
  const others = live.dropIns.filter((path) => !own.includes(path));
  for (const path of others)
    notes.push(`${path} stays on the host and still overrides this file: it applies to other units as well.`);
  const link = facts.links.get(live.fragment);
  if (link !== undefined)
    notes.push(`${live.fragment} is a link to ${link}; svcdeploy writes a file in its place.`);
  const told = [...facts.beside.keys()].filter((unit) => !unit.endsWith(".timer"));
  const starters = startersOf(live, facts);
  for (const unit of starters.filter((each) => !told.includes(each)))
    notes.push(`${unit} starts it and stays on the host as it is.`);
  const trigger = starters.find(
    (unit) => unit.endsWith(".timer") || (unit.endsWith(".path") && isOneshot(sections)),
  );
  if (trigger !== undefined)
    obstacles.push(
      `${trigger} starts it, and a service of svcdeploy runs all the time: make it a job of a service ` +
        "of this host with --into SERVICE",
    );
  else if (!draft.blocks.has("install"))
    notes.push(
      "It had no [Install]: svcdeploy enables what it keeps running, by WantedBy=multi-user.target.",
    );
  if (live.activeState !== "active" && trigger === undefined)
    notes.push(`It was ${live.activeState} when it was read; an apply starts it.`);
  if (live.unitFileState === "disabled") notes.push("It was disabled; an apply enables it.");
  if (name !== prefix)
    notes.push(
      `The service is called ${name}: before the apply, stop the old unit with systemctl disable --now ` +
        `${live.unit}.`,
    );
}

/** What ends when it has done its work. */
function isOneshot(sections: ValuesBySection): boolean {
  const service = sections.get("Service");
  return (
    service?.get("Type")?.[0] === "oneshot" &&
    !/^(?:yes|true|on|1|y|t)$/i.test(service.get("RemainAfterExit")?.[0] ?? "")
  );
}
