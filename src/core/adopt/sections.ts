/**
 * What a unit's directives come to, in an order in which writing them again says the same; and whether two
 * units come to the same.
 */
import { accumulationOf } from "../unit-file/accumulation.ts";
import { effectiveUnit } from "../unit-file/effective-unit.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { findUnit, type HostFile } from "../unit-file/unit-search.ts";
import { type AdoptFacts, hostFiles, type LiveUnit } from "./host-facts.ts";

/** Section → directive → its values; a first value "" is one that says something itself. */
export type ValuesBySection = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** Of one directive, what two units say. */
export type DirectiveDifference = {
  readonly section: string;
  readonly name: string;
  readonly was: readonly string[];
  readonly becomes: readonly string[];
};

/** Those of a unit as its manager has loaded it. */
export function liveSections({ unit, fragment, dropIns }: LiveUnit, facts: AdoptFacts): ValuesBySection {
  return sectionsInForce(unit, hostFiles(facts, [fragment, ...dropIns]));
}

/**
 * The directives of a unit that hold, each section in the order in which they were said last: of two that set
 * the same thing the later one wins.
 */
export function sectionsInForce(unit: string, files: readonly HostFile[]): ValuesBySection {
  const effective = effectiveUnit(unit, files);
  const sections = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const [section, directives] of effective.sections) {
    const placed = [...directives].map(([name, values]) => {
      const [first, last] = [values[0], values.at(-1)];
      const at = accumulationOf(section, name).startsWith("last") ? last : first;
      return {
        name,
        values: values.map(({ value }) => value),
        file: effective.files.indexOf(at?.file ?? ""),
        line: at?.line ?? 0,
      };
    });
    placed.sort((left, right) => left.file - right.file || left.line - right.line);
    sections.set(section, new Map(placed.map(({ name, values }) => [name, values])));
  }
  return withEmpties(unit, files, sections);
}

/** The directives that differ. Where systemd does not heed the order of names, neither does this. */
export function compareSections(
  was: ValuesBySection,
  becomes: ValuesBySection,
): readonly DirectiveDifference[] {
  return [...new Set([...was.keys(), ...becomes.keys()])].flatMap((section) => {
    const [before, after] = [was.get(section) ?? new Map(), becomes.get(section) ?? new Map()];
    const names = [...new Set([...before.keys(), ...after.keys()])];
    return [
      ...names.flatMap((name) => compareValues(section, name, before, after)),
      ...compareOrder(section, before, after),
    ];
  });
}

/**
 * An empty assignment of these is no reset but a value: no capability, all delegated (systemd.exec(5),
 * load-fragment.c).
 */
const EMPTY_SAYS = ["CapabilityBoundingSet", "Delegate"];

function withEmpties(
  unit: string,
  files: readonly HostFile[],
  sections: Map<string, ReadonlyMap<string, readonly string[]>>,
): ValuesBySection {
  const found = findUnit(unit, files);
  const read = found.file === null ? [] : [found.file, ...found.dropIns];
  const entries = read
    .flatMap((file) => ("content" in file ? parseUnitFile(file.content).sections : []))
    .flatMap((section) =>
      section.name === "Service"
        ? section.items.flatMap((item) => (item.kind === "entry" ? [item] : []))
        : [],
    );
  for (const name of EMPTY_SAYS) {
    const values = entries.filter((entry) => entry.name === name).map((entry) => entry.value.trim());
    const empty = values.lastIndexOf("");
    if (empty >= 0)
      sections.set("Service", new Map([...(sections.get("Service") ?? []), [name, values.slice(empty)]]));
  }
  return sections;
}

type ValuesByName = ReadonlyMap<string, readonly string[]>;

function compareValues(
  section: string,
  name: string,
  before: ValuesByName,
  after: ValuesByName,
): readonly DirectiveDifference[] {
  const [was, becomes] = [before.get(name) ?? [], after.get(name) ?? []];
  const isSet = section === "Install" || accumulationOf(section, name) === "only grows";
  const form = (values: readonly string[]): string =>
    JSON.stringify(isSet ? [...new Set(values.flatMap((value) => value.split(/\s+/)))].sort() : values);
  return form(was) === form(becomes) ? [] : [{ section, name, was, becomes }];
}

/** Names that set one thing: which of them is last counts. */
const FAMILIES = [["TimeoutSec", "TimeoutStartSec", "TimeoutStopSec"]];

function compareOrder(
  section: string,
  before: ValuesByName,
  after: ValuesByName,
): readonly DirectiveDifference[] {
  const order = (directives: ValuesByName, family: readonly string[]) =>
    [...directives.keys()].filter((name) => family.includes(name));
  return FAMILIES.flatMap((family) => {
    const [was, becomes] = [order(before, family), order(after, family)];
    const isSame = was.length !== becomes.length || was.every((name, index) => name === becomes[index]);
    return isSame ? [] : [{ section, name: "the order of TimeoutSec", was, becomes }];
  });
}
