/**
 * A unit of a host that is no service of its own → an item of a service file that is there: a job with its
 * timer or path, or the drop-ins of a package's unit.
 */

import { refuseName } from "../config/allow-lists.ts";
import { whyNoRestart } from "../config/drop-ins.ts";
import type { FileResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { effectiveValues } from "../render/unit-text.ts";
import { accumulationOf } from "../unit-file/accumulation.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import type { Adopted } from "./adopt-unit.ts";
import { pathsOf } from "./beside.ts";
import { adoptTrigger, type Companion, startersOf } from "./companions.ts";
import { type AdoptFacts, hostFiles, type LiveUnit } from "./host-facts.ts";
import { formatItemText, insertItem } from "./insert-item.ts";
import { compareCompanions } from "./prove-companions.ts";
import { INHERITED, type Inherited, saysSecret } from "./read-trigger.ts";
import { type Gap, type ProofContext, renderText } from "./render-text.ts";
import { asHostFiles, sayDifference } from "./same-unit.ts";
import { type SaidElsewhere, saySections } from "./say-sections.ts";
import { compareSections, sectionsInForce, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";

/** A service file of the project. */
export type IntoFile = { readonly name: string; readonly file: string; readonly text: string };

/** What is reported of it. */
export type AdoptedNews = Pick<
  Adopted,
  "name" | "unit" | "secrets" | "merged" | "retired" | "notes" | "obstacles"
>;

/**
 * text: the item alone, under its key; whole: the file with it, null where only a human can put it in; gaps:
 * where it does not come to what the host has.
 */
export type InsertedText = {
  readonly adopted: AdoptedNews;
  readonly file: string;
  readonly key: string;
  readonly text: string;
  readonly whole: string | null;
  readonly gaps: readonly Gap[];
};

/** A text: why the unit cannot become an item. The unit is one that is loaded. */
export function adoptInto(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  context: ProofContext,
): InsertedText | string {
  const target = render(into.text, into, context);
  if (!target.ok)
    return `${into.file} does not render for ${context.host.name}: ${target.gaps[0]?.text ?? ""}`;
  const isOwn = live.fragment.startsWith(`${UNIT_FOLDER}/`);
  if (isOwn && ownSection(live) !== "Service")
    return "its file is the host's own: name the service that it starts, which takes it along";
  return isOwn
    ? adoptJob(live, facts, into, target.service, context)
    : adoptDropIns(live, facts, into, context);
}

/** Neither a release nor files matter to a job or a drop-in, and they need not be at hand. */
function render(
  text: string,
  { file, name }: IntoFile,
  context: ProofContext,
): ReturnType<typeof renderText> {
  return renderText(
    { text, file, name, secrets: new Map(), without: ["artifact", "files", "health"] },
    context,
  );
}

function adoptJob(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  service: Service,
  context: ProofContext,
): InsertedText | string {
  const starters = startersOf(live, facts);
  const [starter, second] = starters;
  const trigger = facts.beside.get(starter ?? "");
  if (starter === undefined) return "no timer or path starts it, so it is not a job: adopt it without --into";
  if (second !== undefined) return `${starters.join(" and ")} start it, and a job has one timer or path`;
  if (trigger === undefined || starter.endsWith(".socket"))
    return `${starter} starts it, which is no timer or path of ${UNIT_FOLDER}`;
  const stem = live.unit.replace(/\.service$/, "");
  const own = stem.startsWith(`${into.name}-`) ? stem.slice(into.name.length + 1) : stem;
  const around = {
    name: into.name,
    facts,
    systemd: context.host.systemd,
    inherited: inheritedOf(service, facts),
  };
  const companion = adoptTrigger(trigger, live, own, around);
  if (typeof companion === "string") return `of its ${starter}: ${companion}`;
  const merged = companion.units.flatMap((each) =>
    pathsOf(each.live.unit, facts).slice(each.live.unit === each.now ? 1 : 0),
  );
  const names = companion.units.map(({ now }) => now).join(" and ");
  const adopted: AdoptedNews = {
    name: into.name,
    unit: live.unit,
    secrets: new Map(),
    merged,
    retired: companion.units.flatMap(({ live: { unit }, now }) =>
      unit === now || unit === live.unit ? [] : [unit],
    ),
    notes: [
      `It becomes a job of ${into.name}, as ${names}. Settings that it shares with ${into.name} come ` +
        "from there, now and later.",
      everyHost(into),
    ],
    obstacles: [],
  };
  return finish(adopted, companion.key, companion.entry, into, context, (files) => {
    const account = facts.accounts.find(({ user }) => user === service.account?.user) ?? null;
    return compareCompanions(
      { companions: [companion], account },
      { files, facts, merged, systemd: context.host.systemd },
    );
  });
}

function everyHost({ name }: IntoFile): string {
  return `Every host that gets ${name} gets it, not only this one.`;
}

/**
 * What svcdeploy gives a job of this service; the account's group is a job's anyway where it is the user's
 * own.
 */
function inheritedOf({ service, account, slice, cache }: Service, { accounts }: AdoptFacts): Inherited {
  const said = INHERITED.map((name) => [name, effectiveValues(service, name)] as const).filter(
    ([, values]) => values.length > 0,
  );
  const isOwn = accounts.some(({ user, group }) => user === account?.user && group === account.group);
  const directives = new Map([
    ...(account === null ? [] : [["User", [account.user]] as const]),
    ...(account === null || isOwn ? [] : [["Group", [account.group]] as const]),
    ...(slice === null ? [] : [["Slice", [`${slice.name}.slice`]] as const]),
    ...said,
  ]);
  return { directives, mount: cache?.path ?? null };
}

function adoptDropIns(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  context: ProofContext,
): InsertedText | string {
  const merged = pathsOf(live.unit, facts)
    .slice(1)
    .filter((path) => !facts.owners.has(path));
  if (merged.length === 0)
    return `${live.fragment} is a package's or a program's, and the host has no drop-ins of its own for it`;
  if (!facts.files.has(live.fragment))
    return `${live.fragment} cannot be read: ${facts.unread.get(live.fragment) ?? "it is not there"}`;
  const said = sectionsSaid(merged, facts);
  const secret = [...said.values()]
    .flatMap((directives) => [...directives])
    .find((directive) => saysSecret(...directive));
  if (secret !== undefined)
    return (
      `a drop-in holds what looks like a secret (${secret[0]}=), and a service file is kept in Git: move ` +
      "it into a file that EnvironmentFile= names"
    );
  const { blocks, notes, obstacles } = saySections(said, context.host.systemd, {
    ...NOTHING_ELSEWHERE,
    own: ownSection(live),
  });
  const sections = [...blocks].flatMap(([key, block]) =>
    key === "install" ? [] : [[key === "unit" ? "Unit" : ownSection(live), block] as const],
  );
  const entry = new Map<string, Yaml>([
    ["unit", live.unit],
    ["name", nameOf(merged)],
    ...(whyNoRestart(live.unit) === null ? [] : [["onChange", "none"] as const]),
    ...sections,
  ]);
  const adopted: AdoptedNews = {
    name: into.name,
    unit: live.unit,
    secrets: new Map(),
    merged,
    retired: [],
    notes: [...notes, everyHost(into)],
    obstacles,
  };
  return finish(adopted, "dropins", entry, into, context, (files) =>
    compareWithDropIns(live, merged, files, facts, context),
  );
}

function ownSection({ unit }: LiveUnit): SaidElsewhere["own"] {
  if (unit.endsWith(".timer")) return "Timer";
  if (unit.endsWith(".socket")) return "Socket";
  return unit.endsWith(".path") ? "Path" : "Service";
}

const NOTHING_ELSEWHERE = {
  dropped: new Set<string>(),
  rewritten: new Map<string, readonly string[]>(),
  mount: null,
  companions: new Set<string>(),
};

/** What the drop-ins say together, resets of what is before them included. */
function sectionsSaid(paths: readonly string[], facts: AdoptFacts): ValuesBySection {
  const sections = new Map<string, Map<string, readonly string[]>>();
  for (const { name: section, items } of paths.flatMap(
    (path) => parseUnitFile(facts.files.get(path) ?? "").sections,
  )) {
    const said = sections.get(section) ?? new Map<string, readonly string[]>();
    sections.set(section, said);
    for (const item of items) {
      if (item.kind !== "entry") continue;
      const isOne = accumulationOf(section, item.name).startsWith("last");
      said.set(
        item.name,
        isOne || item.value === "" ? [item.value] : [...(said.get(item.name) ?? []), item.value],
      );
    }
  }
  return sections;
}

/** Of one file its name without the number in front. */
function nameOf([path = "", second]: readonly string[]): string {
  const name = path.replace(/^.*\/[0-9_-]*|\.conf$/g, "").toLowerCase();
  return second === undefined && refuseName(name) === null ? name : "local";
}

function compareWithDropIns(
  live: LiveUnit,
  merged: readonly string[],
  files: readonly FileResource[],
  facts: AdoptFacts,
  { host }: ProofContext,
): readonly Gap[] {
  const paths = [live.fragment, ...live.dropIns];
  const was = sectionsInForce(live.unit, hostFiles(facts, paths));
  const kept = paths.filter((path) => !merged.includes(path));
  const now = sectionsInForce(live.unit, [...asHostFiles(files), ...hostFiles(facts, kept)]);
  const isKnown = (section: string, name: string): boolean =>
    !section.startsWith("X-") && isKnownDirective(section, name, host.systemd);
  const form = (sections: ValuesBySection): ValuesBySection =>
    new Map(
      [...sections].map(([section, directives]) => [
        section,
        new Map([...directives].filter(([name]) => isKnown(section, name))),
      ]),
    );
  return compareSections(form(was), form(now)).map((difference) => ({
    key: "dropins",
    text:
      difference.name === "Environment"
        ? "[Service] Environment= would result in other variables"
        : sayDifference(difference),
  }));
}

type Compare = (files: readonly FileResource[]) => readonly Gap[];

/** The whole text is what is tried. */
function finish(
  adopted: AdoptedNews,
  key: Companion["key"] | "dropins",
  entry: ReadonlyMap<string, Yaml>,
  into: IntoFile,
  context: ProofContext,
  compare: Compare,
): InsertedText {
  const whole = insertItem(into.text, key, entry);
  const text = formatItemText(key, entry);
  const told = { file: into.file, key, text, whole };
  if (whole === null) {
    const obstacle =
      `\`${key}:\` of ${into.file} is not a list with a line for each item: add what --stdout shows by ` +
      "hand, then check it with svcdeploy plan";
    return { ...told, adopted: { ...adopted, obstacles: [...adopted.obstacles, obstacle] }, gaps: [] };
  }
  const rendered = render(whole, into, context);
  const gaps = rendered.ok
    ? compare(rendered.resources.filter((resource) => resource.kind === "file"))
    : rendered.gaps;
  return { ...told, adopted, gaps };
}
