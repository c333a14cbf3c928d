/** `svcdeploy plan`: what apply would change. */

import { exitCodeOfObservation } from "../../core/exit-code.ts";
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import { planFailures, planHosts } from "../../deploy/plan-hosts.ts";
import { formatJson } from "../../report/lines/json.ts";
import { planJson } from "../../report/plan/plan-json.ts";
import { planMarkdown } from "../../report/plan/plan-markdown.ts";
import { planText } from "../../report/plan/plan-text.ts";
import { artifactsToSend } from "../artifacts-to-send.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { connectionOf, isGiven, optionalText, type RawArguments, selectionOf } from "../options.ts";
import { showLines } from "../show-long.ts";
import type { Surroundings } from "../surroundings.ts";
import { announce, makeContext, openWorkspace } from "../workspace.ts";
import { pruningOf, withRemoval } from "./prune-option.ts";
import { refuseLintErrors } from "./refuse-lint-errors.ts";
import { savePlan, savingOf } from "./save-plan.ts";

/** Prints the plan; exit 2 for pending changes when --detailed-exitcode is given. */
export async function plan(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const saving = await savingOf(raw, selection, surroundings);
  const pruning = pruningOf(raw);
  const { project, plays } = await openWorkspace(
    selection,
    surroundings,
    saving?.values ?? null,
    artifactsToSend(surroundings),
  );
  refuseLintErrors(plays, project.environment, surroundings);
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: () => {} });
  announce(plays, surroundings);
  const planned = await interrupts.abandonable(planHosts(withRemoval(plays, pruning), context, "report"));
  interrupts.stop();
  const view: PlanView = { environment: project.environment, plays: planned };
  surroundings.logbook.note({ plan: view });
  await printPlan(view, optionalText(raw, "output") ?? "text", surroundings);
  if (saving !== null) await savePlan(saving, { project, selection, pruning, plays: planned }, surroundings);
  const totals = countPlans(view);
  return exitCodeOfObservation({
    changes: totals.changedHosts > 0 ? "pending" : "none",
    detailed: isGiven(raw, "detailed-exitcode") ? "on" : "off",
    failures: planFailures(planned),
    total: totals.hosts,
  });
}

/** Prints a plan in one of its formats. */
export async function printPlan(view: PlanView, output: string, surroundings: Surroundings): Promise<void> {
  const { stdout } = surroundings;
  if (output === "text") await showLines(planText(view, stdout.columns), surroundings);
  else if (output === "markdown") stdout.write(planMarkdown(view));
  else stdout.write(formatJson(planJson(view)));
}
