/** How every apply ends, however the plan was made: show it, ask, carry it out and report. */
import { EXIT } from "../../core/exit-code.ts";
import { knownStop } from "../../core/plan/known-stop.ts";
import { outlookOf } from "../../core/plan/outlook.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { type Line, line } from "../../report/lines/text.ts";
import { planText } from "../../report/plan/plan-text.ts";
import { sumView } from "../../report/plan/plan-view.ts";
import type { ProgressDetail } from "../../report/run/reporter.ts";
import type { Interrupts } from "../interrupts.ts";
import { carryOutShown, makeRelay, type RunOutput } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { type HostsWanted, withHosts } from "../with-hosts.ts";
import { type Agreement, confirm } from "./confirm.ts";

/** An apply before its plan is made. */
export type ApprovalOptions = Omit<HostsWanted, "emit" | "command"> & {
  readonly output: RunOutput;
  readonly progress: ProgressDetail;
  readonly asks: "yes" | "no";
  readonly verb?: "Apply" | "Roll back";
  /** What --limit selected; absent or null: every host. */
  readonly limit?: string | null;
};

/** Lines for so many columns. */
export type LayOut = (columns: number) => readonly Line[];

/** What is to be agreed to. preface: above the plan; closing: when all is over; left: as in a PlanView. */
export type Proposal = {
  readonly preface?: LayOut;
  readonly planned: readonly PlannedPlay[];
  readonly left?: PlanView["left"];
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
    const { limit = null } = options;
    const { planned: plays, left = [] } = proposal;
    const view: PlanView = { environment: options.project.environment, plays, limit, left };
    surroundings.logbook.note({ plan: view });
    showPlan(proposal.preface ?? NO_LINES, view, options, surroundings);
    const stop = knownStop(view);
    const answer = stop === null ? await askFor(view, options, interrupts, surroundings) : AGREED;
    const exitCode = answer.agreed
      ? (await carryOutShown(view, { ...options, stop }, { context, relay }, surroundings)).exitCode
      : EXIT.failed;
    if (!answer.agreed) surroundings.stderr.print([line(answer.said)]);
    const sink = options.output === "text" ? surroundings.stdout : surroundings.stderr;
    if (proposal.closing !== undefined) sink.print(proposal.closing(sink.columns));
    return exitCode;
  });
}

const NO_LINES: LayOut = () => [];

/** Also where there is nothing to agree to. */
const AGREED: Agreement = { agreed: true };

/** Where no host could be checked there is no plan, and the run reports why for each host. */
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

async function askFor(
  view: PlanView,
  { project, asks, verb }: ApprovalOptions,
  interrupts: Interrupts,
  surroundings: Surroundings,
): Promise<Agreement> {
  const hosts = view.plays.flatMap((each) => each.hosts);
  if (asks === "no" || hosts.every((host) => outlookOf(host).kind !== "changes")) return AGREED;
  const { environment } = project;
  const question = {
    environment,
    protected: project.protected,
    verb: verb ?? "Apply",
    sum: sumView(view),
  } as const;
  return await interrupts.abandonable(confirm(question, surroundings));
}
