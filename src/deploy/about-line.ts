/**
 * The line that a transaction carries about itself: it is in the host's journal, in its record of runs
 * and with the generation.
 */

import type { Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { actedUnits, unitsOf } from "../core/plan/acted-units.ts";
import { foreignUnits } from "../core/plan/foreign-units.ts";
import type { RunIdentity } from "./context.ts";

/** A record line stays short however many services a host has. */
const MAX_SERVICES_LENGTH = 1024;

/**
 * `key=value` words: who runs this, from which state of which project, and which services it touches (cut off
 * by `...` where they are many).
 */
export function aboutLine(target: HostTarget, plan: Plan, run: RunIdentity): string {
  const words = {
    run: run.id,
    project: target.project,
    user: run.user,
    controller: run.controller,
    commit: run.commit,
    tree: run.dirty,
    env: run.environment,
    command: run.command,
    services: listOf(touchedServices(target, plan)),
  };
  return Object.entries(words)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** The services that a plan changes something of, or acts on. */
export function touchedServices(target: HostTarget, plan: Plan): ReadonlySet<string> {
  const acted = new Set(actedUnits(plan));
  const byUnit = unitsOf(target).filter(({ unit }) => acted.has(unit));
  const behind = foreignUnits(target, plan.changes).flatMap(({ unit, dropIns }) =>
    acted.has(unit) ? dropIns : [],
  );
  return new Set(
    [...plan.changes.map(({ resource }) => resource), ...byUnit, ...behind].map(({ service }) => service),
  );
}

function listOf(services: ReadonlySet<string>): string {
  const kept: string[] = [];
  let length = 0;
  for (const service of services) {
    length += service.length + 1;
    if (length > MAX_SERVICES_LENGTH) return [...kept, "..."].join(",");
    kept.push(service);
  }
  return kept.join(",") || "-";
}
