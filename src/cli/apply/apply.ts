/** `svcdeploy apply`: shows the plan, asks, carries it out, and says how it ended. */

import { UsageError } from "../../core/errors.ts";
import { planHosts } from "../../deploy/plan-hosts.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { APPLY, PLAN } from "../options/by-command.ts";
import { belongingOf, connectionOf, selectionOf } from "../options/selection.ts";
import { progressOf } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { countHosts } from "../with-hosts.ts";
import { applySaved } from "./apply-saved.ts";
import { applyApproved } from "./approval.ts";
import { mustBeAskable } from "./confirm.ts";
import { findLeftHosts } from "./left-behind.ts";
import { planOutput, runOutput } from "./outputs.ts";
import { plan } from "./plan.ts";
import { pruningOf, withRemoval } from "./prune-option.ts";
import { openLinted } from "./refuse-lint-errors.ts";

/**
 * Applies the project. The exit code is exitCodeOf's, 1 when the operator says no. Throws UsageError,
 * ConfigError.
 */
export async function apply(
  { options, operands: [file] }: Arguments<typeof APPLY>,
  surroundings: Surroundings,
): Promise<number> {
  if (file !== undefined) return await applySaved(file, options, surroundings);
  if (options.stale !== null)
    throw new UsageError("--stale works with a saved plan only", "svcdeploy apply plan.json --stale skip");
  if (options["dry-run"]) return await plan(dryRun(options), surroundings);
  const output = runOutput(options.output, "Add --dry-run, or use text, json or ndjson.");
  if (options["detailed-exitcode"])
    throw new UsageError("--detailed-exitcode works with --dry-run only", "Add --dry-run.");
  const asks = options.yes ? "no" : "yes";
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  if (asks === "yes") mustBeAskable(surroundings);
  const pruning = pruningOf(options);
  const { project, plays } = await openLinted(selection, surroundings, null);
  const approval = {
    project,
    connection,
    looking: countHosts(plays),
    output,
    asks,
    limit: selection.limit,
    progress: progressOf(options),
  } as const;
  return await applyApproved(approval, surroundings, async (context) => {
    const planned = await planHosts(withRemoval(plays, pruning), context, "settle", belongingOf(options));
    return { planned, left: findLeftHosts(project, selection, planned, surroundings) };
  });
}

function dryRun(options: OptionValues<typeof APPLY>): Arguments<typeof PLAN> {
  const output = planOutput(options.output);
  return { options: { ...options, output, out: null, "valid-for": null }, operands: [] };
}
