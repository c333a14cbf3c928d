/**
 * What a reader of an adopted service file has to know of the unit: what stays on the host, what an apply
 * changes.
 */
import { startersOf } from "./companions.ts";
import type { ValuesBySection } from "./sections.ts";
import type { UnitDraft } from "./unit-draft.ts";

/** What starts a service that runs all the time is an obstacle; everything else is a note. */
export function noteState(draft: UnitDraft): void {
  const { live, facts, notes, obstacles, sections, name, prefix, own } = draft;
  const others = live.dropIns.filter((path) => !own.includes(path));
  for (const path of others)
    notes.push(`${path} stays on the host and still overrides this file: it applies to other units as well.`);
  const link = facts.links.get(live.fragment);
  if (link !== undefined)
    notes.push(`${live.fragment} is a link to ${link}; svcdeploy writes a file in its place.`);
  const told = [...facts.beside.keys()].filter((unit) => !unit.endsWith(".timer"));
  const starters = startersOf(live, facts);
  for (const unit of starters.filter((each) => !told.includes(each)))
    notes.push(`${unit} starts it and stays on the host as it is.`);
  const trigger = starters.find(
    (unit) => unit.endsWith(".timer") || (unit.endsWith(".path") && isOneshot(sections)),
  );
  if (trigger !== undefined)
    obstacles.push(
      `${trigger} starts it, and a service of svcdeploy runs all the time: make it a job of a service ` +
        "of this host with --into SERVICE",
    );
  else if (!draft.blocks.has("install"))
    notes.push(
      "It had no [Install]: svcdeploy enables what it keeps running, by WantedBy=multi-user.target.",
    );
  if (live.activeState !== "active" && trigger === undefined)
    notes.push(`It was ${live.activeState} when it was read; an apply starts it.`);
  if (live.unitFileState === "disabled") notes.push("It was disabled; an apply enables it.");
  if (name !== prefix)
    notes.push(
      `The service is called ${name}: before the apply, stop the old unit with systemctl disable --now ` +
        `${live.unit}.`,
    );
}

/** What ends when it has done its work. */
function isOneshot(sections: ValuesBySection): boolean {
  const service = sections.get("Service");
  return (
    service?.get("Type")?.[0] === "oneshot" &&
    !/^(?:yes|true|on|1|y|t)$/i.test(service.get("RemainAfterExit")?.[0] ?? "")
  );
}
