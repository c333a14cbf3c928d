/**
 * Asks hosts how their units are: one connection each, one round trip for the units and, where it is wanted,
 * the probe beside it.
 */
import type { Host } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { StatusAnswer } from "../core/status/host-status.ts";
import { statusRequest } from "../core/status/judge-status.ts";
import { byHost } from "../core/target/play-targets.ts";
import { statusQuestion } from "../host/status-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask, attempt, type HostResult } from "./ask.ts";
import type { DeployContext } from "./context.ts";
import { probe } from "./observe.ts";
import { inParallel } from "./pool.ts";

/** What a host said. observation null: it was not probed. */
export type StatusLook = { readonly answer: StatusAnswer; readonly observation: Observation | null };

/** One host with all its targets, and what it said or why it said nothing. */
export type LookedAtStatus = {
  readonly host: Host;
  readonly targets: readonly HostTarget[];
  readonly result: HostResult<{ readonly look: StatusLook }>;
};

/** Whether the probe is asked too, which drift needs. */
export type DriftPolicy = "with" | "without";

/** Asks every host of the targets once. Errors of hosts are results, never thrown. */
export async function statusHosts(
  targets: readonly HostTarget[],
  context: DeployContext,
  drift: DriftPolicy,
): Promise<readonly LookedAtStatus[]> {
  return await inParallel(byHost(targets), context.forks, async ({ host, targets: own }) => {
    const result = await attempt(host, context, async (remote) => ({
      look: await lookAtStatus(remote, own, context, drift),
    }));
    return { host, targets: own, result };
  });
}

/** Asks over an open connection. Throws ConnectError or HostError. */
export async function lookAtStatus(
  remote: Remote,
  targets: readonly HostTarget[],
  context: DeployContext,
  drift: DriftPolicy,
): Promise<StatusLook> {
  const [answer, observation] = await Promise.all([
    ask(remote, statusQuestion, statusRequest(targets), context),
    drift === "with" ? probe(remote, targets, context) : null,
  ]);
  return { answer, observation };
}
