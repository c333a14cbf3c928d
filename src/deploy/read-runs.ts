/** Asks hosts for their own record of runs; nothing is changed. */
import type { SvcdeployError } from "../core/errors.ts";
import type { HostAnswer } from "../core/history/merge-history.ts";
import type { Host } from "../core/model/declared.ts";
import { type RunsAnswer, runsQuestion } from "../host/runs-answer.ts";
import { askHosts, type TimedAnswer } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** A host's answer for the history, and the error behind one that failed. */
export type ReadRuns = { readonly answer: HostAnswer; readonly error: SvcdeployError | null };

/** Asks every host. wallClock: milliseconds since the epoch. Errors of hosts are results, never thrown. */
export async function readRuns(
  hosts: readonly Host[],
  context: DeployContext,
  wallClock: () => number,
): Promise<readonly ReadRuns[]> {
  const asked = await askHosts(hosts, runsQuestion, () => null, context, wallClock);
  return asked.map(({ host: { name: host }, result }) => {
    if (result.ok) return { answer: { host, result: answered(result) }, error: null };
    const { error } = result;
    return { answer: { host, result: { kind: "failed", message: error.message } }, error };
  });
}

/** A host's clock is in whole seconds, so up to a second beside ours is no difference. */
const SAME_CLOCK_SECONDS = 2;

function answered({ answer, asked }: TimedAnswer<RunsAnswer>): HostAnswer["result"] {
  const { clock, records, isCut, unreadable } = answer;
  const ahead = Math.round(clock - (asked.sent + asked.answered) / 2000);
  return {
    kind: "answered",
    records,
    isCut,
    unreadable,
    answeredAt: asked.answered,
    clockOffset: Math.abs(ahead) <= SAME_CLOCK_SECONDS ? 0 : ahead,
  };
}
