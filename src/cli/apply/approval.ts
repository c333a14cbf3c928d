/** What every apply ends with, whoever made the plan: show it, ask, carry it out under a reporter's eyes. */
import { EXIT } from "../../core/exit-code.ts";
import type { RunEvent } from "../../core/model/run.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import { carryOut } from "../../deploy/carry-out.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { type Line, line } from "../../report/lines/text.ts";
import { planText } from "../../report/plan/plan-text.ts";
import { sumView } from "../../report/plan/plan-view.ts";
import { makePlainReporter } from "../../report/run/progress-plain.ts";
import type { Clock, ProgressDetail, Reporter } from "../../report/run/reporter.ts";
import { makeJsonReporter, makeNdjsonReporter } from "../../report/run/run-output.ts";
import type { Interrupts } from "../interrupts.ts";
import type { Values } from "../options/arguments.ts";
import type { PROGRESS } from "../options/groups.ts";
import type { Surroundings } from "../surroundings.ts";
import { type HostsWanted, withHosts } from "../with-hosts.ts";
import { confirm } from "./confirm.ts";

/** A format of standard output of what changes hosts. */
export type RunOutput = "text" | "json" | "ndjson";

/** An apply before its plan is made. */
export type ApprovalOptions = Omit<HostsWanted, "emit" | "command"> & {
  readonly output: RunOutput;
  readonly progress: ProgressDetail;
  readonly asks: "yes" | "no";
  readonly verb?: "Apply" | "Roll back";
};

/** Lines for so many columns. */
export type LayOut = (columns: number) => readonly Line[];

/** What is to be agreed to. preface: above the plan; closing: when all is over. */
export type Proposal = {
  readonly preface?: LayOut;
  readonly planned: readonly PlannedPlay[];
  readonly closing?: LayOut;
};

/** Makes the plan, shows it, asks, and carries it out. Gives the exit code, 1 when the operator says no. */
export async function applyApproved(
  options: ApprovalOptions,
  surroundings: Surroundings,
  propose: (context: DeployContext) => Promise<Proposal>,
): Promise<number> {
  const relay = makeRelay(options.output, surroundings);
  return await withHosts({ ...options, emit: relay.emit }, surroundings, async (context, interrupts) => {
    const proposal = await interrupts.abandonable(propose(context));
    const view: PlanView = { environment: options.project.environment, plays: proposal.planned };
    surroundings.logbook.note({ plan: view });
    showPlan(proposal.preface ?? NO_LINES, view, options, surroundings);
    const isToRun = await isAgreed(view, options, interrupts, surroundings);
    const exitCode = isToRun ? await run(view, options, { context, relay }, surroundings) : EXIT.failed;
    if (!isToRun) surroundings.stderr.print([line("Nothing was changed.")]);
    const sink = options.output === "text" ? surroundings.stdout : surroundings.stderr;
    if (proposal.closing !== undefined) sink.print(proposal.closing(sink.columns));
    return exitCode;
  });
}

const NO_LINES: LayOut = () => [];

async function run(
  { environment, plays }: PlanView,
  options: ApprovalOptions,
  { context, relay }: { readonly context: DeployContext; readonly relay: Relay },
  surroundings: Surroundings,
): Promise<number> {
  const reporter = await makeReporter(options, surroundings);
  relay.connect(reporter);
  const exitCode = await carryOut(environment, plays, context);
  await reporter.close();
  return exitCode;
}

/** Where no host could be looked at there is no plan, and the run says of each host why. */
function showPlan(
  preface: LayOut,
  view: PlanView,
  { output, asks }: ApprovalOptions,
  surroundings: Surroundings,
): void {
  const { stdout, stderr } = surroundings;
  const totals = countPlans(view);
  if (totals.failedHosts === totals.hosts) return;
  const lines = [...preface(stdout.columns), ...planText(view, stdout.columns), []];
  // Never through a pager: the question would stand behind it.
  if (output === "text") stdout.print(lines);
  else if (asks === "yes") stderr.print([...preface(stderr.columns), ...planText(view, stderr.columns)]);
}

async function isAgreed(
  view: PlanView,
  { project, asks, verb }: ApprovalOptions,
  interrupts: Interrupts,
  surroundings: Surroundings,
): Promise<boolean> {
  if (asks === "no" || countPlans(view).changedHosts === 0) return true;
  const { environment } = project;
  const question = {
    environment,
    protected: project.protected,
    verb: verb ?? "Apply",
    sum: sumView(view),
  } as const;
  return await interrupts.abandonable(confirm(question, surroundings));
}

/** Passes events on to a reporter that comes later. */
export type Relay = {
  readonly emit: (event: RunEvent) => void;
  readonly connect: (reporter: Reporter) => void;
};

/**
 * Events from the time before there is a reporter are dropped, as nothing is changed yet; but settling what
 * an earlier run left may take half a minute, and is told. Where the output is JSON an interruption is told
 * to humans as well.
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

/** What shows a run in this format of standard output. */
export async function makeReporter(
  { output, progress }: Pick<ApprovalOptions, "output" | "progress">,
  surroundings: Surroundings,
): Promise<Reporter> {
  return await REPORTERS[output](surroundings, progress);
}

type MakeReporter = (surroundings: Surroundings, progress: ProgressDetail) => Reporter | Promise<Reporter>;

const REPORTERS: Readonly<Record<RunOutput, MakeReporter>> = {
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
  const { makeTtyReporter } = await import("../../report/run/progress-tty.ts");
  const reporter = makeTtyReporter(stdout);
  const unguard = guardDisplay();
  return { event: reporter.event, close: () => reporter.close().finally(unguard) };
}

const CLOCK: Clock = { now: () => performance.now(), time: () => new Date() };

/** How much of what happens is shown: with --verbose every step. */
export function progressOf({ verbose }: Values<typeof PROGRESS>): ProgressDetail {
  return verbose ? "steps" : "hosts";
}
