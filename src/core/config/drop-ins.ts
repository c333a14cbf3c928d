/** Drop-ins for units that are not ours, as written → what is laid over which unit. */

import type { DropIn, Service } from "../model/service.ts";
import { unitType } from "../unit-file/unit-name.ts";
import { type DirectiveReading, type DirectiveSection, readSection } from "./directives.ts";
import type { WrittenService } from "./service-schema.ts";

/**
 * Each drop-in with its sections in systemd's order. A problem: a unit that has several names or stands for
 * several units, one whose restart takes the host along, a section that its type does not have (systemd
 * ignores it), none at all, and two of one name.
 */
export function readDropIns(reading: DirectiveReading): Service["dropIns"] {
  const dropIns = (reading.written.dropins ?? []).map((written, index): DropIn => {
    const place = reading.placeOf(["dropins", index]);
    const sections = readSections(reading, written, index);
    if (sections.length === 0) refuse(reading, index, "a drop-in needs a section: Unit, Service …");
    const { unit, name } = written;
    return { unit, name, sections, onChange: readOnChange(reading, written, index), place };
  });
  const isSame = (left: DropIn, right: DropIn): boolean =>
    left.unit === right.unit && left.name === right.name;
  dropIns.forEach((dropIn, index) => {
    if (dropIns.findIndex((other) => isSame(other, dropIn)) < index)
      refuse(
        reading,
        index,
        `there are two drop-ins ${dropIn.name} for ${dropIn.unit}: give one of them another name`,
      );
  });
  return dropIns;
}

type WrittenDropIn = NonNullable<WrittenService["dropins"]>[number];

/** The section of each type of unit beside [Unit]; a target has none. */
const SECTIONS: { readonly [type: string]: DirectiveSection | null } = {
  service: "Service",
  socket: "Socket",
  timer: "Timer",
  path: "Path",
  slice: "Slice",
  mount: "Mount",
  automount: "Automount",
  swap: "Swap",
  target: null,
};

function readSections(reading: DirectiveReading, written: WrittenDropIn, index: number): DropIn["sections"] {
  const own = SECTIONS[unitType(written.unit)] ?? null;
  return KEYS.flatMap((section) => {
    const directives = readSection(reading, section, ["dropins", index, section], written[section]);
    if (written[section] !== undefined && section !== "Unit" && section !== own)
      refuse(
        reading,
        index,
        `[${section}] means nothing to ${written.unit}: systemd would ignore it`,
        section,
      );
    return directives.length === 0 ? [] : [{ name: section, directives }];
  });
}

const KEYS = ["Unit", "Service", "Socket", "Timer", "Path", "Slice", "Mount", "Automount", "Swap"] as const;

/**
 * What a daemon-reload does not reach needs a restart, of a service alone: sockets and mounts take other
 * units down with them.
 */
function readOnChange(
  reading: DirectiveReading,
  { unit, onChange }: WrittenDropIn,
  index: number,
): DropIn["onChange"] {
  const why = whyNoRestart(unit);
  if (why !== null && onChange !== "none")
    refuse(reading, index, `${why}: write onChange: none`, onChange === undefined ? "unit" : "onChange");
  const isService = unitType(unit) === "service";
  if (!isService && why === null && onChange === "restart")
    refuse(reading, index, `${unit} needs no restart: leave onChange out`, "onChange");
  return onChange ?? (isService ? "restart" : "none");
}

/** Why a unit must not be restarted for a drop-in, which needs onChange: none then; null: it may. */
export function whyNoRestart(unit: string): string | null {
  if (/^(?:dbus|dbus-broker|user@.*|systemd-.*)\.service$/.test(unit))
    return `restarting ${unit} would take sessions or the host's own work along`;
  return /\.(?:socket|mount|automount|swap)$/.test(unit)
    ? `restarting ${unit} would take the units along that use it`
    : null;
}

function refuse(reading: DirectiveReading, index: number, message: string, ...rest: readonly string[]): void {
  reading.problems.push({
    place: reading.placeOf(["dropins", index, ...rest]),
    message,
    hint: null,
    excerpt: "",
  });
}
