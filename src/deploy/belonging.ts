/** Asks a host to which environment it belongs, where that can be another one. */

import { notOwn, otherOwner } from "../core/history/belonging.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { runsQuestion } from "../host/runs-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** What becomes of a machine of another environment: it is an error, or it changes hands. */
export type ForeignMachine = "guard" | "take-over";

/**
 * owner: the environment from which the machine is taken over; null: it belongs to this one, or to none.
 * recorded: the transactions in its record.
 */
export type Provenance = { readonly owner: string | null; readonly recorded: ReadonlySet<string> };

const UNASKED: Provenance = { owner: null, recorded: new Set() };

/**
 * Throws HostError where the machine belongs to another environment and is guarded, and ConnectError. A host
 * that has nothing of the project is not asked.
 */
export async function askProvenance(
  remote: Remote,
  [target]: readonly HostTarget[],
  { facts, manifest }: Observation,
  context: DeployContext,
  foreign: ForeignMachine,
): Promise<Provenance> {
  const { host } = remote;
  if (target === undefined || host.sharedHost === true || facts.uid !== 0) return UNASKED;
  if (manifest.every((entry) => entry.project !== target.project)) return UNASKED;
  const { records } = await ask(remote, runsQuestion, null, context);
  const own = { project: target.project, environment: context.run.environment };
  const owner = otherOwner(own, records);
  if (owner !== null && foreign === "guard") throw notOwn(host, own, owner);
  const recorded = new Set(records.flatMap(({ transaction }) => (transaction === null ? [] : [transaction])));
  return { owner, recorded };
}
