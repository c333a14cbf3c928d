/** Asks hosts what they are: one connection and one round trip each. */
import { HostError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { sayUnfinished } from "../core/plan/notices/host-notices.ts";
import { probeRequest } from "../core/plan/probe-request.ts";
import { byHost } from "../core/target/play-targets.ts";
import { probeQuestion } from "../host/probe-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask, attempt } from "./ask.ts";
import { type DeployContext, type Observed, tell } from "./context.ts";
import { inParallel } from "./pool.ts";
import { settleUnfinished } from "./takeover.ts";

/** What to do about a transaction that an earlier run left unfinished: look at it, or settle it first. */
export type UnfinishedPolicy = "report" | "settle";

/** What else is asked over the connection once a host was observed; what it throws is the host's error. */
export type OnObserved = (
  remote: Remote,
  targets: readonly HostTarget[],
  observation: Observation,
) => Promise<void>;

/**
 * Observes every host of the targets once, over all its targets. Two names of one machine: an error of both.
 * Errors are results, never thrown.
 */
export async function observeHosts(
  targets: readonly HostTarget[],
  context: DeployContext,
  unfinished: UnfinishedPolicy = "report",
  onObserved: OnObserved = async () => {},
): Promise<readonly Observed[]> {
  const looking = { unfinished, onObserved };
  const observed = await inParallel(byHost(targets), context.forks, ({ host, targets: own }) =>
    observeHost(host, own, context, looking),
  );
  return refuseTwins(observed);
}

/** One probe over an open connection. Throws ConnectError or HostError. */
export async function probe(
  remote: Remote,
  targets: readonly HostTarget[],
  context: DeployContext,
): Promise<Observation> {
  return await ask(remote, probeQuestion, probeRequest(targets), context);
}

type ObserveOptions = { readonly unfinished: UnfinishedPolicy; readonly onObserved: OnObserved };

async function observeHost(
  host: Host,
  targets: readonly HostTarget[],
  context: DeployContext,
  { unfinished, onObserved }: ObserveOptions,
): Promise<Observed> {
  const play = targets[0]?.play ?? "";
  if (!context.signal.aborted) tell(context, play, host.name, "connect");
  const result = await attempt(host, context, async (remote) => {
    tell(context, play, host.name, "observe");
    const observation = await lookAround(remote, targets, context, unfinished);
    await onObserved(remote, targets, observation);
    return { observation };
  });
  return { host, targets, result };
}

/**
 * One probe, after what an earlier run left unfinished was settled where that is wanted. Throws ConnectError
 * or HostError.
 */
export async function lookAround(
  remote: Remote,
  targets: readonly HostTarget[],
  context: DeployContext,
  unfinished: UnfinishedPolicy,
): Promise<Observation> {
  const observation = await probe(remote, targets, context);
  if (unfinished === "report" || observation.transactions.length === 0) return observation;
  tell(context, targets[0]?.play ?? "", remote.host.name, "recover", sayUnfinished(observation.transactions));
  await settleUnfinished(remote, observation.transactions, context);
  return await probe(remote, targets, context);
}

function refuseTwins(observed: readonly Observed[]): readonly Observed[] {
  const names = new Map<string, string[]>();
  for (const { host, result } of observed) {
    if (!result.ok) continue;
    const { machineId } = result.observation.facts;
    names.set(machineId, [...(names.get(machineId) ?? []), host.name]);
  }
  return observed.map((one) => {
    const twins = one.result.ok ? (names.get(one.result.observation.facts.machineId) ?? []) : [];
    return twins.length < 2 ? one : { ...one, result: { ok: false, error: twinError(one.host, twins) } };
  });
}

function twinError(host: Host, twins: readonly string[]): HostError {
  return new HostError(
    "conflict",
    host.name,
    `${host.name}: the inventory's ${twins.join(" and ")} are one and the same machine (same machine-id)`,
    {
      hint:
        "Keep one of the names, or, if these are cloned machines, give each its own id: " +
        "rm /etc/machine-id && systemd-machine-id-setup",
    },
  );
}
