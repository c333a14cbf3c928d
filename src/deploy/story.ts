/** What every step of one host's story is given. */

import type { PlayOrder } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { Transaction } from "../host/transaction.ts";
import type { DeployContext } from "./context.ts";

/** Everything that one transaction's steps need. */
export type Story = {
  readonly target: HostTarget;
  readonly play: PlayOrder;
  readonly plan: Plan;
  readonly observation: Observation;
  readonly transaction: Transaction;
  readonly startedAt: number;
  readonly context: DeployContext;
};
