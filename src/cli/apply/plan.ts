/** `svcdeploy plan`: what apply would change. */

import { exitCodeOfObservation } from "../../core/exit-code.ts";
import { countPlans, type PlanView } from "../../core/plan/planned.ts";
import { planFailures, planHosts } from "../../deploy/plan-hosts.ts";
import { planJson } from "../../report/plan/plan-json.ts";
import { planMarkdown } from "../../report/plan/plan-markdown.ts";
import { planText } from "../../report/plan/plan-text.ts";
import type { Arguments } from "../options/arguments.ts";
import type { PLAN } from "../options/by-command.ts";
import { belongingOf, connectionOf, selectionOf } from "../options/selection.ts";
import { asJson, asLines, asText, print } from "../print.ts";
import type { Surroundings } from "../surroundings.ts";
import { countHosts, lookAtHosts } from "../with-hosts.ts";
import { findLeftHosts } from "./left-behind.ts";
import { pruningOf, withRemoval } from "./prune-option.ts";
import { openLinted } from "./refuse-lint-errors.ts";
import { savePlan, savingOf } from "./save-plan.ts";

/** Prints the plan; exit 2 for pending changes when --detailed-exitcode is given. */
export async function plan({ options }: Arguments<typeof PLAN>, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const saving = await savingOf(options, selection, surroundings);
  const pruning = pruningOf(options);
  const { project, plays, services } = await openLinted(selection, surroundings, saving?.values ?? null);
  const wanted = { project, connection, looking: countHosts(plays) };
  const planned = await lookAtHosts(wanted, surroundings, (context) =>
    planHosts(withRemoval(plays, pruning), context, "report", belongingOf(options)),
  );
  const left = findLeftHosts(project, selection, planned, surroundings);
  const view: PlanView = { environment: project.environment, plays: planned, limit: selection.limit, left };
  surroundings.logbook.note({ plan: view });
  await print(view, PLAN_WRITERS, options.output, surroundings);
  if (saving !== null)
    await savePlan(saving, { project, selection, pruning, plays: planned, services }, surroundings);
  const totals = countPlans(view);
  return exitCodeOfObservation({
    changes: totals.changedHosts > 0 ? "pending" : "none",
    detailed: options["detailed-exitcode"] ? "on" : "off",
    failures: planFailures(planned),
    total: totals.hosts,
  });
}

/** The formats of a plan. */
export const PLAN_WRITERS = {
  text: asLines(planText),
  json: asJson(planJson),
  markdown: asText(planMarkdown),
};
