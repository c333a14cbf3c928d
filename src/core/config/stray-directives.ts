/** Directives that are one level too high in a service file: one mistake for each section, with its place. */
import type { Problem } from "../errors.ts";
import type { TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { directiveSince } from "../unit-file/directive-table.ts";
import type { Checkable } from "./check.ts";
import { serviceSchema } from "./service-schema.ts";
import { problemAt } from "./yaml.ts";

/** The keys that hold a section, in the order in which a directive of several belongs to one. */
const SECTIONS = [
  ["Service", "service"],
  ["Unit", "unit"],
  ["Install", "install"],
  ["Slice", "slice"],
] as const;

/**
 * The file without directives at its top level, and what to do with them. An empty section is left out with
 * those that belong into it: the indent that is missing is one mistake.
 */
export function sortOutStrays(document: Checkable): {
  readonly document: Checkable;
  readonly problems: readonly Problem[];
} {
  const { tree } = document;
  if (document.isBroken === true || !isTreeMap(tree)) return { document, problems: [] };
  const strays = Object.keys(tree).flatMap((name) => {
    const section = Object.hasOwn(serviceSchema.shape, name) ? undefined : sectionOf(name);
    return section === undefined ? [] : [{ name, section }];
  });
  if (strays.length === 0) return { document, problems: [] };
  const gone = new Set<string>();
  const problems = [...Map.groupBy(strays, ({ section }) => section)].map(([[section, key], own]) => {
    const names = own.map(({ name }) => name);
    for (const name of names) gone.add(name);
    if (tree[key] === null) gone.add(key);
    const place = document.keyPlaceOf([names[0] ?? key]);
    return problemAt(document.text, place, sayStrays(names, section), `put ${pronoun(names)} below ${key}:`);
  });
  return { document: { ...document, tree: without(tree, gone) }, problems };
}

function sectionOf(name: string): (typeof SECTIONS)[number] | undefined {
  return SECTIONS.find(([section]) => directiveSince(section, name) !== null);
}

function sayStrays(names: readonly string[], section: string): string {
  const written = names.map((name) => `${name}=`);
  const [last] = written.slice(-1);
  return written.length === 1
    ? `${last} is a directive of [${section}]`
    : `${written.slice(0, -1).join(", ")} and ${last} are directives of [${section}]`;
}

function pronoun(names: readonly string[]): string {
  return names.length === 1 ? "it" : "them";
}

function without(tree: TreeMap, gone: ReadonlySet<string>): TreeMap {
  const left = Object.entries(tree).filter(([key]) => !gone.has(key));
  return Object.assign(Object.create(null), Object.fromEntries(left));
}
