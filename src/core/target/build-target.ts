/**
 * A service of a host, and what was read for it, becomes resources; those of its services become the target.
 */
import { normaliseAsFar, type ServiceAsFar } from "../config/service.ts";
import { placeOfRendered } from "../lint/rendered-unit.ts";
import type { ArtifactFile, SignedArtifact } from "../model/artifact.ts";
import type { Host, Project, ServiceSource } from "../model/declared.ts";
import type { DeployedService, HostTarget, Resource } from "../model/resource.ts";
import type { SecretValues, Service } from "../model/service.ts";
import { expandAsFar } from "../render/expand.ts";
import { mergeResources, ownersOf } from "../render/merge-resources.ts";
import { renderService } from "../render/render.ts";
import { spreadHealth } from "../render/spread-health.ts";

/** What a service is rendered from beside itself; artifact null: it has none. */
export type ReadParts = {
  readonly secrets: SecretValues;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly artifact: ArtifactFile | null;
};

/** One service of a host with what it puts there. */
export type RenderedService = {
  readonly service: Service;
  readonly resources: readonly Resource[];
  readonly signed: SignedArtifact | null;
};

/**
 * The service as it is on one host, as far as its file says. Throws ConfigError for a name it cannot spread.
 */
export function serviceFor(project: Project, host: Host, source: ServiceSource): ServiceAsFar {
  const context = { env: project.environment, host, service: { name: source.name }, values: project.values };
  const spread = spreadHealth(source, context);
  const expanded = expandAsFar(spread, context);
  const { service, problems } = normaliseAsFar(spread, expanded, host);
  return { service, problems: [...expanded.problems, ...problems] };
}

/** Its resources on that host. Throws ConfigError with every mistake in what it is rendered from. */
export function renderFor(
  { environment: env, values }: Project,
  host: Host,
  service: Service,
  parts: ReadParts,
): RenderedService {
  const resources = renderService(service, host, { env, values, ...parts });
  return { service, resources, signed: signedOf(service, parts.artifact) };
}

/**
 * What a host is to be in one play; declared stays null. Throws ConfigError where two services want different
 * things at one place.
 */
export function buildTarget(
  project: string,
  play: string,
  host: Host,
  rendered: readonly RenderedService[],
): HostTarget {
  const resources = rendered.map((each) => each.resources);
  const services = rendered.map(({ service }) => service);
  return {
    project,
    host,
    play,
    services: services.map(deployedService),
    resources: mergeResources(resources, services),
    owners: ownersOf(resources.flat()),
    declared: null,
    placeOf: placesIn(services),
    signed: rendered.flatMap(({ signed }) => (signed === null ? [] : [signed])),
  };
}

/** Every service that the project has for a host in any play. */
export function declaredFor({ plays }: Project, { name }: Host): readonly string[] {
  return plays.filter(({ hosts }) => hosts.includes(name)).flatMap(({ services }) => services);
}

function deployedService({ name, artifact, secrets, health, settleSeconds }: Service): DeployedService {
  const version = artifact?.version ?? null;
  return { name, version, secrets: secrets.map((secret) => secret.name), health, settleSeconds };
}

function placesIn(services: readonly Service[]): NonNullable<HostTarget["placeOf"]> {
  const known = new Map(services.map((service) => [service.name, service]));
  return (file, line) => {
    const service = known.get(file.service);
    return service === undefined ? null : placeOfRendered(file, service, line);
  };
}

function signedOf({ name, artifact }: Service, described: ArtifactFile | null): SignedArtifact | null {
  if (artifact === null || described?.signature === undefined) return null;
  const { sha256, signature } = described;
  return { service: name, source: artifact.source, sha256, signature };
}
