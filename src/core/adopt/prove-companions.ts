/** Holds the sockets, timers, paths and jobs that a service file renders against those of the host. */
import { isKnownDirective } from "../unit-file/directive-table.ts";
import type { Adopted } from "./adopt-unit.ts";
import { SAYS_NOTHING } from "./beside.ts";
import type { Companion, Renamed } from "./companions.ts";
import { takenBack, UNSAID } from "./read-trigger.ts";
import type { Gap } from "./render-text.ts";
import { type BothSides, bothInForce, comparable, differentVariables, sayDifference } from "./same-unit.ts";
import { compareSections, type ValuesBySection } from "./sections.ts";

/** A gap's key is the companion's unit on the host. account: whose group a unit without Group= gets. */
export function compareCompanions(
  { companions, account }: Pick<Adopted, "companions" | "account">,
  sides: BothSides,
): readonly Gap[] {
  return companions.flatMap(({ units: [own, ...jobs] }) => [
    ...compareTrigger(own, sides).map((text) => ({ key: own.live.unit, text })),
    ...jobs.flatMap((job) =>
      compareJob(job, account, sides).map((text) => ({
        key: own.live.unit,
        text: `${job.live.unit}: ${text}`,
      })),
    ),
  ]);
}

function compareTrigger(unit: Companion["units"][0], sides: BothSides): readonly string[] {
  const { was, now } = bothInForce(unit, sides);
  return compareSections(formOfTrigger(was, unit.live.unit), formOfTrigger(now, unit.now)).map(sayDifference);
}

/**
 * Without what only a reader sees, and with what is meant without a word; what it starts was looked at when
 * it was read.
 */
function formOfTrigger(sections: ValuesBySection, unit: string): ValuesBySection {
  const form = new Map([...sections].map(([section, directives]) => [section, new Map(directives)] as const));
  for (const name of SAYS_NOTHING) form.get("Unit")?.delete(name);
  for (const section of ["Timer", "Path"]) form.get(section)?.delete("Unit");
  const socket = form.get("Socket");
  socket?.delete("Service");
  if (socket?.has("FileDescriptorName") === false) socket.set("FileDescriptorName", [unit]);
  return form;
}

function compareJob(unit: Renamed, account: Adopted["account"], sides: BothSides): readonly string[] {
  const { was, now } = bothInForce(unit, sides);
  const [before, after] = [was, now].map((sections) => formOfJob(sections, account, sides.systemd));
  if (before === undefined || after === undefined) return [];
  const variables = differentVariables(unit, sides).map(
    (name) => `the variable ${name} would have another value`,
  );
  return [...compareSections(before, after).map(sayDifference), ...variables];
}

/**
 * [Install] of a job that is not enabled says nothing. Directives of [Unit] that [Service] takes as well, as
 * of old, are the same in both.
 */
function formOfJob(sections: ValuesBySection, account: Adopted["account"], systemd: number): ValuesBySection {
  const known = comparable(sections, systemd);
  const [unit, service] = [new Map(known.get("Unit")), new Map<string, readonly string[]>()];
  for (const [name, values] of known.get("Service") ?? [])
    (isKnownDirective("Unit", name, systemd) ? unit : service).set(name, values);
  for (const name of SAYS_NOTHING) unit.delete(name);
  for (const [name, value] of UNSAID) if (!service.has(name)) service.set(name, [value]);
  for (const [name, [value, second]] of service)
    if (value === "no" && second === undefined && !UNSAID.has(name) && takenBack(name) === "no")
      service.delete(name);
  if (!service.has("Type")) service.set("Type", [service.has("BusName") ? "dbus" : "simple"]);
  if (!service.has("Group") && account?.group != null && service.get("User")?.[0] === account.user)
    service.set("Group", [account.group]);
  return new Map([
    ["Unit", unit],
    ["Service", service],
  ]);
}
