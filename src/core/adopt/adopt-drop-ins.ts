/** The host's own drop-ins for a unit of a package → an item of `dropins:`. */
import { refuseName } from "../config/allow-lists.ts";
import { whyNoRestart } from "../config/drop-ins.ts";
import type { FileResource } from "../model/resource.ts";
import { accumulationOf } from "../unit-file/accumulation.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { pathsOf } from "./beside.ts";
import { type AdoptFacts, hostFiles, type LiveUnit } from "./host-facts.ts";
import { saysSecret } from "./read-trigger.ts";
import type { Gap, ProofContext } from "./render-text.ts";
import { asHostFiles, sayDifference } from "./same-unit.ts";
import { type SaidElsewhere, saySections } from "./say-sections.ts";
import { compareSections, sectionsInForce, type ValuesBySection } from "./sections.ts";
import type { Yaml } from "./service-text.ts";
import { type AdoptedNews, everyHost, type InsertedText, type IntoFile, tryItem } from "./try-item.ts";

/** A text: why they cannot be one. */
export function adoptDropIns(
  live: LiveUnit,
  facts: AdoptFacts,
  into: IntoFile,
  context: ProofContext,
): InsertedText | string {
  const merged = pathsOf(live.unit, facts)
    .slice(1)
    .filter((path) => !facts.owners.has(path));
  const said = sectionsSaid(merged, facts);
  const reason = refuseDropIns(live, merged, said, facts);
  if (reason !== null) return reason;
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
  return tryItem(adopted, "dropins", entry, into, context, (files) =>
    compareWithDropIns(live, merged, files, facts, context),
  );
}

function refuseDropIns(
  live: LiveUnit,
  merged: readonly string[],
  said: ValuesBySection,
  facts: AdoptFacts,
): string | null {
  if (merged.length === 0)
    return `${live.fragment} is a package's or a program's, and the host has no drop-ins of its own for it`;
  if (!facts.files.has(live.fragment))
    return `${live.fragment} cannot be read: ${facts.unread.get(live.fragment) ?? "it is not there"}`;
  const secret = [...said.values()]
    .flatMap((directives) => [...directives])
    .find((directive) => saysSecret(...directive));
  return secret === undefined
    ? null
    : `a drop-in holds what looks like a secret (${secret[0]}=), and a service file is kept in Git: move ` +
        "it into a file that EnvironmentFile= names";
}

/** The section that a unit has by its type. */
export function ownSection({ unit }: LiveUnit): SaidElsewhere["own"] {
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
