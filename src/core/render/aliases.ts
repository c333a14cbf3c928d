/**
 * What else of [Install] `systemctl enable` would do: other names of a unit, and units that are enabled
 * along.
 */

import type { Problem } from "../errors.ts";
import type { LinkResource } from "../model/resource.ts";
import { unitType } from "../unit-file/unit-name.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { effectiveValues, makeProblem } from "./unit-text.ts";

type AliasedUnit = Pick<RenderedUnit, "unit" | "install">;

/**
 * One link for each name of Alias=, as systemd allows them: of the unit's own type, a template's for a
 * template (systemd.unit(5)).
 */
export function renderAliases(
  service: string,
  { unit, install }: AliasedUnit,
  problems: Problem[],
): readonly LinkResource[] {
  if (unit === null) return [];
  return wordsOf(install, "Alias").flatMap((alias) => {
    const reason = refuseAlias(unit, alias);
    if (reason === null) return [makeAlias(service, unit, alias)];
    refuse(install, "Alias", alias, reason, problems);
    return [];
  });
}

/**
 * Problems of Also= and DefaultInstance=. ours: every unit of the service; each of them is enabled by its own
 * [Install] anyway.
 */
export function checkInstall(
  { unit, install }: AliasedUnit,
  ours: ReadonlySet<string>,
  problems: Problem[],
): void {
  if (unit === null) return;
  for (const other of wordsOf(install, "Also")) {
    const reason = `Also=${other} would enable a unit that is not of this service`;
    if (!ours.has(other)) refuse(install, "Also", other, reason, problems);
  }
  for (const instance of wordsOf(install, "DefaultInstance")) {
    const reason = `DefaultInstance= is for templates: systemd ignores it in ${unit}`;
    if (!unit.includes("@")) refuse(install, "DefaultInstance", instance, reason, problems);
  }
}

function refuseAlias(unit: string, alias: string): string | null {
  if (!/^[A-Za-z0-9:_.@\\-]{1,240}\.[a-z]+$/.test(alias)) return `Alias=${alias} is not the name of a unit`;
  if (unit.includes("@") && !isTemplate(unit))
    return `Alias=${alias}: a service with instances has no other names`;
  if (alias === unit) return `Alias=${alias} is the unit's own name`;
  if (unitType(alias) !== unitType(unit))
    return `Alias=${alias} has to end in .${unitType(unit)} as ${unit} does: systemd refuses it`;
  return isTemplate(alias) === isTemplate(unit)
    ? null
    : `Alias=${alias} has to be a template just as ${unit} is: systemd refuses it`;
}

function makeAlias(service: string, unit: string, alias: string): LinkResource {
  const path = `${UNIT_FOLDER}/${alias}`;
  return {
    kind: "link",
    id: `link:${path}`,
    service,
    role: "enablement",
    path,
    target: `${UNIT_FOLDER}/${unit}`,
  };
}

function wordsOf(install: AliasedUnit["install"], name: string): readonly string[] {
  return [...new Set(effectiveValues(install, name).flatMap((value) => value.split(/[ \t]+/)))].filter(
    (word) => word !== "",
  );
}

function refuse(
  install: AliasedUnit["install"],
  name: string,
  word: string,
  reason: string,
  problems: Problem[],
): void {
  const place = install.findLast((entry) => entry.name === name && entry.value.includes(word))?.place;
  if (place !== undefined) problems.push(makeProblem(place, reason));
}

function isTemplate(unit: string): boolean {
  return unit.includes("@.");
}
