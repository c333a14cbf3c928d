/** `svcdeploy apply FILE`: carries out exactly what was reviewed, or says why not. */

import { resolve } from "node:path";
import { readSavedPlan } from "../../core/config/saved-plan.ts";
import { UsageError } from "../../core/errors.ts";
import type { SavedHost, SavedPlan } from "../../core/model/plan.ts";
import type { PlannedHost, PlannedPlay } from "../../core/plan/planned.ts";
import { movedSince, reviewedPlan } from "../../core/plan/reviewed-plan.ts";
import { requireContent, requireProject, requireValid } from "../../core/plan/saved-content.ts";
import { unsealSavedPlan } from "../../core/plan/saved-plan.ts";
import type { Secret } from "../../core/secret.ts";
import { planHosts } from "../../deploy/plan-hosts.ts";
import { readProjectName } from "../../project/load.ts";
import { readPlanKey } from "../../project/plan-key.ts";
import { readPlanFile } from "../../project/saved-plan-file.ts";
import { savedPlanText } from "../../report/plan/saved-plan-text.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { APPLY } from "../options/by-command.ts";
import { belongingOf, connectionOf, type ProjectSelection } from "../options/selection.ts";
import { progressOf } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { countHosts } from "../with-hosts.ts";
import { applyApproved } from "./approval.ts";
import { mustBeAskable } from "./confirm.ts";
import { runOutput } from "./outputs.ts";
import { withRemoval } from "./prune-option.ts";
import { openLinted } from "./refuse-lint-errors.ts";

/**
 * Applies a saved plan. The exit code is exitCodeOf's, 1 when the operator says no. Throws SvcdeployError:
 * usage, config, or locked when it expired.
 */
export async function applySaved(
  file: string,
  options: OptionValues<typeof APPLY>,
  surroundings: Surroundings,
): Promise<number> {
  refuseSelection(options);
  const connection = connectionOf(options);
  const output = runOutput(options.output, "Use text, json or ndjson.");
  const asks = options.yes ? "no" : "yes";
  const { saved, key } = await openSavedPlan(file, surroundings);
  if (asks === "yes") mustBeAskable(surroundings);
  const name = await readProjectName(resolve(surroundings.workingDirectory, options.project));
  requireProject(saved, file, name ?? saved.project);
  const selection = selectionIn(saved, options.project);
  const workspace = await openLinted(selection, surroundings, saved.selection.values);
  const { project, plays } = workspace;
  requireContent(saved, workspace, key);
  const approval = {
    project,
    connection,
    looking: countHosts(plays),
    output,
    asks,
    limit: saved.selection.limit,
    progress: progressOf(options),
  } as const;
  return await applyApproved(approval, surroundings, async (context) => {
    const removing = withRemoval(plays, saved.selection.pruning ?? "blocks");
    const fresh = await planHosts(removing, context, "settle", belongingOf(options));
    return {
      preface: (columns) => savedPlanText(saved, file, columns),
      planned: reviewedPlays(saved, fresh, { stale: options.stale ?? "fail", key }),
    };
  });
}

const STORED = ["env", "limit", "service", "set", "values", "prune"] as const;

function refuseSelection(options: OptionValues<typeof APPLY>): void {
  const given = STORED.find((name) => options[name] !== null && options[name].length > 0);
  if (given !== undefined)
    throw new UsageError(
      `--${given} is fixed by the saved plan and cannot be given again`,
      "Make a new plan with it.",
    );
  if (options["dry-run"])
    throw new UsageError(
      "--dry-run does not work with a saved plan",
      "svcdeploy plan shows what would change now.",
    );
  if (options["detailed-exitcode"])
    throw new UsageError("--detailed-exitcode does not work with a " + "saved plan");
}

async function openSavedPlan(
  file: string,
  surroundings: Surroundings,
): Promise<{ readonly saved: SavedPlan; readonly key: Secret }> {
  const text = await readPlanFile(resolve(surroundings.workingDirectory, file));
  const key = await readPlanKey(surroundings.environment, "refuse");
  const saved = readSavedPlan(unsealSavedPlan(text, file, key), file);
  requireValid(saved, file, Date.now());
  return { saved, key };
}

function selectionIn({ environment, selection }: SavedPlan, project: string): ProjectSelection {
  const hosts = selection.pruning === undefined ? "of-plays" : "all";
  return {
    project,
    environment,
    limit: selection.limit,
    services: selection.services,
    hosts,
    set: selection.set,
    valuesFiles: [],
  };
}

type Judging = { readonly stale: "fail" | "skip"; readonly key: Secret };

function reviewedPlays(
  saved: SavedPlan,
  fresh: readonly PlannedPlay[],
  judging: Judging,
): readonly PlannedPlay[] {
  return fresh.map(({ play, hosts }) => {
    const known = saved.plays.find((each) => each.play === play.name)?.hosts ?? [];
    return { play, hosts: hosts.map((host) => reviewedHost(known, host, judging)) };
  });
}

function reviewedHost(
  known: readonly SavedHost[],
  planned: PlannedHost,
  { stale, key }: Judging,
): PlannedHost {
  const { target, plan, machineId } = planned;
  const saved = known.find(({ host }) => host === target.host.name);
  if (saved === undefined) throw new Error(`${target.host.name} is missing from the saved plan`);
  if (plan === null || machineId === undefined) return planned;
  const lines = movedSince(saved, target, plan, machineId, key);
  const review = {
    stale,
    movedSince: (now: typeof plan, machine: string) => movedSince(saved, target, now, machine, key),
  };
  return { ...planned, plan: reviewedPlan(saved, target, plan, key, { lines, stale }), review };
}
