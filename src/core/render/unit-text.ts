/**
 * Turns directives into the text of a unit file; what the format cannot carry becomes a problem at the
 * directive's place.
 */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Directives } from "../model/service.ts";
import type { UnitEntry } from "../unit-file/parse.ts";
import { printUnitFile } from "../unit-file/print.ts";
import { formatUnitValue } from "../unit-file/quote.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { makeFile } from "./make-file.ts";

/**
 * First line of every file that we write in a format with comments; the same for all, so that it never makes
 * a difference.
 */
export const MANAGED = "# Managed by svcdeploy: change the project, not this file.";

/** One section with its directives in order. */
export type RenderedSection = { readonly name: string; readonly directives: Directives };

/** The directives that a unit's text was made of. */
export type UnitTrace = { readonly text: string; readonly sections: readonly RenderedSection[] };
/**
 * Mistakes found while rendering. trace: only there when the caller asks where the lines of units come from;
 * it is filled in along the way.
 */
export type Mistakes = Problem[] & { readonly trace?: UnitTrace[] };

/** The file's text; sections without directives are left out. */
export function formatUnitText(sections: readonly RenderedSection[], problems: Mistakes): string {
  const printed = sections
    .filter((section) => section.directives.length > 0)
    .map((section) => ({
      name: section.name,
      line: 0,
      items: section.directives.map((directive) => formatDirective(directive, problems)),
    }));
  const text = printUnitFile({ comments: [{ text: MANAGED }], sections: printed });
  problems.trace?.push({ text, sections });
  return text;
}

/** A unit's file among those of the host. */
export function makeUnitFile(
  service: string,
  unit: string,
  sections: readonly RenderedSection[],
  problems: Mistakes,
): FileResource {
  return makeFile(service, "unit", `${UNIT_FOLDER}/${unit}`, formatUnitText(sections, problems));
}

/** A problem without an excerpt. */
export function makeProblem(place: Place, message: string, hint: string | null = null): Problem {
  return { place, message, hint, excerpt: "" };
}

/** Directives that we add ourselves, for which no line of the project stands. */
export function makeDirectives(
  place: Place,
  pairs: readonly (readonly [name: string, value: string])[],
): Directives {
  return pairs.map(([name, value]) => ({ name, value, place }));
}

/** The directives of [Unit] with a description in front, where they have none. */
export function withDescription(directives: Directives, description: string, place: Place): Directives {
  return directives.some(({ name }) => name === "Description")
    ? directives
    : [...makeDirectives(place, [["Description", description]]), ...directives];
}

/** The values that count for a directive: an empty one resets those before it (systemd.syntax(7)). */
export function effectiveValues(directives: Directives, name: string): readonly string[] {
  const values = directives
    .filter((directive) => directive.name === name)
    .map((directive) => directive.value.trim());
  return values.slice(values.lastIndexOf("") + 1);
}

function formatDirective({ name, value, place }: Directives[number], problems: Problem[]): UnitEntry {
  const quoted = formatUnitValue(value);
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
    problems.push(makeProblem(place, `${JSON.stringify(name)} cannot be the name of a directive`));
  if (!quoted.ok) problems.push(makeProblem(place, `${name}= cannot be written: ${quoted.reason}`));
  return { kind: "entry", name, value: quoted.ok ? quoted.text : "", line: 0 };
}
