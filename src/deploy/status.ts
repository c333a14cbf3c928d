/**
 * Asks hosts how their units are: one connection each, one round trip for the units and, where it is wanted,
 * the probe beside it.
 */
import { SvcdeployError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { StatusAnswer } from "../core/status/host-status.ts";
import { statusRequest } from "../core/status/judge-status.ts";
import { byHost } from "../core/target/play-targets.ts";
import { scripts } from "../host/scripts.ts";
import { decodeStatus, encodeStatus } from "../host/status-answer.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { probe } from "./observe.ts";
import { inParallel } from "./pool.ts";

/** What a host said. observation null: it was not probed. */
export type StatusLook = { readonly answer: StatusAnswer; readonly observation: Observation | null };

/** One host with all its targets, and what it said or why it said nothing. */
export type LookedAt = {
  readonly host: Host;
  readonly targets: readonly HostTarget[];
  readonly result:
    | { readonly ok: true; readonly look: StatusLook }
    | { readonly ok: false; readonly error: SvcdeployError };
};

/** Whether the probe is asked too, which drift needs. */
export type DriftPolicy = "with" | "without";

const ANSWER_MILLISECONDS = 30_000;

/** Asks every host of the targets once. Errors of hosts are results, never thrown. */
export async function statusHosts(
  targets: readonly HostTarget[],
  context: DeployContext,
  drift: DriftPolicy,
): Promise<readonly LookedAt[]> {
  return await inParallel(byHost(targets), context.forks, async ({ host, targets: own }) => {
    try {
      context.signal.throwIfAborted();
      const remote = await context.connector.connect(host);
      try {
        return {
          host,
          targets: own,
          result: { ok: true, look: await lookAtStatus(remote, own, context, drift) },
        };
      } finally {
        remote.close();
      }
    } catch (error) {
      if (error instanceof SvcdeployError) return { host, targets: own, result: { ok: false, error } };
      throw error;
    }
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
    askStatus(remote, targets, context),
    drift === "with" ? probe(remote, targets, context) : null,
  ]);
  return { answer, observation };
}

async function askStatus(
  remote: Remote,
  targets: readonly HostTarget[],
  context: DeployContext,
): Promise<StatusAnswer> {
  const request = statusRequest(targets);
  const nonce = context.newId();
  const options = { input: encodeStatus(request, nonce), timeoutMilliseconds: ANSWER_MILLISECONDS };
  const { stdout, stderr } = await remote.run(scripts.status, options);
  return decodeStatus(remote.host.name, request, nonce, stdout, stderr);
}
