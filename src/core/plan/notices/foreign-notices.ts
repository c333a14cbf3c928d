/** What an operator should know about units that are not ours and that drop-ins of ours change. */

import type { Observation } from "../../model/observation.ts";
import type { Change, Finding, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";
import { baseName } from "../../unit-file/path-name.ts";
import {
  type ForeignUnit,
  foreignDebt,
  foreignUnits,
  restartLabels,
  unreadDropIns,
} from "../foreign-units.ts";
import { originOf } from "../origin.ts";
import { touchedAt } from "../since.ts";
import { isLive, isMasked, UNKNOWN_UNIT } from "../unit-state.ts";
import { refusal, warning } from "./host-notices.ts";

/**
 * Notices: a drop-in for a unit that is not there, has another name or is a service of this project; and one
 * that its process keeps running without.
 */
export function foreignNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return [
    ...foreignUnits(target, []).flatMap((foreign) => unitNotice(foreign, target, observation)),
    ...foreignUnits(target, changes).flatMap((foreign) => waitingNotices(foreign, observation, changes)),
  ];
}

/** Findings about the units behind the drop-ins; the files have their own. */
export function foreignFindings(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Finding[] {
  const unread = new Set(unreadDropIns(target, observation));
  return foreignUnits(target, []).flatMap((foreign): readonly Finding[] => {
    const [first] = foreign.dropIns;
    const file = target.resources.find(({ id }) => id === first?.id);
    if (
      first === undefined ||
      file === undefined ||
      foreign.dropIns.some(({ path }) => !observation.paths.has(path))
    )
      return [];
    const about = {
      service: first.service,
      subject: foreign.unit,
      change: null,
      since: touchedAt(first.path, observation),
    };
    const origin = originOf(target, file, observation, "existence");
    if (unread.has(foreign.unit))
      return [{ ...about, kind: "not-loaded", text: `systemd has not read ${baseName(first.path)}`, origin }];
    const isEdited = changes.some(({ resource }) => foreign.dropIns.some(({ id }) => id === resource.id));
    const debt = isEdited ? null : foreignDebt(foreign, [], observation);
    return debt === null
      ? []
      : [{ ...about, kind: "stale-process", text: `${foreign.unit}: ${debt.because}`, origin }];
  });
}

function unitNotice(
  { unit, dropIns }: ForeignUnit,
  target: HostTarget,
  observation: Observation,
): readonly Notice[] {
  const properties = observation.units.get(unit) ?? UNKNOWN_UNIT;
  const who = `the drop-in ${baseName(dropIns[0]?.path ?? "")}`;
  const owner = observation.manifest.find(
    (entry) => entry.project === target.project && entry.kind === "unit" && entry.path === unit,
  );
  if (owner !== undefined)
    return [
      refusal(
        "own-unit",
        `${unit} belongs to this project's service ${owner.service}: write what ${who} says there`,
      ),
    ];
  if (isMasked(properties)) return [warning("masked", `${unit} is masked, so that ${who} changes nothing`)];
  if (properties.LoadState === "not-found")
    return [
      refusal(
        "missing-unit",
        `${unit} is not on the host, so that ${who} would change nothing: correct its name, or install ` +
          "it first",
      ),
    ];
  const { Id: id = unit } = properties;
  return id === unit ? [] : [refusal("other-name", `${unit} is another name of ${id}: write unit: ${id}`)];
}

function waitingNotices(
  { unit, dropIns }: ForeignUnit,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  if (!isLive(observation.units.get(unit) ?? UNKNOWN_UNIT)) return [];
  const waiting = dropIns
    .filter(({ onChange }) => onChange === "none")
    .flatMap((dropIn) => restartLabels(dropIn, changes));
  if (waiting.length === 0) return [];
  const names = [...new Set(waiting)].join(", ");
  return [
    warning(
      "waits-for-restart",
      `${unit} keeps running without the new ${names} until someone restarts it (onChange: none)`,
    ),
  ];
}
