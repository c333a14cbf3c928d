/** Reads what the selected services consist of (files, secrets, artifacts), and composes the targets. */
import { withoutRepeats } from "../core/config/check.ts";
import { withoutVersions } from "../core/config/directives.ts";
import { withExcerpts } from "../core/config/excerpts.ts";
import type { ProjectAsFar } from "../core/config/project.ts";
import { sharedValues } from "../core/config/shared-values.ts";
import { ConfigError, type Problem, UsageError } from "../core/errors.ts";
import type { Artifact, ArtifactFile } from "../core/model/artifact.ts";
import type { Host, Project } from "../core/model/declared.ts";
import type { HostTarget, PlayTargets, Rendered } from "../core/model/resource.ts";
import type { SecretValues, Service } from "../core/model/service.ts";
import { Secret } from "../core/secret.ts";
import {
  buildTarget,
  declaredFor,
  type RenderedService,
  renderFor,
  serviceFor,
} from "../core/target/build-target.ts";
import { type SelectedPlay, select, type TargetSelection } from "../core/target/select.ts";
import { makeArtifactReader } from "./artifacts.ts";
import { readProjectFile } from "./read-file.ts";
import { makeSecretReader } from "./secrets.ts";

const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** What the selection comes to. */
export type BuiltTargets = Rendered & {
  /** Every secret that was rendered into a target, as its reader gave it. */
  readonly secrets: readonly Secret[];
};

/** Where artifacts and secrets come from. Both throw ConfigError. */
export type Readers = {
  readonly describe: (artifact: Artifact) => Promise<ArtifactFile>;
  readonly readSecrets: (service: Service) => Promise<SecretValues>;
};

/** Readers for who looks at the text of files alone (lint): neither artifacts nor secrets need to be here. */
export const STAND_INS: Readers = {
  describe: async ({ form, strip, source, sha256: declared }) => {
    const sha256 = declared ?? "0".repeat(64);
    return { sha256, size: 1, source: { form, strip, path: source, sha256, size: 1 } };
  },
  readSecrets: async (service) =>
    new Map(service.secrets.map(({ name }) => [name, new Secret(name, "stand-in")])),
};

/**
 * Expands, normalises and renders every selected service for every selected host, in the order of the plays;
 * plays that nothing of is selected are left out. Throws UsageError when the selection names something
 * unknown or selects nothing, ConfigError with the mistakes of all hosts and services, and those that loading
 * had found.
 */
export async function buildTargets(
  loaded: Project | ProjectAsFar,
  selection: TargetSelection,
  given?: Readers,
): Promise<BuiltTargets> {
  const { project, problems, unsure } = "project" in loaded ? loaded : wholly(loaded);
  const readers = given ?? {
    describe: makeArtifactReader(project.root),
    readSecrets: makeSecretReader(project.root),
  };
  const build: Build = {
    ...readers,
    project,
    files: new Map(project.files),
    services: new Map(),
    secrets: new Set(),
    problems: [...problems],
    flawed: new Set(problems.map(({ place }) => place.file)),
    unreadable: new Set(),
  };
  const plays: PlayTargets[] = [];
  for (const selected of selectAsFar(project, selection, problems))
    plays.push({ play: selected.play, targets: await buildPlay(build, selected) });
  for (const services of build.services.values()) build.problems.push(...sharedValues(services));
  const known = new Set([...unsure, ...build.flawed, ...build.unreadable]);
  const found = build.problems.filter(({ unresolved }) => unresolved === undefined || !known.has(unresolved));
  if (found.length > 0)
    throw withExcerpts(new ConfigError(withoutRepeats(withoutVersions(found))), (file) =>
      textOf(build, file),
    );
  return { plays, services: build.services, secrets: [...build.secrets] };
}

function wholly(project: Project): ProjectAsFar {
  return { project, problems: [], unsure: new Set() };
}

/** What mistakes hide cannot be selected, and they are what is to be told then. */
function selectAsFar(
  project: Project,
  selection: TargetSelection,
  problems: readonly Problem[],
): readonly SelectedPlay[] {
  try {
    return select(project, selection);
  } catch (error) {
    if (problems.length === 0 || !(error instanceof UsageError)) throw error;
    return [];
  }
}

type Build = Readers & {
  readonly project: Project;
  readonly files: Map<string, Uint8Array>;
  readonly services: Map<string, readonly Service[]>;
  readonly secrets: Set<Secret>;
  readonly problems: Problem[];
  /** Service files with mistakes: what such a service lacks may be in what was left out. */
  readonly flawed: Set<string>;
  /** Files that are there and cannot be read: rendering finds them missing. */
  readonly unreadable: Set<string>;
};

/** The first target of each host says what is declared for it. */
async function buildPlay(build: Build, { play, hosts, services }: SelectedPlay): Promise<HostTarget[]> {
  const startDeadlineSeconds = Math.ceil(play.rollout.healthyDeadlineSeconds);
  const targets: HostTarget[] = [];
  for (const host of hosts) {
    const rendered: RenderedService[] = [];
    for (const source of services) {
      const read = await collect(build, () => serviceFor(build.project, host, source));
      if (read !== null && read.problems.length > 0) build.flawed.add(source.file);
      build.problems.push(...(read?.problems ?? []));
      const service = read?.service ?? null;
      const one = service === null ? null : await readAndRender(build, host, service);
      if (one !== null) rendered.push(one);
    }
    const known = build.services.get(host.name);
    const target = await collect(build, () => buildTarget(build.project.name, play.name, host, rendered));
    if (target !== null)
      targets.push({
        ...target,
        startDeadlineSeconds,
        ...(known === undefined ? { declared: declaredFor(build.project, host) } : {}),
      });
    build.services.set(host.name, [...(known ?? []), ...rendered.map(({ service }) => service)]);
  }
  return targets;
}

/** Without resources where a part could not be read, null where they have mistakes: both are collected. */
async function readAndRender(build: Build, host: Host, service: Service): Promise<RenderedService | null> {
  await readNamedFiles(build, service);
  const secrets = await collect(build, () => build.readSecrets(service));
  const { artifact } = service;
  const found = artifact === null ? null : await collect(build, () => build.describe(artifact));
  if (secrets === null || (artifact !== null && found === null))
    return { service, resources: [], signed: null };
  for (const secret of secrets.values()) build.secrets.add(secret);
  const parts = { secrets, files: build.files, artifact: found };
  return await collect(build, () => renderFor(build.project, host, service, parts));
}

/** Files named outside templates/; one that cannot be read is reported, one that is missing by rendering. */
async function readNamedFiles(build: Build, service: Service): Promise<void> {
  for (const { from, place } of service.files) {
    const path = from.kind === "source" ? from.source : from.kind === "template" ? from.template : null;
    if (
      path === null ||
      build.files.has(path) ||
      (from.kind === "template" && build.files.has(`templates/${path}`))
    )
      continue;
    const read = await readProjectFile(build.project.root, path, MAX_SOURCE_BYTES);
    if (read.ok) build.files.set(path, read.bytes);
    else if (!read.missing) {
      build.problems.push({ place, message: read.reason, hint: null, excerpt: "" });
      build.unreadable.add(path);
    }
  }
}

/** Mistakes join the others; null stands for what could not be made. */
async function collect<T>(build: Build, make: () => T | Promise<T>): Promise<T | null> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    build.problems.push(...error.problems);
    return null;
  }
}

function textOf(build: Build, file: string): string | null {
  const bytes = build.files.get(file);
  return bytes === undefined ? null : new TextDecoder().decode(bytes);
}
