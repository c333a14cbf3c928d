/** The difference between what a resource is to be and what it is. */

import type { Observation } from "../model/observation.ts";
import type { Change, State } from "../model/plan.ts";
import type { Resource } from "../model/resource.ts";
import { heldSecret, linesBefore } from "./before-lines.ts";
import { wrongType } from "./path-state.ts";
import { statesOf } from "./registry.ts";

/**
 * What is not as declared; null when it is as declared, and also where something of another type is in the
 * way (wrongType tells): that is nothing that writing could put right. A secret file's content on the host is
 * never handed on, only which of its lines are declared ones.
 */
export function compareResource(resource: Resource, observation: Observation): Change | null {
  if (wrongType(resource, observation) !== null) return null;
  const { desired, actual } = statesOf(resource, observation);
  const differs = differingKeys(actual, desired);
  if (differs.length === 0) return null;
  const beforeContent = contentBefore(resource, observation, differs);
  const change = { resource, before: actual, after: desired, differs, beforeContent };
  const isOtherText = resource.kind === "file" && differs.includes("sha256");
  const beforeLines = isOtherText ? linesBefore(resource, observation) : undefined;
  return beforeLines === undefined ? change : { ...change, beforeLines };
}

/** The keys of two states that differ, in alphabetical order. An absent state has no keys. */
export function differingKeys(before: State | null, after: State | null): readonly string[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].filter((key) => before?.[key] !== after?.[key]).sort();
}

function contentBefore(
  resource: Resource,
  observation: Observation,
  differs: readonly string[],
): Uint8Array | null {
  if (resource.kind !== "file" || resource.secret || !differs.includes("sha256")) return null;
  if (heldSecret(resource, observation)) return null;
  const content = observation.paths.get(resource.path)?.content ?? null;
  return content?.includes(0) === true ? null : content;
}
