/** A live unit with what is around it → the keys of its service file, and what they cannot say. */
import { refuseAccount, refuseName } from "../config/allow-lists.ts";
import { inheritedByJobs } from "../render/job-unit.ts";
import { unescapeUnitName } from "../unit-file/escape.ts";
import { parseUnitName } from "../unit-file/unit-name.ts";
import { adoptCache, adoptLogrotate } from "./beside.ts";
import type { Companion } from "./companions.ts";
import { adoptEnvironment, type FoundSecret, setVariables } from "./environment.ts";
import type { AdoptFacts, LiveAccount, LiveUnit } from "./host-facts.ts";
import { noteState } from "./note-state.ts";
import type { Inherited } from "./read-trigger.ts";
import { saySections } from "./say-sections.ts";
import { compareSections, liveSections, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";
import { neededMounts, sliceOf, takeBeside, takeCompanions } from "./take-beside.ts";
import { type AdoptOptions, startDraft, type UnitDraft } from "./unit-draft.ts";

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

/** The service that a unit becomes. Only for units that refuseUnit lets pass. */
export function adoptUnit(live: LiveUnit, facts: AdoptFacts, options: AdoptOptions): Adopted {
  const draft = startDraft(live, facts, options);
  const { name, instance, sections } = draft;
  if (refuseName(name) !== null)
    draft.obstacles.push(`"${name}" cannot be a service's name: give one with --name`);
  const account = takeAccount(draft);
  const environment = adoptEnvironment(live.unit, sections.get("Service") ?? new Map(), facts, draft.systemd);
  draft.notes.push(...environment.notes);
  const slice = takeBeside(draft, "slice", sliceOf(draft));
  const caches = takeBeside(draft, "cache", adoptCache(neededMounts(sections), facts));
  if (instance === null) takeCompanions(draft, inheritedOf(sections, slice.length > 0, caches));
  takeSections(draft, { account, environment, slice, caches });
  if (instance !== null) takeInstances(draft, [live, ...options.more]);
  setVariables(draft.blocks, environment);
  slice.forEach((value) => void draft.blocks.set("slice", value));
  caches.forEach((value) => void draft.blocks.set("cache", value));
  for (const value of takeBeside(draft, "logrotate", adoptLogrotate(draft.prefix, logsOf(draft), facts)))
    draft.blocks.set("logrotate", value);
  setCompanions(draft);
  noteState(draft);
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

function setCompanions({ blocks, companions }: UnitDraft): void {
  for (const key of ["sockets", "timers", "paths"]) {
    const entries = companions.flatMap((companion) => (companion.key === key ? [companion.entry] : []));
    if (entries.length > 0) blocks.set(key, entries);
  }
}

/** A system account is declared; a person's stays a User=. */
function takeAccount({ sections, facts, blocks }: UnitDraft): LiveAccount | null {
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

/** What a job of the service would go by. */
function inheritedOf(sections: ValuesBySection, hasSlice: boolean, caches: Taken["caches"]): Inherited {
  const service = [...(sections.get("Service") ?? [])];
  const said = service.flatMap(([name, values]) => values.map((value) => ({ name, value })));
  const taken = new Set(inheritedByJobs(said, "off").map(({ name }) => name));
  const directives = new Map(service.filter(([name]) => taken.has(name) || (hasSlice && name === "Slice")));
  return { directives, mount: mountOf(caches) };
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

function takeSections(draft: UnitDraft, { account, environment, slice, caches }: Taken): void {
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

function takeInstances({ blocks, facts, live, obstacles }: UnitDraft, units: readonly LiveUnit[]): void {
  const first = liveSections(live, facts);
  for (const other of units.filter((unit) => compareSections(first, liveSections(unit, facts)).length > 0))
    obstacles.push(`${other.unit} is not like ${live.unit}: it has drop-ins of its own`);
  const names = units.map(({ unit }) => parseUnitName(unit)?.instance ?? "");
  blocks.set(
    "instances",
    names.map((name) => unescapeUnitName(name) ?? name),
  );
}

function logsOf({ sections }: UnitDraft): readonly string[] {
  return ["StandardOutput", "StandardError"].flatMap((name) => {
    const path = /^(?:append|file|truncate):(\/.+)$/.exec(sections.get("Service")?.get(name)?.[0] ?? "")?.[1];
    return path === undefined ? [] : [path];
  });
}
