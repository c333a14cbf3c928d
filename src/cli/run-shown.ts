/** Carries a run out while a reporter shows it in a format of standard output. */
import type { RunEvent } from "../core/model/run.ts";
import type { KnownStop } from "../core/plan/known-stop.ts";
import type { PlanView } from "../core/plan/planned.ts";
import { type Carried, carryOut } from "../deploy/carry-out.ts";
import type { DeployContext } from "../deploy/context.ts";
import { line } from "../report/lines/text.ts";
import { makePlainReporter } from "../report/run/progress-plain.ts";
import type { Clock, ProgressDetail, Reporter } from "../report/run/reporter.ts";
import { makeJsonReporter, makeNdjsonReporter } from "../report/run/run-output.ts";
import type { OptionValues } from "./options/arguments.ts";
import type { PROGRESS } from "./options/groups.ts";
import type { Surroundings } from "./surroundings.ts";

/** A format of standard output of what changes hosts. */
export type RunOutput = "text" | "json" | "ndjson";

/** How a run is shown; none: not at all, because one document follows at the end. */
export type RunDisplay = { readonly output: RunOutput | "none"; readonly progress: ProgressDetail };

/** Carries plays out; what the relay hears from here on is shown. stop: why no host may be begun. */
export async function carryOutShown(
  { environment, plays }: PlanView,
  display: RunDisplay & { readonly stop?: KnownStop | null },
  { context, relay }: { readonly context: DeployContext; readonly relay: Relay },
  surroundings: Surroundings,
): Promise<Carried> {
  const reporter = await makeReporter(display, surroundings);
  relay.connect(reporter);
  const carried = await carryOut(environment, plays, context, display.stop);
  await reporter.close();
  return carried;
}

/** Passes events on to a reporter that comes later. */
export type Relay = {
  readonly emit: (event: RunEvent) => void;
  readonly connect: (reporter: Reporter) => void;
};

/**
 * Events from the time before there is a reporter are dropped, as nothing is changed yet; but settling what
 * an earlier run left may take half a minute, and is shown. Where the output is JSON an interruption is
 * reported to humans as well.
 */
export function makeRelay(output: string, { stderr }: Surroundings): Relay {
  let reporter: Reporter | null = null;
  return {
    emit: (event) => {
      reporter?.event(event);
      if (event.type === "host-stage" && event.stage === "recover" && reporter === null)
        stderr.print([line(`${event.host}: ${event.detail}`)]);
      if (event.type === "run-interrupted" && reporter !== null && output !== "text")
        stderr.print([line(event.message)]);
    },
    connect: (connected) => {
      reporter = connected;
    },
  };
}

async function makeReporter({ output, progress }: RunDisplay, surroundings: Surroundings): Promise<Reporter> {
  return await REPORTERS[output](surroundings, progress);
}

type MakeReporter = (surroundings: Surroundings, progress: ProgressDetail) => Reporter | Promise<Reporter>;

const REPORTERS: Readonly<Record<RunDisplay["output"], MakeReporter>> = {
  none: () => ({ event: () => {}, close: async () => {} }),
  text: makeTextReporter,
  json: ({ stdout }) => makeJsonReporter(stdout),
  ndjson: ({ stdout }) => makeNdjsonReporter(stdout),
};

/** Steps are lines also on a terminal: there are too many for rows that are drawn again. */
async function makeTextReporter(
  { stdout, display, guardDisplay }: Surroundings,
  progress: ProgressDetail,
): Promise<Reporter> {
  if (display === "plain" || progress === "steps") return makePlainReporter(stdout, progress, CLOCK);
  const { makeTtyReporter } = await import("../report/run/progress-tty.ts");
  const reporter = makeTtyReporter(stdout);
  const unguard = guardDisplay();
  return { event: reporter.event, close: () => reporter.close().finally(unguard) };
}

const CLOCK: Clock = { now: () => performance.now(), time: () => new Date() };

/** How much of what happens is shown: with --verbose every step. */
export function progressOf({ verbose }: OptionValues<typeof PROGRESS>): ProgressDetail {
  return verbose ? "steps" : "hosts";
}
