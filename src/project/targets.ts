/** Project × selection → what every host shall be, play by play. */
import { withoutRepeats } from "../core/config/check.ts";
import { withoutVersions } from "../core/config/directives.ts";
import { withExcerpts } from "../core/config/excerpts.ts";
import { matchHosts } from "../core/config/patterns.ts";
import { fillRollout } from "../core/config/playbook.ts";
import { normaliseService } from "../core/config/service.ts";
import { ConfigError, didYouMean, type Problem, UsageError } from "../core/errors.ts";
import type { Host, PlayOrder, Project, ServiceSource } from "../core/model/declared.ts";
import type { HostTarget, PlayTargets, Resource } from "../core/model/resource.ts";
import type { Service, SignedArtifact } from "../core/model/service.ts";
import { expandTree } from "../core/render/expand.ts";
import { mergeResources } from "../core/render/merge-resources.ts";
import { renderService } from "../core/render/render.ts";
import { spreadHealth } from "../core/render/spread-health.ts";
import { Secret } from "../core/secret.ts";
import { type ArtifactFile, makeArtifactReader } from "./artifacts.ts";
import { readProjectFile } from "./read-file.ts";
import { readSecrets } from "./secrets.ts";

const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/**
 * What --limit and --service say; limit null and no services: everything. hosts all: also those that no play
 * names, for what is left on them.
 */
