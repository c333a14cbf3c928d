/** The timers of a service: for each a timer unit, which runs, and the unit of its job, which the timer starts. */
import type { Problem } from "../errors.ts";
import type { Directives, Service, Timer } from "../model.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { makeFile } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import { followingDirectives, mountDirectives, type UnitParts } from "./service-unit.ts";
import { effectiveValues, formatUnitText, makeDirectives, makeProblem } from "./unit-text.ts";

/** Each timer and its job. The job runs as the service does: account, environment, slice and hardening; a oneshot unless it says otherwise. */
export function renderTimerUnits(service: Service, parts: UnitParts, problems: Problem[]): readonly RenderedUnit[] {
  return service.timers.flatMap((timer) => [renderTimer(service, timer, problems), renderJob(service, timer, parts, problems)]);
}

function renderTimer(service: Service, timer: Timer, problems: Problem[]): RenderedUnit {
  const unit = `${service.name}-${timer.name}.timer`;
  const install = makeDirectives(timer.place, [["WantedBy", "timers.target"]]);
  const sections = [
    { name: "Unit", directives: makeDirectives(timer.place, [["Description", `Timer ${timer.name} of ${service.name}`]]) },
    { name: "Timer", directives: timer.timer },
    { name: "Install", directives: install },
  ];
  const file = makeFile(service.name, "unit", `/etc/systemd/system/${unit}`, formatUnitText(sections, problems));
  // A daemon-reload alone makes a running timer elapse by its new times (tried on 247, 252 and 257): it has no inputs that need an act.
  const loaded = makeLoadedUnit(service.name, unit, file.path);
  return { resources: [file, { ...loaded, running: true, inputPaths: [] }], unit, install };
}

function renderJob(service: Service, timer: Timer, parts: UnitParts, problems: Problem[]): RenderedUnit {
  const unit = `${service.name}-${timer.name}.service`;
  const described = effectiveValues(timer.unit, "Description").length > 0 ? [] : [["Description", `Job ${timer.name} of ${service.name}`] as const];
  const type = effectiveValues(timer.service, "Type").at(-1);
  const oneshot: Directives = type === undefined ? makeDirectives(timer.place, [["Type", "oneshot"]]) : [];
  const sections = [
    { name: "Unit", directives: [...makeDirectives(timer.place, described), ...timer.unit, ...mountDirectives(service)] },
    {
      name: "Service",
      directives: [...oneshot, ...timer.service, ...inherited(service, timer, problems), ...followingDirectives(service, timer.service, parts)],
    },
  ];
  const file = makeFile(service.name, "unit", `/etc/systemd/system/${unit}`, formatUnitText(sections, problems));
  return { resources: [file, makeLoadedUnit(service.name, unit, file.path, type ?? "oneshot")], unit, install: [] };
}

/** Whom the service runs as, and where: a job without them would run as root. */
const SURROUNDINGS = new Set(["User", "Group", "SupplementaryGroups", "DynamicUser", "WorkingDirectory", "UMask", "EnvironmentFile", "Environment"]);

function inherited(service: Service, timer: Timer, problems: Problem[]): Directives {
  const own = new Set(timer.service.map(({ name }) => name));
  const taken = service.service.filter(({ name }) => SURROUNDINGS.has(name) && !own.has(name));
  if (service.instances.length > 0) for (const directive of taken) reportInstance(directive, timer, problems);
  return taken;
}

/** systemd.unit(5): in a unit that is no instance %i and %I are empty, so that /srv/%i would be /srv. */
function reportInstance({ name, value }: Directives[number], timer: Timer, problems: Problem[]): void {
  if (!/(?<!%)(?:%%)*%[iI]/.test(value)) return;
  const message = `The job ${timer.name} runs once and not once an instance, so that %i in the service's ${name}= would be empty for it`;
  problems.push(makeProblem(timer.place, message, `Give the timer a ${name} of its own.`));
}
