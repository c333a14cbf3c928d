/** Makes the report of one host's story, whichever way it ended. */
import { SvcdeployError } from "../core/errors.ts";
import { causeOfError } from "../core/exit-code.ts";
import type { Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import type { HostReport, HostStatus } from "../core/model/run.ts";
import { actionName } from "../core/plan/action-name.ts";
import type { DeployContext } from "./context.ts";
import type { Reach } from "./deliver.ts";

/** A report with everything empty but what is given. */
export function makeReport(
  target: HostTarget,
  status: HostStatus,
  startedAt: number,
  context: Pick<DeployContext, "now">,
  more: Partial<HostReport> = {},
): HostReport {
  return {
    host: target.host.name,
    play: target.play,
    status,
    cause: null,
    services: target.services.map(({ name }) => name),
    durationMilliseconds: Math.round(context.now() - startedAt),
    message: "",
    hint: null,
    verdicts: [],
    health: [],
    differences: [],
    journal: [],
    changes: 0,
    actions: [],
    transaction: null,
    ...more,
  };
}

/** What a plan did, for the report. */
export function doings(plan: Plan): Pick<HostReport, "changes" | "actions"> {
  return {
    changes: plan.changes.length,
    actions: plan.actions.map(actionName),
  };
}

/**
 * The report of a story that an error ended. reach: whether the host may be acting on a transaction, so
 * nothing is certain. An error that is not a SvcdeployError is our bug and is thrown on.
 */
export function reportError(
  target: HostTarget,
  error: unknown,
  reach: Reach,
  startedAt: number,
  context: DeployContext,
): HostReport {
  if (reach === "published" && context.detach.aborted) {
    const message =
      "Left to the host: unless it was confirmed just before, the host undoes the change within 20 s " +
      "of applying it.";
    return makeReport(target, "unknown", startedAt, context, {
      cause: "interrupted",
      message,
      hint: seeOutcome(context.run.environment, target.host.name),
    });
  }
  if (!(error instanceof SvcdeployError)) throw error;
  const about = { message: error.message, hint: error.hint };
  if (reach === "published") {
    const message =
      `${error.message}\nThe outcome is unknown here: unless the change was confirmed, ` +
      `the host undoes it by itself.`;
    const hint = seeOutcome(context.run.environment, target.host.name);
    return makeReport(target, "unknown", startedAt, context, { message, hint, cause: "unknown" });
  }
  const cause = causeOfError(error);
  const status: HostStatus =
    cause === "unreachable" ? "unreachable" : cause === "interrupted" ? "skipped" : "failed";
  return makeReport(target, status, startedAt, context, { ...about, cause });
}

/** The hint where it is not known how a host ended. */
export function seeOutcome(environment: string, host: string): string {
  return `To see the outcome: svcdeploy plan --env ${environment} --limit ${host}`;
}