export type Selection = {
  readonly limit: string | null;
  readonly services: readonly string[];
  readonly hosts?: "of-plays" | "all";
};
/** Where artifacts and secrets come from. */
export type Readers = {
  readonly describe: ReturnType<typeof makeArtifactReader>;
  readonly readSecrets: typeof readSecrets;
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
 * unknown or selects nothing, ConfigError with the mistakes of all hosts and services.
 */
export async function buildTargets(
  project: Project,
  selection: Selection,
  readers: Readers = { describe: makeArtifactReader(project.root), readSecrets },
): Promise<readonly PlayTargets[]> {
  const plays = select(project, selection);
  const build: Build = { project, files: new Map(project.files), ...readers, problems: [] };
  const built: PlayTargets[] = [];
  const told = new Set<string>();
  for (const play of plays) {
    const targets: HostTarget[] = [];
    for (const host of play.selectedHosts) {
      const target = await buildTarget(build, play.play, host, play.selectedServices);
      targets.push(told.has(host.name) ? target : { ...target, declared: declaredFor(project, host) });
      told.add(host.name);
    }
    built.push({ play: play.play, targets });
  }
  if (build.problems.length > 0)
    throw withExcerpts(new ConfigError(withoutRepeats(withoutVersions(build.problems))), (file) =>
      textOf(build, file),
    );
  return built;
}

type Build = Readers & {
  readonly project: Project;
  readonly files: Map<string, Uint8Array>;
  readonly problems: Problem[];
};
type SelectedPlay = {
  readonly play: PlayOrder;
  readonly selectedHosts: readonly Host[];
  readonly selectedServices: readonly ServiceSource[];
};

function select(project: Project, selection: Selection): readonly SelectedPlay[] {
  const limited = limitHosts(project, selection.limit);
  const known = project.services.map((service) => service.name);
  for (const name of selection.services) {
    if (!known.includes(name))
      throw new UsageError(
        `--service ${name}: there is no such service`,
        didYouMean(name, known) ?? `services: ${known.join(", ")}`,
      );
  }
  const wanted = (name: string) => selection.services.length === 0 || selection.services.includes(name);
  const plays = project.plays.map((play) => ({
    play,
    selectedHosts: limited.filter((host) => play.hosts.includes(host.name)),
    selectedServices: project.services
      .filter((service) => play.services.includes(service.name) && wanted(service.name))
      .sort((a, b) => play.services.indexOf(a.name) - play.services.indexOf(b.name)),
  }));
  const selected = plays.filter((play) => play.selectedHosts.length > 0 && play.selectedServices.length > 0);
  const bare = selection.hosts === "all" ? bareHosts(project, limited) : [];
  if (selected.length + bare.length === 0)
    throw new UsageError(
      "The selection matches nothing: no play brings these services to these hosts",
      "look at playbooks/site.yaml, --limit and --service; what is left on hosts that no play names is for plan --prune",
    );
  return bare.length === 0
    ? selected
    : [...selected, { play: bringingNothing(project, bare), selectedHosts: bare, selectedServices: [] }];
}

function bareHosts({ plays }: Project, hosts: readonly Host[]): readonly Host[] {
  const named = new Set(plays.flatMap((play) => play.hosts));
  return hosts.filter(({ name }) => !named.has(name));
}

/** Comes last; such a host may well be switched off, which stops nobody else's. */
function bringingNothing(project: Project, hosts: readonly Host[]): PlayOrder {
  return { name: "hosts without a play", rollout: fillRollout({ maxUnreachable: hosts.length }, project) };
}

/**
 * The hosts that --limit selects, in order; null: all. Throws UsageError for a pattern that is wrong or
 * matches nothing.
 */
export function limitHosts(project: Project, limit: string | null): readonly Host[] {
  if (limit === null) return project.hosts;
  const { hosts, mistakes } = matchHosts(limit, project.hosts);
  const [first] = mistakes;
  if (first !== undefined)
    throw new UsageError(`--limit ${limit}: ${first.message}`, first.hint ?? undefined);
  return hosts;
}

async function buildTarget(
  build: Build,
  play: PlayOrder,
  host: Host,
  sources: readonly ServiceSource[],
): Promise<HostTarget> {
  const services: Service[] = [];
  const resources: Resource[][] = [];
  const signed: SignedArtifact[] = [];
  for (const source of sources) {
    const one = await collect(build, () => buildService(build, host, source));
    if (one !== null) services.push(one.service);
    if (one !== null) resources.push(one.resources);
    if (one?.signed !== undefined) signed.push(one.signed);
  }
  const merged = await collect(build, () => mergeResources(resources, services));
  return {
    project: build.project.name,
    host,
    play: play.name,
    services,
    resources: merged ?? [],
    owners: ownersOf(resources.flat()),
    declared: null,
    signed,
  };
}

function ownersOf(resources: readonly Resource[]): ReadonlyMap<string, readonly string[]> {
  const owners = Map.groupBy(resources, ({ id }) => id);
  return new Map([...owners].map(([id, same]) => [id, same.map(({ service }) => service)]));
}

function declaredFor(project: Project, host: Host): readonly string[] {
  return project.plays.filter(({ hosts }) => hosts.includes(host.name)).flatMap(({ services }) => services);
}

type Built = { readonly service: Service; readonly resources: Resource[]; readonly signed?: SignedArtifact };

async function buildService(build: Build, host: Host, source: ServiceSource): Promise<Built> {
  const { environment: env, values, root } = build.project;
  const context = { env, host, service: { name: source.name }, values };
  const spread = spreadHealth(source, context);
  const service = normaliseService(spread, expandTree(spread, context), host);
  await readNamedFiles(build, service);
  const secrets = await collect(build, () => build.readSecrets(service, root));
  const artifact = service.artifact;
  const found: ArtifactFile | null =
    artifact === null ? null : await collect(build, () => build.describe(artifact));
  if (secrets === null || (artifact !== null && found === null)) return { service, resources: [] };
  const resources = renderService(service, host, {
    env,
    values,
    secrets,
    files: build.files,
    artifact: found,
  });
  if (artifact === null || found?.signature === undefined) return { service, resources };
  return {
    service,
    resources,
    signed: {
      service: service.name,
      source: artifact.source,
      sha256: found.sha256,
      signature: found.signature,
    },
  };
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
    else if (!read.missing) build.problems.push({ place, message: read.reason, hint: null, excerpt: "" });
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
