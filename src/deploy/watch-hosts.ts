/**
 * Looks at hosts again and again, over one connection each that stays open; a host that is lost is tried
 * again.
 */
import { SvcdeployError } from "../core/errors.ts";
import { causeOfError } from "../core/exit-code.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { byHost, type HostTargets } from "../core/target/play-targets.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { sleep } from "./sleep.ts";
import { type LookedAtStatus, lookAtStatus } from "./status.ts";

/** How to watch. seen is called after every look and every failed attempt. */
export type WatchOrder = {
  readonly intervalMilliseconds: number;
  readonly seen: (looked: LookedAtStatus) => void;
};

/**
 * Until the next attempt at a host that is not there; at one that refuses us, where each attempt counts as an
 * attack.
 */
const RETRY_MILLISECONDS = 5_000;
const REFUSED_RETRY_MILLISECONDS = 60_000;

/**
 * Watches every host of the targets until the context's signal is aborted. Each has its own pace: a slow one
 * holds up no one.
 */
export async function watchHosts(
  targets: readonly HostTarget[],
  context: DeployContext,
  order: WatchOrder,
): Promise<void> {
  await Promise.all(byHost(targets).map((each) => watchHost(each, context, order)));
}

async function watchHost(
  { host, targets }: HostTargets,
  context: DeployContext,
  order: WatchOrder,
): Promise<void> {
  let remote: Remote | null = null;
  const end = (): void => remote?.close();
  context.signal.addEventListener("abort", end, { once: true });
  while (!context.signal.aborted) {
    let pause = order.intervalMilliseconds;
    try {
      remote ??= await context.connector.connect(host);
      const look = await lookAtStatus(remote, targets, context, "without");
      order.seen({ host, targets, result: { ok: true, look } });
    } catch (error) {
      if (!(error instanceof SvcdeployError)) throw error;
      remote?.close();
      remote = null;
      pause = Math.max(
        pause,
        causeOfError(error) === "refused" ? REFUSED_RETRY_MILLISECONDS : RETRY_MILLISECONDS,
      );
      if (!context.signal.aborted) order.seen({ host, targets, result: { ok: false, error } });
    }
    await sleep(pause, context.signal);
  }
  remote?.close();
}
