/** A live unit with what stands around it → the keys of its service file, and what they cannot say. */
import { refuseAccount, refuseName } from "../config/allow-lists.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { unescapeUnitName } from "../unit-file/escape.ts";
import { parseUnitName } from "../unit-file/unit-name.ts";
import { adoptCache, adoptLogrotate, adoptSlice, asYaml, type Beside, pathsOf } from "./beside.ts";
import { adoptEnvironment, type FoundSecret, holdsSecret } from "./environment.ts";
import { type HostFacts, hostFiles, type LiveAccount, type LiveUnit } from "./host-facts.ts";
import { compareSections, type Sections, sectionsInForce } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/**
 * A service that was adopted. merged: the host's drop-ins and files that its keys take the place of; own: the files that svcdeploy will write anew;
 * notes: what whoever reads the file has to know; obstacles: why it should not be written.
 */
export type Adopted = {
  readonly name: string;
  readonly unit: string;
  readonly instance: string | null;
  readonly blocks: ReadonlyMap<string, Yaml>;
  readonly secrets: ReadonlyMap<string, FoundSecret>;
  readonly account: LiveAccount | null;
  readonly merged: readonly string[];
  readonly notes: readonly string[];
  readonly obstacles: readonly string[];
};

/** Why a unit cannot become a service; null: it can. */
export function refuseUnit(live: LiveUnit, facts: HostFacts): string | null {
  const owner = [live.fragment, ...live.dropIns].map((path) => facts.owners.get(path)).find((each) => each !== undefined);
  if (owner !== undefined) return `it is svcdeploy's already: ${owner} (project/service)`;
  if (live.loadState === "masked") return "it is masked: systemctl unmask it first, or leave it out";
  if (live.loadState === "not-found") return "there is no such unit";
  if (!live.fragment.startsWith("/etc/systemd/system/"))
    return live.fragment === ""
      ? "it has no unit file"
      : `its file is ${live.fragment}, which is not the host's own: svcdeploy does not shadow what packages bring or programs generate${sayDropIns(live)}`;
  const unread = [live.fragment, ...live.dropIns].find((path) => !facts.files.has(path));
  return unread === undefined ? null : `${unread} cannot be read: ${facts.unread.get(unread) ?? "it is not there"}`;
}

function sayDropIns({ dropIns }: LiveUnit): string {
  const own = dropIns.filter((path) => path.startsWith("/etc/"));
  return own.length === 0 ? "" : `; ${own.join(" ")} can be written as \`dropins:\` of a service (docs/companions.md)`;
}

/** asked: the name that was asked for, null: the unit's own. more: other instances of its template. without: keys that are not to be there, with the reason. */
export type AdoptOptions = {
  readonly asked: string | null;
  readonly more: readonly LiveUnit[];
  readonly systemd: number;
  readonly without: ReadonlyMap<string, string>;
};

/** The service that a unit becomes. Only for units that refuseUnit lets pass. */
export function adoptUnit(live: LiveUnit, facts: HostFacts, options: AdoptOptions): Adopted {
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
    blocks: new Map([["name", name]]),
  };
  if (refuseName(name) !== null) draft.obstacles.push(`"${name}" cannot be a service's name: give one with --name`);
  const account = takeAccount(draft);
  const environment = adoptEnvironment(live.unit, sections.get("Service") ?? new Map(), facts, systemd);
  draft.notes.push(...environment.notes);
  const slice = takeBeside(draft, "slice", sliceOf(draft));
  const caches = takeBeside(draft, "cache", adoptCache(neededMounts(sections), facts));
  takeSections(draft, { account, environment, slice, caches });
  if (instance !== null) takeInstances(draft, [live, ...options.more]);
  if (environment.variables.size > 0) draft.blocks.set("environment", environment.variables);
  if (environment.secrets.size > 0)
    draft.blocks.set("secrets", new Map([...environment.secrets.keys()].map((each) => [each, new Map([["env", each]])])));
  slice.forEach((value) => void draft.blocks.set("slice", value));
  caches.forEach((value) => void draft.blocks.set("cache", value));
  for (const value of takeBeside(draft, "logrotate", adoptLogrotate(prefix, logsOf(draft), facts))) draft.blocks.set("logrotate", value);
  noteState(draft, prefix, own);
  const { blocks, merged, notes, obstacles } = draft;
  return { name, unit: live.unit, instance, blocks, secrets: environment.secrets, account, merged, notes, obstacles };
}

type Draft = {
  readonly live: LiveUnit;
  readonly facts: HostFacts;
  readonly systemd: number;
  readonly without: AdoptOptions["without"];
  readonly name: string;
  readonly sections: Sections;
  readonly notes: string[];
  readonly obstacles: string[];
  readonly merged: string[];
  readonly blocks: Map<string, Yaml>;
};

