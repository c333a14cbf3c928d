/** Asks hosts whether they are ready for a deployment; nothing is changed. */
import type { Delivery } from "../core/check/deliveries.ts";
import type { CheckAnswer } from "../core/check/host-check.ts";
import type { Host } from "../core/model/declared.ts";
import { checkQuestion } from "../host/check-answer.ts";
import { type AskedHost, askHosts } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** What is known before the hosts are asked. wallClock: milliseconds since the epoch. */
export type CheckOrder = {
  readonly deliveriesTo: (host: Host) => ReadonlySet<Delivery>;
  readonly wallClock: () => number;
};

/** Asks every host. Errors of hosts are results, never thrown. */
export async function checkHosts(
  hosts: readonly Host[],
  context: DeployContext,
  { deliveriesTo, wallClock }: CheckOrder,
): Promise<readonly AskedHost<CheckAnswer>[]> {
  return await askHosts(hosts, checkQuestion, deliveriesTo, context, wallClock);
}
