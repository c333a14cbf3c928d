/**
 * Asks hosts whether they are ready for a deployment: one connection and one round trip each, nothing is
 * changed.
 */
import type { Delivery } from "../core/check/deliveries.ts";
import type { AskedAt, CheckAnswer } from "../core/check/host-check.ts";
import { SvcdeployError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { decodeCheck, encodeCheck } from "../host/check-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { inParallel } from "./pool.ts";

/** One host's answer, or why there is none. */
export type Checked = {
  readonly host: Host;
  readonly result:
    | { readonly ok: true; readonly answer: CheckAnswer; readonly asked: AskedAt }
    | { readonly ok: false; readonly error: SvcdeployError };
};

/** What is known before the hosts are asked. wallClock: milliseconds since the epoch. */
export type CheckOrder = {
  readonly deliveriesTo: (host: Host) => ReadonlySet<Delivery>;
  readonly wallClock: () => number;
};

/** Asks every host. Errors of hosts are results, never thrown. */
export async function checkHosts(
  hosts: readonly Host[],
  context: DeployContext,
  order: CheckOrder,
): Promise<readonly Checked[]> {
  return await inParallel(hosts, context.forks, (host) => checkHost(host, context, order));
}

async function checkHost(host: Host, context: DeployContext, order: CheckOrder): Promise<Checked> {
  try {
    context.signal.throwIfAborted();
    const remote = await context.connector.connect(host);
    try {
      return { host, result: { ok: true, ...(await ask(remote, context, order)) } };
    } finally {
      remote.close();
    }
  } catch (error) {
    if (error instanceof SvcdeployError) return { host, result: { ok: false, error } };
    throw error;
  }
}

async function ask(
  remote: Remote,
  context: DeployContext,
  { deliveriesTo, wallClock }: CheckOrder,
): Promise<{ readonly answer: CheckAnswer; readonly asked: AskedAt }> {
  const nonce = context.newId();
  const sent = wallClock();
  const { stdout, stderr } = await remote.run(scripts.check, {
    input: encodeCheck(nonce, deliveriesTo(remote.host)),
    timeoutMilliseconds: 60_000,
  });
  return {
    asked: { sent, answered: wallClock() },
    answer: decodeCheck(remote.host.name, nonce, stdout, stderr),
  };
}
