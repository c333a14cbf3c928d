/**
 * One unit as its host has it and as a service file renders it: what holds in each, the variables of its
 * processes, and a difference in words.
 */
import type { FileResource } from "../model/resource.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { readEnvironmentFile } from "../unit-file/environment-text.ts";
import type { HostFile } from "../unit-file/unit-search.ts";
import { splitWords } from "../unit-file/words.ts";
import type { Renamed } from "./companions.ts";
import { type AdoptFacts, hostFiles } from "./host-facts.ts";
import { saysSecret } from "./read-trigger.ts";
import { type DirectiveDifference, liveSections, sectionsInForce, type ValuesBySection } from "./sections.ts";

/** The rendered files, the host, and which of its drop-ins will be gone. */
export type BothSides = {
  readonly files: readonly FileResource[];
  readonly facts: AdoptFacts;
  readonly merged: readonly string[];
  readonly systemd: number;
};

/** The directives that hold on the host, and those that will. */
export function bothInForce(
  { live, now }: Renamed,
  { files, facts, merged }: BothSides,
): { readonly was: ValuesBySection; readonly now: ValuesBySection } {
  const others = live.dropIns.filter((path) => !merged.includes(path));
  return {
    was: liveSections(live, facts),
    now: sectionsInForce(now, [...asHostFiles(files), ...hostFiles(facts, others)]),
  };
}

/** Rendered files as the unit search takes them. */
export function asHostFiles(files: readonly FileResource[]): readonly HostFile[] {
  return files.map(({ path, content }) => ({ path, content }));
}

/** The names of variables whose values differ. */
export function differentVariables(unit: Renamed, sides: BothSides): readonly string[] {
  const { was, now } = bothInForce(unit, sides);
  const ours = new Map(sides.files.map(({ path, content }) => [path, content]));
  const before = variablesOf(was, sides.facts.files, sides.systemd);
  const after = variablesOf(now, new Map([...sides.facts.files, ...ours]), sides.systemd);
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => before.get(name) !== after.get(name),
  );
}

/**
 * The directives that systemd knows, without those that are compared by their values or only for those who
 * enables the unit by hand.
 */
export function comparable(
  sections: ValuesBySection,
  systemd: number,
): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const kept = (section: string, name: string): boolean =>
    isKnownDirective(section, name, systemd) && !ELSEWHERE.includes(name);
  return new Map(
    [...sections].map(([section, directives]) => [
      section,
      new Map([...directives].filter(([name]) => kept(section, name))),
    ]),
  );
}

/** A line that shows both, but for what looks like a secret. */
export function sayDifference({ section, name, was, becomes }: DirectiveDifference): string {
  const shown = (values: readonly string[]): string =>
    show(values.map((value) => (saysSecret(name, [value]) ? "<secret>" : value)));
  return `[${section}] ${name}=: ${shown(was)} on the host, ${shown(becomes)} from the service file`;
}

/** Values in short. */
export function show(values: readonly string[]): string {
  return values.length === 0 ? "not set" : JSON.stringify(values.join(" | ").slice(0, 200));
}

const ELSEWHERE = ["Environment", "EnvironmentFile", "Also"];

/** Of Environment= the text, whose specifiers are the same; a secret's was read without them. */
function variablesOf(
  sections: ValuesBySection,
  files: ReadonlyMap<string, Uint8Array>,
  systemd: number,
): ReadonlyMap<string, string> {
  const service = sections.get("Service");
  const assigned = (service?.get("Environment") ?? []).flatMap((value) =>
    splitWords(value).words.map((word) => word.value),
  );
  const pairs = assigned.map(
    (word) =>
      [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1).replaceAll("%%", "%")] as const,
  );
  const listed = (service?.get("EnvironmentFile") ?? []).map((path) => path.replace(/^-/, ""));
  const read = listed.flatMap((path) => readEnvironmentFile(files.get(path) ?? "", path, systemd).variables);
  return new Map([...pairs, ...read.map(({ name, value }) => [name, value] as const)]);
}
