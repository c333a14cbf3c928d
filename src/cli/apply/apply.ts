/** `svcdeploy apply`: shows the plan, asks, carries it out, and says how it ended. */

import { UsageError } from "../../core/errors.ts";
import { planHosts } from "../../deploy/plan-hosts.ts";
import { artifactsToSend } from "../artifacts-to-send.ts";
import {
  argumentOf,
  connectionOf,
  isGiven,
  optionalText,
  progressOf,
  type RawArguments,
  selectionOf,
} from "../options.ts";
import type { Surroundings } from "../surroundings.ts";
import { announce, makeContext, openWorkspace } from "../workspace.ts";
import { applySaved } from "./apply-saved.ts";
import { openApproval } from "./approval.ts";
import { mustBeAskable } from "./confirm.ts";
import { plan } from "./plan.ts";
import { pruningOf, withRemoval } from "./prune-option.ts";
import { refuseLintErrors } from "./refuse-lint-errors.ts";

/**
 * Applies the project. The exit code is exitCodeOf's, 1 when the operator says no. Throws UsageError,
 * ConfigError.
 */
export async function apply(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const file = argumentOf(raw);
  if (file !== null) return await applySaved(file, raw, surroundings);
  if (optionalText(raw, "stale") !== null)
    throw new UsageError("--stale is for a saved plan", "svcdeploy apply plan.json --stale skip");
  const output = optionalText(raw, "output") ?? "text";
  const kind = applyOrDryRun(raw, output);
  if (kind === "dry-run") return await plan(raw, surroundings);
  const asks = isGiven(raw, "yes") ? "no" : "yes";
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  if (asks === "yes") mustBeAskable(surroundings);
  const pruning = pruningOf(raw);
  const { project, plays } = await openWorkspace(
    selection,
    surroundings,
    null,
    artifactsToSend(surroundings),
  );
  refuseLintErrors(plays, project.environment, surroundings);
  const approval = openApproval({ project, output, asks, progress: progressOf(raw) }, surroundings);
  const { interrupts } = approval;
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: approval.emit });
  announce(plays, surroundings);
  const planned = await interrupts.abandonable(planHosts(withRemoval(plays, pruning), context, "settle"));
  return await approval.carryOut(() => [], planned, context);
}

function applyOrDryRun(raw: RawArguments, output: string): "apply" | "dry-run" {
  if (isGiven(raw, "dry-run")) {
    if (output === "ndjson")
      throw new UsageError(
        "--output ndjson tells what happens, and a dry run lets nothing happen",
        "Use text, json or markdown.",
      );
    return "dry-run";
  }
  if (output === "markdown")
    throw new UsageError("--output markdown is for a plan", "Add --dry-run, or use text, json or ndjson.");
  if (isGiven(raw, "detailed-exitcode"))
    throw new UsageError("--detailed-exitcode is for a plan", "Add --dry-run.");
  return "apply";
}
