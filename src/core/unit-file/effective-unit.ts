/**
 * What a unit's file and its drop-ins say together, each value with the line it comes from (systemd.unit(5);
 * load-fragment.c).
 */
import { accumulationOf, resetGroupOf } from "./accumulation.ts";
import { parseUnitFile, type UnitFileProblem } from "./parse.ts";
import { findUnit, type HostFile } from "./unit-search.ts";

/** A value that holds, and where it is. */
export type EffectiveValue = { readonly value: string; readonly file: string; readonly line: number };
/**
 * The directives of one section, in the order in which they were first said: one value, or for a list all of
 * them.
 */
export type EffectiveSection = ReadonlyMap<string, readonly EffectiveValue[]>;
/**
 * A unit as the manager would load it. problems: lines that it would warn of; when it refuses the unit's own
 * file, the state is "error".
 */
export type EffectiveUnit = {
  readonly name: string;
  readonly state: "loaded" | "masked" | "not-found" | "error";
  /**
   * The unit's own file, then the drop-ins in the order in which they are read; as `systemctl cat` shows
   * them.
   */
  readonly files: readonly string[];
  readonly sections: ReadonlyMap<string, EffectiveSection>;
  readonly problems: readonly (UnitFileProblem & { readonly file: string })[];
};

/**
 * The unit of this name among a host's files (others are passed over). Lists accumulate and are reset by an
 * empty value, of any other directive the last value wins, and the empty value takes it back to systemd's
 * default: then it is not there. path: the load path.
 */
export function effectiveUnit(
  name: string,
  files: readonly HostFile[],
  path?: readonly string[],
): EffectiveUnit {
  const found = findUnit(name, files, path);
  const read = found.masked || found.file === null ? [] : [found.file, ...found.dropIns].map(readFile);
  const sections = new Map<string, Map<string, readonly EffectiveValue[]>>();
  for (const entry of read.flatMap(({ entries }) => entries)) assign(sections, entry);
  return {
    name: found.names.at(-1) ?? name,
    state:
      found.file === null
        ? "not-found"
        : found.masked
          ? "masked"
          : read[0]?.refused === true
            ? "error"
            : "loaded",
    files: [...(found.file === null ? [] : [found.file.path]), ...found.dropIns.map((file) => file.path)],
    sections: new Map([...sections].map(([section, directives]) => [section, withoutEmpty(directives)])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

type Entry = EffectiveValue & { readonly section: string; readonly name: string };
type Read = {
  readonly refused: boolean;
  readonly entries: readonly Entry[];
  readonly problems: EffectiveUnit["problems"];
};

/** Of a file that is refused, what is before the mistake was assigned already. */
function readFile(file: HostFile): Read {
  const parsed = parseUnitFile("content" in file ? file.content : "");
  const end =
    parsed.problems.find(({ effect }) => effect === "file refused")?.line ?? Number.POSITIVE_INFINITY;
  const entries = parsed.sections.flatMap(({ name: section, items }) =>
    items.flatMap((item) =>
      item.kind === "entry"
        ? [{ section, name: item.name, value: item.value, file: file.path, line: item.line }]
        : [],
    ),
  );
  return {
    refused: end < Number.POSITIVE_INFINITY,
    entries: entries.filter(({ line }) => line < end),
    problems: parsed.problems.map((problem) => ({ ...problem, file: file.path })),
  };
}

function assign(
  sections: Map<string, Map<string, readonly EffectiveValue[]>>,
  { section, name, value, file, line }: Entry,
): void {
  const directives = sections.get(section) ?? new Map<string, readonly EffectiveValue[]>();
  sections.set(section, directives);
  const accumulation = accumulationOf(section, name);
  if (value === "" && (accumulation === "only grows" || accumulation === "last value wins")) return;
  const group = resetGroupOf(section, name);
  if (value === "")
    for (const other of directives.keys())
      if (other === name || (group !== null && resetGroupOf(section, other) === group))
        directives.set(other, []);
  const before =
    accumulation === "last wins" || accumulation === "last value wins" ? [] : (directives.get(name) ?? []);
  directives.set(name, value === "" ? [] : [...before, { value, file, line }]);
}

function withoutEmpty(directives: ReadonlyMap<string, readonly EffectiveValue[]>): EffectiveSection {
  return new Map([...directives].filter(([, values]) => values.length > 0));
}
