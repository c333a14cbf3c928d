/** Where the lines of a unit file come from: each line is one directive, and directives know their places. */

import type { Place } from "../model/declared.ts";
import type { Directives, Service } from "../model/service.ts";
import { hardeningDirectives } from "../render/hardening.ts";
import type { UnitTrace } from "../render/unit-text.ts";
import { parseUnitFile } from "../unit-file/parse.ts";
import { type ExplainedLine, LAYOUT, type LineOrigin, linesOf, OWN } from "./line-origin.ts";
import { type KeyPath, showPath, type WrittenPlaces } from "./written-places.ts";

type Directive = Directives[number];

/** The lines of a unit whose text was made of the sections that the trace says. */
export function unitLines(
  { text, sections }: UnitTrace,
  service: Service,
  written: WrittenPlaces,
): readonly ExplainedLine[] {
  const lines = linesOf(text).map(
    (each): ExplainedLine => ({ text: each, origin: each.startsWith("#") ? OWN : LAYOUT }),
  );
  const printed = sections.filter(({ directives }) => directives.length > 0);
  for (const [index, section] of parseUnitFile(text).sections.entries()) {
    const directives = printed[index]?.directives ?? [];
    const entries = section.items.filter((item) => item.kind === "entry");
    for (const [at, entry] of entries.entries()) {
      const directive = directives[at];
      const line = lines[entry.line - 1];
      if (directive !== undefined && line !== undefined)
        lines[entry.line - 1] = { ...line, origin: originOf(section.name, directive, service, written) };
    }
  }
  return lines;
}

/**
 * Written where the place is that of a value of this name; else it follows from what the place is of, or from
 * a key that only svcdeploy knows.
 */
function originOf(
  section: string,
  directive: Directive,
  service: Service,
  written: WrittenPlaces,
): LineOrigin {
  const { name, value, place } = directive;
  const path = written.pathAt(place);
  // The place of a list with one value is that of its dash; its text may start in the next line.
  const own = Array.isArray(written.treeAt(path)) ? written.placeOf([...path, 0]) : place;
  if (nameIn(path) === name)
    return { kind: "written", place: own, because: "", inputs: written.inputsAt(path) };
  if (path.length > 0)
    return { kind: "derived", place, because: showPath(path), inputs: written.inputsWithin(path, value) };
  return place.file === written.file
    ? impliedOrigin(section, directive, service, written)
    : { ...OWN, place };
}

function nameIn(path: KeyPath): string | number | undefined {
  const last = path.at(-1);
  return typeof last === "number" ? path.at(-2) : last;
}

/** Directives that have no line of their own: they follow from other keys of the service. */
function impliedOrigin(
  section: string,
  { name, value }: Directive,
  service: Service,
  written: WrittenPlaces,
): LineOrigin {
  if (section === "Install" && written.treeAt(["install"]) === undefined)
    return { ...OWN, kind: "default", because: "default without install:" };
  const key = (KEYS[`${section}.${name}`] ?? []).find((path) => written.treeAt(path) !== undefined);
  if (key !== undefined)
    return {
      kind: "derived",
      place: written.placeOf(key),
      because: showPath(key),
      inputs: written.inputsAt(key),
    };
  const isHardening = hardeningDirectives(service, []).some(
    (each) => each.name === name && (each.value === value || name === "CapabilityBoundingSet"),
  );
  if (section === "Service" && isHardening) return hardeningOrigin(service, written);
  return OWN;
}

function hardeningOrigin({ hardening }: Service, written: WrittenPlaces): LineOrigin {
  const place: Place = written.placeOf(["hardening"]);
  return {
    kind: "derived",
    place,
    because: `hardening: ${hardening}`,
    inputs: written.inputsAt(["hardening"]),
  };
}

/** The keys behind them, those that count first in front. */
const KEYS: Readonly<Record<string, readonly KeyPath[]>> = {
  "Service.User": [["account", "user"]],
  "Service.Group": [
    ["account", "group"],
    ["account", "user"],
  ],
  "Service.Slice": [["slice", "name"]],
  "Service.EnvironmentFile": [["environment"], ["secrets"], ["runtime"]],
  "Unit.RequiresMountsFor": [["cache", "path"]],
  "Unit.Wants": [["cache", "persist"]],
  "Unit.After": [["cache", "persist"]],
};
