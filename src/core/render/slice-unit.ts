/** The slice unit that a service declares; services that name the same slice share it. */
import type { Problem } from "../errors.ts";
import type { Host } from "../model/declared.ts";
import type { FileResource, UnitResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";
import { isKnownDirective } from "../unit-file/directive-table.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { makeProblem, makeUnitFile } from "./unit-text.ts";

/**
 * The slice's file and unit. Nothing when the service names none, or only its name: then another service (or
 * systemd, without limits) makes it.
 */
export function renderSliceUnit(
  service: Service,
  host: Host,
  problems: Problem[],
): readonly (FileResource | UnitResource)[] {
  const slice = service.slice;
  if (slice === null) return [];
  const unit = sliceUnitName(slice.name);
  if (!/^[A-Za-z0-9:_.]+(-[A-Za-z0-9:_.]+)*\.slice$/.test(unit)) {
    problems.push(
      makeProblem(
        slice.place,
        `"${slice.name}" cannot be a slice`,
        'Use letters, digits and : _ . with single "-" between: a-b is a slice inside a (systemd.slice(5)).',
      ),
    );
  }
  if (slice.directives.length === 0) return [];
  const isUnitDirective = (name: string) =>
    !isKnownDirective("Slice", name, host.systemd) && isKnownDirective("Unit", name, host.systemd);
  const sections = [
    { name: "Unit", directives: slice.directives.filter((directive) => isUnitDirective(directive.name)) },
    { name: "Slice", directives: slice.directives.filter((directive) => !isUnitDirective(directive.name)) },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  // Its limits apply live after daemon-reload.
  return [file, makeLoadedUnit(service.name, unit, file.path)];
}

/** The unit name of a slice that was written with or without its suffix. */
export function sliceUnitName(name: string): string {
  return name.endsWith(".slice") ? name : `${name}.slice`;
}
