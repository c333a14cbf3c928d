/**
 * `svcdeploy remove SERVICE`: takes one service off the hosts, as --prune does with what left the project, by
 * the same plan, question, transaction and undo as apply.
 */
import { UsageError } from "../../core/errors.ts";
import { exitCodeOfObservation } from "../../core/exit-code.ts";
import type { Project } from "../../core/model/declared.ts";
import type { PlayTargets } from "../../core/model/resource.ts";
import { outlookOf } from "../../core/plan/outlook.ts";
import { countPlans, type PlannedPlay } from "../../core/plan/planned.ts";
import { removalPlay } from "../../core/target/removal-play.ts";
import { limitHosts } from "../../core/target/select.ts";
import type { DeployContext } from "../../deploy/context.ts";
import type { UnfinishedPolicy } from "../../deploy/observe.ts";
import { planFailures, planHosts } from "../../deploy/plan-hosts.ts";
import { hang, type Line, line, styled } from "../../report/lines/text.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { PLAN, REMOVE } from "../options/by-command.ts";
import { belongingOf, connectionOf, selectionOf } from "../options/selection.ts";
import { print } from "../print.ts";
import { progressOf } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts } from "../with-hosts.ts";
import { loadSelected, protectProjectSecrets } from "../workspace.ts";
import { applyApproved } from "./approval.ts";
import { mustBeAskable } from "./confirm.ts";
import { endOf } from "./outputs.ts";
import { PLAN_WRITERS } from "./plan.ts";

/** Removes. The exit code is exitCodeOf's, 1 when the operator says no. Throws UsageError, ConfigError. */
export async function remove(
  { options, operands: [service] }: Arguments<typeof REMOVE>,
  surroundings: Surroundings,
): Promise<number> {
  if (service === undefined)
    throw new UsageError("Which service? Name it", "svcdeploy remove web --env prod");
  const asks = options.yes ? "no" : "yes";
  const end = endOf(options);
  if (end.kind === "run" && asks === "yes") mustBeAskable(surroundings, "remove");
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const project = await loadSelected(selection, surroundings);
  await protectProjectSecrets(project, surroundings);
  const play = removalPlay(project, limitHosts(project, selection.limit), service);
  const wanted = { project, connection, looking: play.targets.length };
  if (end.kind === "dry-run") {
    const planned = await lookAtHosts(wanted, surroundings, (context) =>
      planRemoval(play, service, context, ["report", belongingOf(options)]),
    );
    return await showOnly(project, planned, end.output, surroundings);
  }
  const { limit } = selection;
  const approval = { ...wanted, output: end.output, asks, progress: progressOf(options), limit } as const;
  return await applyApproved(approval, surroundings, async (context) => ({
    preface: (columns) => sayDeclared(project, service, columns),
    planned: await planRemoval(play, service, context, ["settle", belongingOf(options)]),
  }));
}

/** Only hosts that have the service, or gave no answer. Throws UsageError where none of them does. */
async function planRemoval(
  removal: PlayTargets,
  service: string,
  context: DeployContext,
  how: readonly [UnfinishedPolicy, ReturnType<typeof belongingOf>],
): Promise<readonly PlannedPlay[]> {
  const [planned] = await planHosts([removal], context, ...how);
  if (planned === undefined) throw new Error("a play that was planned has no plan");
  const hosts = planned.hosts.filter((host) => outlookOf(host).kind !== "unchanged");
  if (hosts.length === 0)
    throw new UsageError(
      `No selected host has the service ${service} of this project`,
      "svcdeploy history lists what was deployed; --limit selects hosts.",
    );
  return [{ play: planned.play, hosts }];
}

async function showOnly(
  { environment }: Project,
  plays: readonly PlannedPlay[],
  output: OptionValues<typeof PLAN>["output"],
  surroundings: Surroundings,
): Promise<number> {
  const view = { environment, plays };
  surroundings.logbook.note({ plan: view });
  await print(view, PLAN_WRITERS, output, surroundings);
  const seen = { failures: planFailures(plays), total: countPlans(view).hosts };
  return exitCodeOfObservation({ changes: "none", detailed: "off", ...seen });
}

/** What the next apply makes of it. */
function sayDeclared({ plays }: Project, service: string, columns: number): readonly Line[] {
  const named = plays.filter(({ services }) => services.includes(service)).map(({ name }) => name);
  if (named.length === 0) return [];
  const text =
    `the play ${named.join(" and ")} still brings ${service}: ` +
    `take it out of playbooks/site.yaml, or the next ` +
    "apply deploys it again";
  return [...hang(line(styled("warn", "note: ")), text, columns, 2), []];
}
