/** Settles transactions that an earlier run left unfinished, before anything new is planned. */

import { HostError } from "../core/errors.ts";
import type { OpenTransaction } from "../core/model/observation.ts";
import { LEASE_SECONDS } from "../core/plan/notices/host-notices.ts";
import {
  framed,
  isFinal,
  lastState,
  parseState,
  sayState,
  stateFolder,
  systemScope,
  type TransactionState,
} from "../host/frames.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { sleep } from "./sleep.ts";

const UNDO_SECONDS = 900;

/**
 * Waits out the lease of each transaction (its controller may be alive) and has it undone or completed.
 * Throws HostError("locked") when a controller keeps renewing the lease, HostError("host-step") when the
 * host could not settle it.
 */
export async function settleUnfinished(
  remote: Remote,
  transactions: readonly OpenTransaction[],
  context: DeployContext,
): Promise<void> {
  for (const transaction of transactions) {
    if (transaction.state === "ROLLBACK_FAILED") continue;
    await settleOne(remote, transaction, context);
  }
}

async function settleOne(
  remote: Remote,
  transaction: OpenTransaction,
  context: DeployContext,
): Promise<void> {
  const started = context.now();
  const ends = started + (LEASE_SECONDS + 5) * 1000;
  for (;;) {
    const nonce = context.newId();
    const input = `${[nonce, stateFolder, systemScope, transaction.id, UNDO_SECONDS].join("\n")}\n`;
    const answer = await remote.run(scripts.takeover, {
      input,
      timeoutMilliseconds: (UNDO_SECONDS + 60) * 1000,
    });
    if (framed(answer.stdout, nonce).every(({ word }) => word !== "alive")) {
      mustBeFinal(remote, transaction, lastState(answer.stdout, nonce) ?? parseState(""));
      return;
    }
    if (context.now() > ends) throw lockedBy(remote, transaction, (context.now() - started) / 1000);
    await sleep(2000, context.signal);
    context.signal.throwIfAborted();
  }
}

function mustBeFinal(remote: Remote, transaction: OpenTransaction, state: TransactionState): void {
  if (isFinal(state) && state.name !== "ROLLBACK_FAILED") return;
  const { name } = remote.host;
  throw new HostError(
    "host-step",
    name,
    `${name}: transaction ${transaction.id} of ${transaction.owner} could not be settled; it is ` +
      sayState(state),
    {
      hint: `Check it on the host: journalctl -t svcdeploy; ls ${stateFolder}/txn/${transaction.id}`,
    },
  );
}

function lockedBy(remote: Remote, transaction: OpenTransaction, waitedSeconds: number): HostError {
  const { name } = remote.host;
  const since =
    transaction.ageSeconds === null ? "" : ` for ${Math.round(transaction.ageSeconds + waitedSeconds)} s`;
  return new HostError(
    "locked",
    name,
    `${name}: ${transaction.owner} is at work here${since} (project ${transaction.project}, ` +
      `transaction ${transaction.id}, ${transaction.state})`,
  );
}
