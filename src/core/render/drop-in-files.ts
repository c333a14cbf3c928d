/** Drop-ins for units that are not ours: only their files are. */
import type { Problem } from "../errors.ts";
import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";
import { makeFile } from "./make-file.ts";
import { formatUnitText, makeDirectives, type RenderedSection } from "./unit-text.ts";

/** /etc/systemd/system/<unit>.d/svcdeploy-<service>-<name>.conf for each: the name says whose it is. */
export function renderDropIns(service: Service, problems: Problem[]): readonly FileResource[] {
  return service.dropIns.map(({ unit, name, sections, onChange, place }) => {
    const path = `${UNIT_FOLDER}/${unit}.d/svcdeploy-${service.name}-${name}.conf`;
    const text = formatUnitText(
      [...sections, ...(onChange === "none" && unit.endsWith(".service") ? [patience(place)] : [])],
      problems,
    );
    return makeFile(service.name, "drop-in", path, text, { onChange });
  });
}

/**
 * systemd ignores sections that start with X-: this one tells the run that removes the drop-in what to do
 * when the project no longer declares it.
 */
function patience(place: Place): RenderedSection {
  return { name: "X-Svcdeploy", directives: makeDirectives(place, [["OnChange", "none"]]) };
}
