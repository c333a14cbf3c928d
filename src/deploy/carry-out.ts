/**
 * Carries planned plays out under the eyes of a reporter, and keeps the promise that a second Ctrl-C, or
 * SIGTERM, ends it within two seconds.
 */
import { EXIT, exitCodeOf } from "../core/exit-code.ts";
import type { HostReport, RunEvent } from "../core/model/run.ts";
import type { KnownStop } from "../core/plan/known-stop.ts";
import { outlookOf } from "../core/plan/outlook.ts";
import type { PlannedPlay } from "../core/plan/planned.ts";
import type { DeployContext } from "./context.ts";
import { reportsAfterDetach, untouchedReports } from "./early-reports.ts";
import { rollout } from "./rollout.ts";

/** How long the rollout may take to end by itself. */
const DETACH_MILLISECONDS = 1500;

/** How a run ended. */
export type Carried = { readonly exitCode: number; readonly reports: readonly HostReport[] };

/**
 * Runs the plays from run-started to run-finished. context.emit reaches the reporter. stop: why no host may
 * be begun; null: nothing is in the way.
 */
export async function carryOut(
  environment: string,
  plays: readonly PlannedPlay[],
  context: DeployContext,
  stop: KnownStop | null = null,
): Promise<Carried> {
  const all = plays.flatMap((each) => each.hosts).map(({ target }) => target.host.name);
  context.emit({
    type: "run-started",
    run: context.run.id,
    environment,
    commit: context.run.commit,
    tree: context.run.dirty,
    hosts: [...new Set(all)],
    plays: plays.map((each) => each.play.name),
  });
  const reports =
    stop !== null || isIdle(plays)
      ? reportUntouched(plays, stop, context)
      : await rolloutUntilDetached(plays, context);
  const exitCode = context.signal.aborted ? EXIT.interrupted : exitCodeOf(reports);
  context.emit({ type: "run-finished", reports, exitCode });
  return { exitCode, reports };
}

function isIdle(plays: readonly PlannedPlay[]): boolean {
  return plays.flatMap(({ hosts }) => hosts).every((host) => outlookOf(host).kind !== "changes");
}

/** The plan has just been made on the hosts themselves; asking them again would tell nothing new. */
function reportUntouched(
  plays: readonly PlannedPlay[],
  stop: KnownStop | null,
  context: DeployContext,
): readonly HostReport[] {
  const reports = untouchedReports(plays, stop, context);
  for (const { play, hosts } of plays)
    context.emit({
      type: "play-started",
      play: play.name,
      hosts: hosts.map(({ target }) => target.host.name),
    });
  for (const report of reports) context.emit({ type: "host-finished", report });
  return reports;
}

async function rolloutUntilDetached(
  plays: readonly PlannedPlay[],
  context: DeployContext,
): Promise<readonly HostReport[]> {
  const finished: HostReport[] = [];
  const begun = new Set<string>();
  const keyOf = (play: string, host: string): string => `${play}\n${host}`;
  let over = false;
  const emit = (event: RunEvent): void => {
    if (over) return;
    if (event.type === "host-finished") finished.push(event.report);
    if (event.type === "host-stage") begun.add(keyOf(event.play, event.host));
    context.emit(event);
  };
  const detached = afterDetach(context.detach);
  const left = detached.promise.then(() =>
    reportsAfterDetach(context.run.environment, plays, finished, (play, host) =>
      begun.has(keyOf(play, host)),
    ),
  );
  try {
    return await Promise.race([rollout(plays, { ...context, emit }), left]);
  } finally {
    over = true;
    detached.cancel();
  }
}

function afterDetach(detach: AbortSignal): { readonly promise: Promise<void>; readonly cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(resolve, DETACH_MILLISECONDS);
  };
  detach.addEventListener("abort", start, { once: true });
  if (detach.aborted) start();
  return {
    promise,
    cancel: () => {
      clearTimeout(timer);
      detach.removeEventListener("abort", start);
    },
  };
}
