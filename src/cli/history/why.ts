/**
 * `svcdeploy why SERVICE@HOST`: which run made a service what it is on a host, what that changed, and what
 * became of it. Reads only.
 */
import { didYouMean, UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import type { Host, Project } from "../../core/model/declared.ts";
import type { Observation } from "../../core/model/observation.ts";
import type { HostTarget, KeptService } from "../../core/model/resource.ts";
import { findDrift } from "../../core/plan/drift.ts";
import { isLive, startedAt, UNKNOWN_UNIT } from "../../core/plan/unit-state.ts";
import type { Describe, Kept } from "../../core/rollback/generations.ts";
import { keptChanges } from "../../core/rollback/kept-changes.ts";
import { keptSecrets } from "../../core/rollback/kept-secrets.ts";
import { rebuildForReading } from "../../core/rollback/rebuild.ts";
import { isAskedFor, type ServiceAtHost, serviceAtHost } from "../../core/rollback/service-at-host.ts";
import { type ServiceStory, serviceStory } from "../../core/rollback/service-story.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { observeHosts } from "../../deploy/observe.ts";
import { readKept } from "../../deploy/read-kept.ts";
import {
  type RunningUnit,
  unknownJson,
  unknownText,
  type WhyView,
  whyJson,
  whyText,
} from "../../report/history/why-text.ts";
import type { Arguments } from "../options/arguments.ts";
import type { WHY } from "../options/by-command.ts";
import { connectionOf, selectionOf } from "../options/selection.ts";
import { asJson, asLines, print } from "../print.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts } from "../with-hosts.ts";
import { loadSelected, protectProjectSecrets } from "../workspace.ts";

/**
 * Prints what is known; 1 where svcdeploy never applied the service there. Throws UsageError, ConfigError,
 * and what kept the host from answering.
 */
export async function why(
  { options, operands }: Arguments<typeof WHY>,
  surroundings: Surroundings,
): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const project = await loadSelected(selection, surroundings);
  const question = questionOf(operands[0] ?? "", project);
  const host = hostOf(project, question.host);
  await protectProjectSecrets(project, surroundings);
  const view = await lookAtHosts({ project, connection, looking: 1 }, surroundings, (context) =>
    lookInto(project, host, question, context, surroundings),
  );
  if (view === null) {
    const { service } = question;
    const isDeclared = project.services.some(({ name }) => name === service);
    const unknown = { environment: project.environment, host: host.name, service, isDeclared };
    const writers = { text: asLines(unknownText), json: asJson(unknownJson) };
    await print(unknown, writers, options.output, surroundings);
    return EXIT.failed;
  }
  await print(view, { text: asLines(whyText), json: asJson(whyJson) }, options.output, surroundings);
  return EXIT.done;
}

function questionOf(text: string, { hosts }: Project): ServiceAtHost {
  const found = serviceAtHost(
    text,
    hosts.map(({ name }) => name),
  );
  if (found !== null) return found;
  const hint = "svcdeploy why web@web1 --env prod";
  throw new UsageError(
    text === ""
      ? "Which service on which host? Name it as SERVICE@HOST"
      : `${JSON.stringify(text)} is not SERVICE@HOST`,
    hint,
  );
}

function hostOf(project: Project, name: string): Host {
  const names = project.hosts.map((host) => host.name);
  const host = project.hosts.find((each) => each.name === name);
  if (host !== undefined) return host;
  throw new UsageError(
    `${project.environment} has no host ${name}`,
    didYouMean(name, names) ?? `hosts: ${names.slice(0, 20).join(", ")}`,
  );
}

async function lookInto(
  project: Project,
  host: Host,
  question: ServiceAtHost,
  context: DeployContext,
  surroundings: Surroundings,
): Promise<WhyView | null> {
  const { service } = question;
  const choose = (kept: Kept, describe: Describe) => {
    const chosen = serviceStory(kept, service, describe);
    return { chosen, wanted: chosen === null ? [] : descriptionsOf(chosen) };
  };
  const [read] = await readKept(
    [host],
    { project: project.name, unfinished: "report", servicesOf: () => [service], choose },
    context,
  );
  if (read === undefined) throw new Error("no host was asked");
  if (!read.result.ok) throw read.result.error;
  const { kept, chosen: story, contents, held } = read.result;
  if (story === null) return null;
  const before = story.changed?.before ?? null;
  const secrets = descriptionsOf(story).flatMap((each) => keptSecrets(each, contents, held));
  for (const sink of [surroundings.stdout, surroundings.stderr]) sink.protect(secrets);
  const target = rebuildForReading(project.name, host, story.now, contents);
  const observation = await observeOne(target, context);
  const changes = story.changed === null ? [] : keptChanges(before, story.now, contents);
  // What a rollback left behind is no change that someone made since.
  const findings = findDrift(target, observation).filter(({ kind }) => kind !== "orphan");
  const units = askedUnits(target, observation, question);
  return {
    environment: project.environment,
    host: host.name,
    clock: kept.clock,
    ...{ story, changes, units, findings },
  };
}

function descriptionsOf({ now, changed }: ServiceStory): readonly KeptService[] {
  return [now, changed?.before ?? null].filter((kept) => kept !== null);
}

async function observeOne(target: HostTarget, context: DeployContext): Promise<Observation> {
  const [observed] = await observeHosts([target], context);
  if (observed === undefined) throw new Error("no host was observed");
  if (!observed.result.ok) throw observed.result.error;
  return observed.result.observation;
}

function askedUnits(
  target: HostTarget,
  observation: Observation,
  question: ServiceAtHost,
): readonly RunningUnit[] {
  const units = unitsOf(target, observation).filter(({ unit }) => isAskedFor(unit, question));
  if (units.length > 0 || question.instance === null) return units;
  throw new UsageError(`${question.service} has no instance ${question.instance} on ${question.host}`);
}

function unitsOf({ resources }: HostTarget, { units, facts }: Observation): readonly RunningUnit[] {
  return resources.flatMap((resource) => {
    if (resource.kind !== "unit" || !resource.running) return [];
    const properties = units.get(resource.unit) ?? UNKNOWN_UNIT;
    const started = isLive(properties) ? startedAt(properties, facts) : null;
    const { ActiveState: active = "unknown", SubState: sub } = properties;
    const state = sub === undefined ? active : `${active} (${sub})`;
    return [{ unit: resource.unit, state, sinceSeconds: started === null ? null : facts.clock - started }];
  });
}
