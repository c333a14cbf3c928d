/** Asks hosts for their own record of runs: one connection and one round trip each, nothing is changed. */
import { SvcdeployError } from "../core/errors.ts";
import type { HostAnswer } from "../core/history/merge-history.ts";
import type { Host } from "../core/model/declared.ts";
import { decodeRuns, encodeRuns } from "../host/runs-answer.ts";
import { scripts } from "../host/scripts.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { inParallel } from "./pool.ts";

/** A host's answer for the history, and the error behind one that failed. */
export type ReadRuns = { readonly answer: HostAnswer; readonly error: SvcdeployError | null };

/** Asks every host. wallClock: milliseconds since the epoch. Errors of hosts are results, never thrown. */
export async function readRuns(
  hosts: readonly Host[],
  context: DeployContext,
  wallClock: () => number,
): Promise<readonly ReadRuns[]> {
  return await inParallel(hosts, context.forks, (host) => readRunsOf(host, context, wallClock));
}

async function readRunsOf(host: Host, context: DeployContext, wallClock: () => number): Promise<ReadRuns> {
  try {
    context.signal.throwIfAborted();
    const remote = await context.connector.connect(host);
    try {
      return { answer: { host: host.name, result: await ask(remote, context, wallClock) }, error: null };
    } finally {
      remote.close();
    }
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    return { answer: { host: host.name, result: { kind: "failed", message: error.message } }, error };
  }
}

/** A host's clock stands in whole seconds, so up to a second beside ours is no difference. */
const SAME_CLOCK_SECONDS = 2;

async function ask(
  remote: Remote,
  context: DeployContext,
  wallClock: () => number,
): Promise<HostAnswer["result"]> {
  const nonce = context.newId();
  const sent = wallClock();
  const { stdout, stderr } = await remote.run(scripts.runs, {
    input: encodeRuns(nonce),
    timeoutMilliseconds: 60_000,
  });
  const { clock, records, isCut, unreadable } = decodeRuns(remote.host.name, nonce, stdout, stderr);
  const answeredAt = wallClock();
  const ahead = Math.round(clock - (sent + answeredAt) / 2000);
  return {
    kind: "answered",
    records,
    isCut,
    unreadable,
    answeredAt,
    clockOffset: Math.abs(ahead) <= SAME_CLOCK_SECONDS ? 0 : ahead,
  };
}
