/**
 * What a service was in one transaction, as the host keeps it in
 * /var/lib/svcdeploy/targets/<project>/<service> and with each generation.
 */
import { HOST_FOLDER } from "../model/host-folder.ts";
import {
  type DeployedService,
  type HostTarget,
  KEPT_SCHEMA,
  type KeptResource,
  type KeptService,
  type Resource,
} from "../model/resource.ts";

/** Where a service's description is on the host; gen/<n>/ holds the same below it. */
export function keptServicePath(project: string, service: string): string {
  return `${HOST_FOLDER}/targets/${project}/${service}`;
}

/**
 * What the host keeps of one service of a target: everything that it declares, also what it shares with
 * others, and how it is verified.
 */
export function keptService(target: HostTarget, service: DeployedService): KeptService {
  const { name, version, secrets, health, settleSeconds } = service;
  const own = target.resources.filter(({ id }) => target.owners.get(id)?.includes(name));
  return {
    service: name,
    play: target.play,
    version,
    secrets,
    health,
    settleSeconds,
    resources: own.map((resource) => ({ ...keptResource(resource), service: name })),
  };
}

/** Its text: one line of JSON. */
export function formatKeptService(kept: KeptService): string {
  return `${JSON.stringify({ schema: KEPT_SCHEMA, ...kept })}\n`;
}

/**
 * True when both would make the host the same; how it is verified, how many releases stay and what starts
 * first do not count.
 */
export function isSameService(left: KeptService, right: KeptService): boolean {
  return fingerprint(left) === fingerprint(right);
}

function keptResource(resource: Resource): KeptResource {
  if (resource.kind === "file") {
    const { content: _kept, shown: _lines, ...rest } = resource;
    return rest;
  }
  if (resource.kind !== "release") return resource;
  const { source: _forgotten, says: _asked, ...rest } = resource;
  return rest;
}

function fingerprint({ resources }: KeptService): string {
  return JSON.stringify(resources.map(plain).sort());
}

function plain(resource: KeptResource): string {
  const { keep: _keep, after: _after, ...rest } = { keep: 0, after: [], ...resource };
  return JSON.stringify(Object.entries(rest).sort());
}
