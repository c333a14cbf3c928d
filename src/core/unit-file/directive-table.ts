/**
 * Which directives each section knows in which systemd version. Data: `systemd --dump-configuration-items` of
 * 247, 252 and 257.
 */
import { editDistance } from "../edit-distance.ts";
import data from "./directives.json" with { type: "json" };

/**
 * True when this systemd version reads the directive in this section ("Service", "Unit" …). Names that start
 * with X- belong to no one and are always accepted (systemd.unit(5)).
 */
export function isKnownDirective(section: string, name: string, version: number): boolean {
  return section.startsWith("X-") || name.startsWith("X-") || knownDirectives(section, version).has(name);
}

/**
 * The known directive of this section that is most like the name, at most a third of its letters away; null
 * when nothing is.
 */
export function nearestDirective(section: string, name: string, version: number): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const candidate of knownDirectives(section, version)) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, name.length / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name: candidate, distance };
  }
  return best?.name ?? null;
}

/** The sections in which this version knows the directive, in systemd's order. */
export function sectionsWithDirective(name: string, version: number): readonly string[] {
  return Object.keys(data).filter((section) => knownDirectives(section, version).has(name));
}

/** Every directive that one of the measured versions knows in this section, in the order of the alphabet. */
export function directiveNames(section: string): readonly string[] {
  return [...new Set(MEASURED.flatMap((version) => [...knownDirectives(section, version)]))].sort();
}

/**
 * The oldest of the versions 247, 252 and 257 from which on the section knows the directive; null when none
 * does.
 */
export function directiveSince(section: string, name: string): number | null {
  return MEASURED.find((version) => knownDirectives(section, version).has(name)) ?? null;
}

const MEASURED = [247, 252, 257];
type SectionNames = ReadonlyMap<string, ReadonlySet<string>>;
const TABLES: ReadonlyMap<number, SectionNames> = new Map(
  MEASURED.map((version) => [version, makeTable(version)]),
);

/**
 * A version between two measured ones counts as the older: what came in between is refused rather than
 * ignored by a host.
 */
function knownDirectives(section: string, version: number): ReadonlySet<string> {
  const measured = MEASURED.findLast((candidate) => candidate <= version) ?? 247;
  return TABLES.get(measured)?.get(section) ?? new Set();
}

/**
 * In the data each section maps the first version of a name ("247"), or "gone252" for one removed by 252, to
 * names separated by blanks.
 */
function makeTable(version: number): SectionNames {
  return new Map(
    Object.entries(data).map(
      ([section, lists]) => [section, collectNames(Object.entries(lists), version)] as const,
    ),
  );
}

function collectNames(lists: readonly (readonly [string, string])[], version: number): ReadonlySet<string> {
  const known = lists.filter(([since]) => Number(since) <= version).flatMap(([, names]) => names.split(" "));
  const gone = lists.filter(
    ([since]) => Number(since.replace("gone", "")) <= version && since.startsWith("gone"),
  );
  const removed = new Set(gone.flatMap(([, names]) => names.split(" ")));
  return new Set(known.filter((name) => !removed.has(name)));
}
