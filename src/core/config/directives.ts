/** A section of directives as written → Directives in order, each known to the host's systemd. */
import { nearestName, type Problem } from "../errors.ts";
import type { Host, Place } from "../model/declared.ts";
import type { Directives } from "../model/service.ts";
import {
  directiveSince,
  isKnownDirective,
  nearestDirective,
  sectionsWithDirective,
} from "../unit-file/directive-table.ts";
import { refuseOurDirective } from "./ours.ts";
import type { WrittenService } from "./service-schema.ts";
import type { TreePath } from "./yaml.ts";

/** A section that a host's systemd may know the directive in. */
export type DirectiveSection =
  | "Unit"
  | "Service"
  | "Install"
  | "Slice"
  | "Socket"
  | "Timer"
  | "Path"
  | "Mount"
  | "Swap"
  | "Automount"
  | "Scope";
type Key = "unit" | "service" | "install" | "slice";

/** What reading a section needs of a service. */
export type DirectiveReading = {
  readonly written: WrittenService;
  readonly host: Host;
  readonly placeOf: (path: TreePath) => Place;
  readonly problems: Problem[];
};

/**
 * The directives under a key of the service; a list repeats its directive. An unknown one becomes a problem
 * with the nearest known name. `slice.name` is read along.
 */
export function readDirectives(reading: DirectiveReading, section: DirectiveSection, key: Key): Directives {
  return Object.entries(reading.written[key] ?? {}).flatMap(([name, values]) => {
    const place = reading.placeOf([key, name]);
    if (!(key === "slice" && name === "name")) checkDirective(reading, section, name, place);
    return allowedOf(reading, [key, name], values);
  });
}

/**
 * The directives of a section in a block of the service, e.g. at ["cache", "Mount"], each known to the host's
 * systemd.
 */
export function readSection(
  reading: DirectiveReading,
  section: DirectiveSection,
  path: readonly (string | number)[],
  written: Readonly<Record<string, readonly string[]>> | undefined,
): Directives {
  return Object.entries(written ?? {}).flatMap(([name, values]) => {
    checkDirective(reading, section, name, reading.placeOf([...path, name]));
    return allowedOf(reading, [...path, name], values);
  });
}

/** One directive's values as written at a path of the service; one that takes what is ours is a problem. */
export function allowedOf(reading: DirectiveReading, path: TreePath, values: readonly string[]): Directives {
  const directives = directivesOf(reading, path, values);
  for (const { name, value, place } of directives) {
    const message = refuseOurDirective(name, value);
    if (message !== null) reading.problems.push({ place, message, hint: null, excerpt: "" });
  }
  return directives;
}

/** One directive's values as written at a path of the service, each at its place. */
function directivesOf(
  reading: Pick<DirectiveReading, "placeOf">,
  path: readonly (string | number)[],
  values: readonly string[],
): Directives {
  const name = String(path.at(-1));
  return values.map((value, index) => ({
    name,
    value,
    place: reading.placeOf(values.length === 1 ? path : [...path, index]),
  }));
}

/**
 * Adds a problem when the host's systemd does not know the directive in this section. others: sections whose
 * directives may be beside it.
 */
export function checkDirective(
  reading: DirectiveReading,
  section: DirectiveSection,
  name: string,
  place: Place,
  others: readonly DirectiveSection[] = [],
): void {
  const version = reading.host.systemd;
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
    reading.problems.push({
      place,
      message: `"${name}" cannot be a directive: letters, digits and - only`,
      hint: null,
      excerpt: "",
    });
  } else if (!isKnownDirective(section, name, version)) {
    const unknown = { directive: name, section, systemd: [version] };
    reading.problems.push({
      place,
      message: sayUnknown(unknown),
      hint: hintFor([section, ...others], name, version),
      excerpt: "",
      unknown,
    });
  }
}

/**
 * A directive that is unknown on hosts of several versions is one mistake, with all of them named; the newest
 * version's hint counts.
 */
export function withoutVersions(problems: readonly Problem[]): readonly Problem[] {
  const [same, folded] = [Map.groupBy(problems, mistakeOf), new Set<string>()];
  return problems.flatMap((problem) => {
    const [key, { unknown }] = [mistakeOf(problem), problem];
    if (unknown === undefined) return [problem];
    if (folded.has(key)) return [];
    folded.add(key);
    const all = (same.get(key) ?? []).toSorted((left, right) => versionOf(left) - versionOf(right));
    const systemd = [...new Set(all.map(versionOf))];
    return [
      {
        ...problem,
        message: sayUnknown({ ...unknown, systemd }),
        hint: all.findLast(({ hint }) => hint !== null)?.hint ?? null,
      },
    ];
  });
}

function mistakeOf({ place, unknown }: Problem): string {
  return JSON.stringify([place, unknown?.directive, unknown?.section]);
}

function versionOf({ unknown }: Problem): number {
  return unknown?.systemd[0] ?? 0;
}

function sayUnknown({ directive, section, systemd }: NonNullable<Problem["unknown"]>): string {
  const last = systemd.at(-1);
  const versions =
    systemd.length > 1 ? `${systemd.slice(0, -1).join(", ")} and ${last} know` : `${last} knows`;
  return `systemd ${versions} no ${directive}= in [${section}]`;
}

function hintFor(
  sections: readonly [DirectiveSection, ...DirectiveSection[]],
  name: string,
  version: number,
): string | null {
  const [section] = sections;
  const since = directiveSince(section, name);
  if (since !== null && since > version)
    return (
      `a later systemd has it, ${since} or earlier; set systemd: ${since} in the inventory for hosts that ` +
      "run it"
    );
  const elsewhere = sectionsWithDirective(name, version);
  if (elsewhere.length > 0 && elsewhere.length < 4) return `it belongs in [${elsewhere.join("], [")}]`;
  const nearest = nearestName(
    name,
    sections.flatMap((each) => nearestDirective(each, name, version) ?? []),
  );
  return nearest === null ? null : `did you mean ${nearest}=?`;
}
