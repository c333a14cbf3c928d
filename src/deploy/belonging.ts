/** Asks a host to which environment it belongs, where that can be another one. */

import { requireOwn } from "../core/history/belonging.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { runsQuestion } from "../host/runs-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** What becomes of a machine of another environment: it is an error, or it changes hands. */
export type Belonging = "guard" | "take-over";

/**
 * Throws HostError where the machine belongs to another environment, and ConnectError. A host that has
 * nothing of the project is not asked.
 */
export async function requireBelonging(
  remote: Remote,
  [target]: readonly HostTarget[],
  { facts, manifest }: Observation,
  context: DeployContext,
): Promise<void> {
  const { host } = remote;
  if (target === undefined || host.sharedHost === true || facts.uid !== 0) return;
  if (manifest.every((entry) => entry.project !== target.project)) return;
  const { records } = await ask(remote, runsQuestion, null, context);
  requireOwn(host, { project: target.project, environment: context.run.environment }, records);
}
