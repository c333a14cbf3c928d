/**
 * The paths that systemd watches for a service: for each a path unit, which runs, and the unit of its job
 * where it has one.
 */
import type { Problem } from "../errors.ts";
import type { UnitResource } from "../model/resource.ts";
import type { PathUnit, Service } from "../model/service.ts";
import { renderJob } from "./job-unit.ts";
import { makeLoadedUnit } from "./loaded-unit.ts";
import { digestInputs, hashSha256 } from "./make-file.ts";
import type { RenderedUnit } from "./mount-unit.ts";
import type { UnitParts } from "./service-unit.ts";
import { effectiveValues, makeDirectives, makeUnitFile } from "./unit-text.ts";

/** Each path and its job. */
export function renderPathUnits(
  service: Service,
  parts: UnitParts,
  problems: Problem[],
): readonly RenderedUnit[] {
  return service.paths.flatMap((path) => [
    renderPath(service, path, problems),
    ...(path.starts === "job" ? [renderJob(service, path, parts, problems)] : []),
  ]);
}

function renderPath(service: Service, path: PathUnit, problems: Problem[]): RenderedUnit {
  const unit = `${service.name}-${path.name}.path`;
  const install = makeDirectives(path.place, [["WantedBy", "paths.target"]]);
  const started =
    path.starts === "job" ? [] : makeDirectives(path.place, [["Unit", `${service.name}.service`]]);
  const sections = [
    {
      name: "Unit",
      directives: makeDirectives(path.place, [["Description", `Path ${path.name} of ${service.name}`]]),
    },
    { name: "Path", directives: [...path.path, ...started] },
    { name: "Install", directives: install },
  ];
  const file = makeUnitFile(service.name, unit, sections, problems);
  const restartInputs = inputsOf(path);
  const loaded = makeLoadedUnit(service.name, unit, file.path);
  const inputs = {
    restartInputs,
    restartDigest: digestInputs(restartInputs),
    inputPaths: Object.keys(restartInputs).length > 0 ? [file.path] : [],
  };
  return { resources: [file, { ...loaded, running: true, ...inputs }], unit, install };
}

/**
 * A daemon-reload alone makes a running path unit watch its new paths and start its new unit; only
 * MakeDirectory= counts when it starts (tried on 247, 252 and 257).
 */
function inputsOf({ path }: PathUnit): UnitResource["restartInputs"] {
  if (!/^(?:1|yes|y|true|t|on)$/i.test(effectiveValues(path, "MakeDirectory").at(-1) ?? "")) return {};
  const names = [...new Set(path.map(({ name }) => name))].filter((name) => !name.startsWith("Trigger"));
  return Object.fromEntries(
    names.map((name) => [name, hashSha256(JSON.stringify(effectiveValues(path, name)))]),
  );
}
