/** What a rollback takes away: files and links that the older generation did not have, and units that ran from them. */
import type { Action, Change, HostTarget, Notice, Observation, Resource } from "../model.ts";
import { differingKeys } from "../resources/compare.ts";
import { wrongType } from "../resources/path-state.ts";
import { statesOf } from "../resources/registry.ts";
import { refusal } from "./host-notices.ts";
import { manifestEntry } from "./manifest.ts";
import { UNKNOWN_UNIT } from "./unit-state.ts";

/** Changes whose after is null, the units to stop before, and what stands in the way. */
export type Removals = { readonly changes: readonly Change[]; readonly stops: readonly Action[]; readonly notices: readonly Notice[] };

/** What of target.rollback.absent is still there; what another service of the project owns as well stays. */
export function removals(target: HostTarget, observation: Observation): Removals {
  const going = (target.rollback?.absent ?? []).filter((resource) => !isOwnedElsewhere(resource, target, observation));
  return {
    changes: going.flatMap((resource) => (resource.kind === "unit" ? [] : removal(resource, observation))),
    stops: going.flatMap((resource) => (resource.kind === "unit" && isThere(resource.unit, observation) ? [stop(resource)] : [])),
    notices: going.flatMap((resource) => {
      const obstacle = wrongType(resource, observation);
      return obstacle === null
        ? []
        : [refusal("wrong-type", `${obstacle.wanted.path} shall go, but is no ${obstacle.wanted.type} any more: look at it first`)];
    }),
  };
}

function isOwnedElsewhere(resource: Resource, target: HostTarget, { manifest }: Observation): boolean {
  const own = new Set(target.services.map(({ name }) => name));
  const { kind, path } = manifestEntry(target.project, resource);
  return manifest.some((entry) => entry.kind === kind && entry.path === path && !own.has(entry.service));
}

function removal(resource: Resource, observation: Observation): readonly Change[] {
  const { actual } = statesOf(resource, observation);
  if (actual === null || wrongType(resource, observation) !== null) return [];
  return [{ resource, before: actual, after: null, differs: differingKeys(actual, null), beforeContent: null }];
}

function isThere(unit: string, observation: Observation): boolean {
  const { ActiveState: state } = observation.units.get(unit) ?? UNKNOWN_UNIT;
  return state !== "inactive" && state !== "failed" && !unit.endsWith(".slice");
}

function stop({ unit, stopTimeoutSeconds }: Extract<Resource, { kind: "unit" }>): Action {
  return { verb: "stop", unit, because: "the older generation does not have it", timeoutSeconds: Math.min(stopTimeoutSeconds + 10, 600) };
}
