/** The instances of a service, as written → their units' names. */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { Instance, Service } from "../model/service.ts";
import { escapeUnitName } from "../unit-file/escape.ts";
import { refuseInstance } from "./allow-lists.ts";
import type { WrittenService } from "./service-schema.ts";
import type { TreePath } from "./yaml.ts";

type Reading = {
  readonly written: WrittenService;
  readonly placeOf: (path: TreePath) => Place;
  readonly problems: Problem[];
};

/**
 * In the order of the file. An empty, repeated or too long name is a problem, and so is a socket: systemd
 * would not know which instance it is for.
 */
export function readInstances(reading: Reading): Service["instances"] {
  const names = reading.written.instances ?? [];
  const instances = names.map((name, index): Instance => {
    const place = reading.placeOf(["instances", index]);
    const escaped = escapeUnitName(name);
    const unit = `${reading.written.name}@${escaped}.service`;
    const reason =
      refuseInstance(name) ??
      refuseLength(unit) ??
      (names.indexOf(name) < index ? "it is in the list twice" : null);
    if (reason !== null) refuse(reading, place, `the instance ${JSON.stringify(name)}: ${reason}`);
    return { name, escaped, unit, place };
  });
  const socket = (reading.written.sockets ?? []).length > 0 && instances.length > 0;
  if (socket)
    refuse(
      reading,
      reading.placeOf(["sockets"]),
      "a service with instances cannot have sockets: systemd would not know which instance gets one",
    );
  return instances;
}

/** systemd takes names of 255 bytes; beside each there are files named after it with up to 8 bytes more. */
const MAX_UNIT_BYTES = 240;

function refuseLength(unit: string): string | null {
  if (unit.length <= MAX_UNIT_BYTES) return null;
  return (
    `its unit's name would have ${unit.length} bytes, ${MAX_UNIT_BYTES} at most (everything but letters, ` +
    "digits and : _ . takes four)"
  );
}

function refuse({ problems }: Reading, place: Place, message: string): void {
  problems.push({ place, message, hint: null, excerpt: "" });
}
