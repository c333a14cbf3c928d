/** What every apply ends with, whoever made the plan: show it, ask, carry it out under a reporter's eyes. */
import { EXIT } from "../../core/exit-code.ts";
import type { Project } from "../../core/model/declared.ts";
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
import { type Interrupts, listenForInterrupts } from "../interrupts.ts";
import type { Surroundings } from "../surroundings.ts";
import { confirm } from "./confirm.ts";

/** How an apply is approved: output is the format of standard output. */
export type ApprovalOptions = {
  readonly project: Project;
  readonly output: string;
  readonly progress: ProgressDetail;
  readonly asks: "yes" | "no";
  readonly verb?: "Apply" | "Roll back";
};

/** Lines for so many columns. */
export type Preface = (columns: number) => readonly Line[];

/**
 * One apply between its project and its end. emit: for the deployment's context. carryOut: preface, laid out
 * for so many columns, stands above the plan; gives the exit code.
 */
export type Approval = {
  readonly interrupts: Interrupts;
  readonly emit: (event: RunEvent) => void;
  readonly carryOut: (
    preface: Preface,
    planned: readonly PlannedPlay[],
    context: DeployContext,
  ) => Promise<number>;
};

/** From here on Ctrl-C is listened to. */
export function openApproval(options: ApprovalOptions, surroundings: Surroundings): Approval {
  const relay = makeRelay(options.output, surroundings);
  const interrupts = listenForInterrupts(surroundings, (interruption) =>
    relay.emit({ type: "run-interrupted", ...interruption }),
  );
  return {
    interrupts,
    emit: relay.emit,
    carryOut: async (preface, planned, context) => {
      const view: PlanView = { environment: options.project.environment, plays: planned };
      surroundings.logbook.note({ plan: view });
      showPlan(preface, view, options, surroundings);
      if (!(await isAgreed(view, options, interrupts, surroundings))) {
        surroundings.stderr.print([line("Nothing was changed.")]);
        return EXIT.failed;
      }
      const reporter = await makeReporter(options, surroundings);
      relay.connect(reporter);
      const exitCode = await carryOut(view.environment, planned, context);
      await reporter.close();
      interrupts.stop();
      return exitCode;
    },
  };
}

/** Where no host could be looked at there is no plan, and the run says of each host why. */
function showPlan(
  preface: Preface,
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

/**
 * What shows a run in this format of standard output. Steps are lines also on a terminal: there are too many
 * for rows that are drawn again.
 */
export async function makeReporter(
  { output, progress }: Pick<ApprovalOptions, "output" | "progress">,
  { stdout, display, guardDisplay }: Surroundings,
): Promise<Reporter> {
  if (output === "json") return makeJsonReporter(stdout);
  if (output === "ndjson") return makeNdjsonReporter(stdout);
  if (display === "plain" || progress === "steps") return makePlainReporter(stdout, progress, CLOCK);
  const { makeTtyReporter } = await import("../../report/run/progress-tty.ts");
  const reporter = makeTtyReporter(stdout);
  const unguard = guardDisplay();
  return { event: reporter.event, close: () => reporter.close().finally(unguard) };
}

const CLOCK: Clock = { now: () => performance.now(), time: () => new Date() };
