/**
 * What a play's host is to be, as fingerprints under the plan key: whether the project still renders what was
 * planned, and if not, where.
 */

import type { Place, Rollout } from "../model/declared.ts";
import type { HostTarget, Resource } from "../model/resource.ts";
import type { Service, ServicesByHost } from "../model/service.ts";
import { isTreeMap } from "../model/tree.ts";
import type { Secret } from "../secret.ts";
import { keyed } from "./plan-key.ts";

/**
 * Keys that services did not have in 0.1. One that is empty is left out of the fingerprint, so that a plan
 * that was saved then is still the project's.
 */
const NEWER_KEYS: ReadonlySet<string> = new Set<keyof Service>(["blockFiles"]);

/**
 * Service name → HMAC of it as declared, resource id → HMAC. Lines and columns of project files are not in
 * it, nor where an artifact is on this machine.
 */
export function fingerprintTarget(
  target: HostTarget,
  declared: ServicesByHost,
  key: Secret,
): {
  readonly services: { readonly [name: string]: string };
  readonly resources: { readonly [id: string]: string };
} {
  const { name } = target.host;
  const own = new Set(target.services.map((service) => service.name));
  const services = (declared.get(name) ?? []).filter((service) => own.has(service.name));
  const ofService = (service: Service): [string, string] => [
    service.name,
    keyed(key, ["service", name, service.name], textOf(asIn01(service))),
  ];
  const ofResource = (resource: Resource): [string, string] => [
    resource.id,
    keyed(
      key,
      ["resource", name, resource.id],
      textOf({ ...resource, content: null, source: null, shown: undefined }),
    ),
  ];
  return {
    services: Object.fromEntries(services.map(ofService)),
    resources: Object.fromEntries(target.resources.map(ofResource)),
  };
}

function asIn01(service: Service): object {
  return Object.fromEntries(
    Object.entries(service).filter(
      ([key, value]) => !(NEWER_KEYS.has(key) && Array.isArray(value) && value.length === 0),
    ),
  );
}

/** HMAC of a play's batches, limits and pauses. */
export function fingerprintRollout(play: string, rollout: Rollout, key: Secret): string {
  return keyed(key, ["rollout", play], textOf(rollout));
}

/** Maps in the order of their keys: the same content, in whatever order it was written. */
function textOf(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isPlace(inner) ? undefined : isTreeMap(inner) ? sorted(inner) : inner,
  );
}

function isPlace(value: unknown): value is Place {
  return isTreeMap(value) && Object.keys(value).join() === "file,line,column";
}

function sorted(map: object): object {
  return Object.fromEntries(Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1)));
}
