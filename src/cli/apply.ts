/** `svcdeploy apply`: shows the plan, asks, carries it out, and says how it ended. */
import { UsageError } from "../core/errors.ts";
import { EXIT } from "../core/exit-code.ts";
import type { DeployEvent } from "../core/model.ts";
import { planText } from "../report/plan-text.ts";
import { countPlans, type PlanView } from "../report/plan-view.ts";
import { makePlainReporter } from "../report/progress-plain.ts";
import type { Reporter } from "../report/reporter.ts";
import { makeJsonReporter, makeNdjsonReporter } from "../report/run-output.ts";
import { line } from "../report/text.ts";
import { carryOut } from "./carry-out.ts";
import { confirm, mustBeAskable } from "./confirm.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { connectionOf, isGiven, optionalText, type RawArguments, selectionOf } from "./options.ts";
import { plan } from "./plan.ts";
import { planHosts } from "./plan-hosts.ts";
import type { Surroundings } from "./surroundings.ts";
import { announce, makeContext, openWorkspace } from "./workspace.ts";

/** Applies the project. The exit code is exitCodeOf's, 1 when the operator says no. Throws UsageError, ConfigError. */
export async function apply(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const output = optionalText(raw, "output") ?? "text";
  const kind = applyOrDryRun(raw, output);
  if (kind === "dry-run") return await plan(raw, surroundings);
  const asks = !isGiven(raw, "yes");
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  if (asks) mustBeAskable(surroundings);
  const { project, plays } = await openWorkspace(selection, surroundings);
  const relay = makeRelay(output, surroundings);
  const interrupts = listenForInterrupts(surroundings, (interruption) => relay.emit({ type: "run-interrupted", ...interruption }));
  const context = await makeContext(project, connection, { surroundings, interrupts, emit: relay.emit });
  announce(plays, surroundings);
  const planned = await interrupts.abandonable(planHosts(plays, context, "settle"));
  const view: PlanView = { environment: project.environment, plays: planned };
  surroundings.logbook.note({ plan: view });
  if (output === "text") surroundings.stdout.print([...planText(view, surroundings.stdout.columns), []]);
  else if (asks) surroundings.stderr.print(planText(view, surroundings.stderr.columns));
  if (asks && countPlans(view).changedHosts > 0 && !(await interrupts.abandonable(confirm(project, surroundings)))) {
    surroundings.stderr.print([line("Nothing was changed.")]);
    return EXIT.failed;
  }
  const reporter = await makeReporter(output, surroundings);
  relay.connect(reporter);
  const exitCode = await carryOut(project.environment, planned, context);
  await reporter.close();
  interrupts.stop();
  return exitCode;
}

function applyOrDryRun(raw: RawArguments, output: string): "apply" | "dry-run" {
  if (isGiven(raw, "dry-run")) {
    if (output === "ndjson")
      throw new UsageError("--output ndjson tells what happens, and a dry run lets nothing happen", "Use text, json or markdown.");
    return "dry-run";
  }
  if (output === "markdown") throw new UsageError("--output markdown is for a plan", "Add --dry-run, or use text, json or ndjson.");
  if (isGiven(raw, "detailed-exitcode")) throw new UsageError("--detailed-exitcode is for a plan", "Add --dry-run.");
  return "apply";
}

type Relay = { readonly emit: (event: DeployEvent) => void; readonly connect: (reporter: Reporter) => void };

/**
 * Events from the time before there is a reporter are dropped, as nothing is changed yet; but settling what an earlier run left may take half a
 * minute, and is told. Where the output is JSON an interruption is told to humans as well.
 */
function makeRelay(output: string, { stderr }: Surroundings): Relay {
  let reporter: Reporter | null = null;
  return {
    emit: (event) => {
      reporter?.event(event);
      if (event.type === "host-stage" && event.stage === "recover" && reporter === null) stderr.print([line(`${event.host}: ${event.detail}`)]);
      if (event.type === "run-interrupted" && reporter !== null && output !== "text") stderr.print([line(event.message)]);
    },
    connect: (connected) => {
      reporter = connected;
    },
  };
}

async function makeReporter(output: string, { stdout, display }: Surroundings): Promise<Reporter> {
  if (output === "json") return makeJsonReporter(stdout);
  if (output === "ndjson") return makeNdjsonReporter(stdout);
  if (display === "plain") return makePlainReporter(stdout);
  const { makeTtyReporter } = await import("../report/progress-tty.ts");
  return makeTtyReporter(stdout);
}
