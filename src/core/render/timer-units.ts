/**
 * The timers of a service: for each a timer unit, which runs, and the unit of its job, which the timer
 * starts.
 */
import type { Problem } from "../errors.ts";
import type { Service, Timer } from "../model/service.ts";
import { renderJob } from "./job-unit.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import type { UnitParts } from "./service-unit.ts";
import { makeDirectives, makeUnitFile } from "./unit-text.ts";

/** Each timer and its job. */
export function renderTimerUnits(
  service: Service,
  parts: UnitParts,
  problems: Problem[],
): readonly RenderedUnit[] {
  return service.timers.flatMap((timer) => [
    renderTimer(service, timer, problems),
    renderJob(service, timer, parts, problems),
  ]);
}

function renderTimer(service: Service, timer: Timer, problems: Problem[]): RenderedUnit {
  const unit = `${service.name}-${timer.name}.timer`;
  const install = makeDirectives(timer.place, [["WantedBy", "timers.target"]]);
  const sections = [
    {
      name: "Unit",
      directives: makeDirectives(timer.place, [["Description", `Timer ${timer.name} of ${service.name}`]]),
    },
    { name: "Timer", directives: timer.timer },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  // A daemon-reload alone makes a running timer elapse by its new times (tried on 247, 252 and 257): it has
  // no inputs that need an act.
  const loaded = makeLoadedUnit(service.name, unit, file.path);
  return { resources: [file, { ...loaded, running: true, inputPaths: [] }], unit, install };
}
