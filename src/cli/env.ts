/**
 * `svcdeploy env SERVICE HOST [UNIT]`: the environment that a service's processes get, and who wins. Reads
 * the project alone.
 */

import { effectiveEnvironment, type KnownFile } from "../core/environment/effective-environment.ts";
import type { ServiceUnit } from "../core/environment/implied-assignment.ts";
import { UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import { explainFiles } from "../core/explain/explain.ts";
import type { LineOrigin } from "../core/explain/line-origin.ts";
import { type EffectiveUnit, effectiveUnit } from "../core/unit-file/effective-unit.ts";
import { triggeredUnit } from "../core/unit-file/triggers.ts";
import { type EnvView, envJson, envText } from "../report/env-text.ts";
import { type LookedAtService, lookAtService } from "./look-at-service.ts";
import type { Arguments } from "./options/arguments.ts";
import type { LOOK } from "./options/by-command.ts";
import { asJson, asLines, print } from "./print.ts";
import { suggest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Prints the variables. Throws UsageError when the service, the host or UNIT is none of the project's, and
 * ConfigError.
 */
export async function env(given: Arguments<typeof LOOK>, surroundings: Surroundings): Promise<number> {
  const looked = await lookAtService(given, surroundings);
  const view = look(looked);
  const writers = { text: asLines(envText), json: asJson(envJson) };
  await print(view, writers, given.options.output, surroundings);
  return EXIT.done;
}

/** Everything that is shown of one service. Throws UsageError for a unit that it has not. */
export function look(looked: LookedAtService): EnvView {
  const { project, target, files } = looked;
  const units = target.resources.flatMap((resource) =>
    resource.kind === "unit" && resource.unit.endsWith(".service") ? [resource.unit] : [],
  );
  const unit = chooseUnit(looked, units);
  const known = new Map(files.map((file) => [file.path, file]));
  const readFile = (path: string): KnownFile | null => {
    const file = known.get(path);
    return file === undefined
      ? null
      : { text: new TextDecoder().decode(file.content), secrets: [...looked.secrets.keys()] };
  };
  const explained = new Map(
    explainFiles({ ...looked, host: target.host }).map((file) => [file.path, file.lines]),
  );
  return {
    environment: project.environment,
    host: target.host.name,
    systemd: target.host.systemd,
    unit,
    others: units.filter((each) => each !== unit),
    found: effectiveEnvironment(serviceUnit(looked, unit), readFile),
    originOf: ({ file, line }): LineOrigin | null => explained.get(file)?.[line - 1]?.origin ?? null,
  };
}

/**
 * UNIT, with or without its type; without it the service's own, of instances the first, else the first that
 * runs as the service.
 */
function chooseUnit({ what, service }: LookedAtService, units: readonly string[]): string {
  const instance = `${service.name}@`;
  const own =
    units.find((unit) => unit === `${service.name}.service`) ??
    units.find((unit) => unit.startsWith(instance)) ??
    units[0];
  if (own === undefined) throw new UsageError(`${service.name} has no service unit`);
  if (what === null) return own;
  const named = units.find((unit) => unit === what || unit === `${what}.service`);
  const stem = (unit: string): string => unit.replace(/\.service$/, "");
  if (named === undefined)
    throw new UsageError(
      `${service.name} has no unit ${JSON.stringify(what)}`,
      suggest(stem(what), units.map(stem), ""),
    );
  return named;
}

/** The user of a system unit without User=: root. */
const ROOT = { u: "root", U: "0", g: "root", G: "0", h: "/root" };

function serviceUnit({ files, target, service }: LookedAtService, unit: string): ServiceUnit {
  const onHost = files.map(({ path, content }) => ({ path, content }));
  const read = (name: string): EffectiveUnit => effectiveUnit(name, onHost);
  const { systemd } = target.host;
  const beside = target.resources.flatMap((resource) =>
    resource.kind === "unit" && resource.unit !== unit ? [resource.unit] : [],
  );
  const triggers = beside.filter((name) => {
    const { sections } = read(name);
    return (
      triggeredUnit(
        name,
        (section, directive) => sections.get(section)?.get(directive)?.at(-1)?.value ?? null,
      ) === unit
    );
  });
  const { account } = service;
  const section = read(unit).sections.get("Service") ?? new Map();
  return { unit, systemd, service: section, specifiers: { unit, systemd, host: ROOT }, account, triggers };
}