/** A system account is declared; a person's stays a User=. */
function takeAccount({ sections, facts, blocks }: Draft): LiveAccount | null {
  const service = sections.get("Service");
  const user = service?.get("User")?.[0];
  const account = facts.accounts.find((each) => each.user === user);
  if (account === undefined || account.uid === 0 || account.uid >= 1000 || refuseAccount(account.user) !== null) return null;
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
function takeBeside(draft: Draft, key: string, found: readonly Beside[]): readonly ReadonlyMap<string, Yaml>[] {
  const unlike = draft.without.get(key);
  const taken = unlike === undefined ? found.find(({ value }) => value !== null) : undefined;
  for (const each of found) {
    if (each === taken) continue;
    draft.notes.push(`${each.path} stays on the host as it is: ${each.why === "" ? (unlike ?? `a service has one ${key}`) : each.why}.`);
  }
  if (taken?.value == null) return [];
  draft.merged.push(...taken.replaced);
  if (key === "slice" || key === "cache")
    draft.notes.push(`${taken.path} becomes \`${key}:\` of this file; its Description= and [Install] are svcdeploy's then.`);
  if (key === "logrotate" && taken.path !== `/etc/logrotate.d/${draft.name}`) draft.merged.push(taken.path);
  return [taken.value];
}

function neededMounts(sections: Sections): ReadonlySet<string> {
  const values = (section: string, name: string): readonly string[] =>
    (sections.get(section)?.get(name) ?? []).flatMap((value) => value.split(/\s+/));
  const named = ["After", "Requires", "BindsTo", "Wants", "RequiresMountsFor"].flatMap((name) => values("Unit", name));
  const folders = values("Service", "CacheDirectory").map((folder) => `/var/cache/${folder.split(":")[0]}`);
  return new Set([...named, ...folders]);
}

type Taken = {
  readonly account: LiveAccount | null;
  readonly environment: ReturnType<typeof adoptEnvironment>;
  readonly slice: readonly unknown[];
  readonly caches: readonly ReadonlyMap<string, Yaml>[];
};

function takeSections(draft: Draft, { account, environment, slice, caches }: Taken): void {
  const cachePath = caches[0]?.get("path");
  const drop = new Set([...(account === null ? [] : ["User", "Group"]), ...(slice.length === 0 ? [] : ["Slice"])]);
  const rewritten = new Map([
    ["Environment", environment.assignments],
    ["EnvironmentFile", environment.files],
  ]);
  for (const [section, directives] of draft.sections) {
    const key = SECTIONS.get(section);
    if (key === undefined) {
      draft.notes.push(`Section [${section}] is left out: a service file has none, and systemd reads none of it in a service.`);
      continue;
    }
    const block = new Map<string, Yaml>();
    for (const [name, said] of directives) {
      if (section === "Service" && drop.has(name)) continue;
      if (section === "Install" && name === "Also") {
        draft.notes.push(`Also=${said.join(" ")} is left out: these units are not of this service, and stay enabled as they are.`);
        continue;
      }
      const values =
        section === "Service" ? (rewritten.get(name) ?? said) : name === "RequiresMountsFor" ? said.filter((path) => path !== cachePath) : said;
      if (values.length > 0 && isSayable(draft, section, name, values)) block.set(name, asYaml(values));
    }
    if (block.size > 0) draft.blocks.set(key, block);
  }
}

const SECTIONS = new Map([
  ["Unit", "unit"],
  ["Service", "service"],
  ["Install", "install"],
]);

function isSayable({ notes, obstacles, systemd }: Draft, section: string, name: string, values: readonly string[]): boolean {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name) || !isKnownDirective(section, name, systemd)) {
    notes.push(`${name.replaceAll(/[^A-Za-z0-9-]/g, "?").slice(0, 60)}= in [${section}] is left out: systemd ${systemd} knows no such directive.`);
    return false;
  }
  if (/^SetCredential/.test(name) || values.some(holdsSecret))
    obstacles.push(`${name}= holds what looks like a secret, and the service file is for Git: move it into the environment or a file first`);
  return true;
}

function takeInstances({ blocks, facts, live, obstacles }: Draft, units: readonly LiveUnit[]): void {
  const inForce = ({ unit, fragment, dropIns }: LiveUnit): Sections => sectionsInForce(unit, hostFiles(facts, [fragment, ...dropIns]));
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
  for (const path of others) notes.push(`${path} stays on the host and holds on top of this file: it is for more units than this one.`);
  const link = facts.links.get(live.fragment);
  if (link !== undefined) notes.push(`${live.fragment} is a link to ${link}; svcdeploy writes a file in its place.`);
  for (const unit of live.triggeredBy) notes.push(`${unit} starts it and stays on the host as it is.`);
  if (live.triggeredBy.some((unit) => unit.endsWith(".timer")))
    obstacles.push("a timer starts it, and a service of svcdeploy runs all the time: write it as `timers:` of a service (docs/companions.md)");
  else if (sections.get("Install") === undefined)
    notes.push("It had no [Install]: svcdeploy enables what it keeps running, by WantedBy=multi-user.target.");
  if (live.activeState !== "active") notes.push(`It was ${live.activeState} when it was read; an apply starts it.`);
  if (live.unitFileState === "disabled") notes.push("It was disabled; an apply enables it.");
  if (name !== prefix)
    notes.push(`The service is called ${name}: before the apply, take the old unit away with systemctl disable --now ${live.unit}.`);
}
