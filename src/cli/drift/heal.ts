/**
 * `svcdeploy drift --heal`: puts right what changed on the hosts, by the transaction that an apply uses, and
 * says what it left and why.
 */

import type { DriftHost } from "../../core/drift/host-drift.ts";
import { EXIT } from "../../core/exit-code.ts";
import type { Project } from "../../core/model/declared.ts";
import type { PlayTargets } from "../../core/model/resource.ts";
import type { HostReport } from "../../core/model/run.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { byHost, targetsOf } from "../../core/target/play-targets.ts";
import { carryOut } from "../../deploy/carry-out.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { type Looked, type Looking, lookForDrift } from "../../deploy/look-for-drift.ts";
import { concludeHealing, planHealing, workOf } from "../../deploy/plan-healing.ts";
import { driftText } from "../../report/drift/drift-text.ts";
import { type DriftView, summariseDrift } from "../../report/drift/drift-view.ts";
import { healAnnouncement, summariseHealing } from "../../report/drift/heal-text.ts";
import { type Line, line, styled, wrap } from "../../report/lines/text.ts";
import type { ProgressDetail } from "../../report/run/reporter.ts";
import { makeRelay, makeReporter, type Relay } from "../apply/approval.ts";
import type { Interrupts } from "../interrupts.ts";
import type { Connection } from "../options/selection.ts";
import { print, type Writer } from "../print.ts";
import type { Surroundings } from "../surroundings.ts";
import { withHosts } from "../with-hosts.ts";
import { asMail, DRIFT_WRITERS, type DriftOutput, exitCodeOfDrift } from "./drift-result.ts";
import type { DriftWatch } from "./drift-watch.ts";
import { type HealMemory, openHealMemory } from "./heal-memory.ts";
import type { HealOrder } from "./heal-options.ts";

/** What is healed and how. viewOf: hosts with all that the reports say beside them. */
export type Healing = {
  readonly project: Project;
  readonly plays: readonly PlayTargets[];
  readonly connection: Connection;
  readonly how: Omit<Looking, "unfinished">;
  readonly healing: HealOrder;
  readonly output: DriftOutput;
  readonly progress: ProgressDetail;
  readonly viewOf: (hosts: readonly DriftHost[]) => DriftView;
  readonly watch: DriftWatch;
};

/**
 * Exit 0 when nothing is left, 2 when drift is left, else as apply and drift. Throws UsageError where nothing
 * can be remembered.
 */
export async function heal(order: Healing, surroundings: Surroundings): Promise<number> {
  const memory = await openHealMemory(order.project, order.healing, surroundings);
  const relay = makeRelay(order.output, surroundings);
  const { project, connection, output, viewOf, watch } = order;
  const looking = byHost(targetsOf(order.plays)).length;
  const wanted = { project, connection, looking, emit: relay.emit, command: "heal" };
  const { planned, work, end } = await withHosts(wanted, surroundings, async (context, interrupts) => {
    const found = await findWork(order, memory, context, interrupts);
    await tellBefore(found, order, memory, surroundings);
    const carried =
      found.work.length === 0
        ? IDLE
        : await carryOutHealing(found.work, order, { context, relay }, surroundings);
    return { ...found, end: carried };
  });
  const after = viewOf(planned.map(({ drift }) => concludeHealing(drift, end.reports)));
  surroundings.logbook.note({ drift: after });
  const text = work.length === 0 ? NOTHING_MORE : CLOSING;
  await print(after, { ...DRIFT_WRITERS, text, mail: asMail(watch.mail) }, output, surroundings);
  await watch.tell(after);
  return exitCodeOf(end.code, exitCodeOfDrift(after), after);
}

type Found = {
  readonly looked: readonly Looked[];
  readonly planned: ReturnType<typeof planHealing>;
  readonly work: readonly PlannedPlay[];
};

async function findWork(
  { plays, how, watch }: Healing,
  memory: HealMemory,
  context: DeployContext,
  { abandonable }: Interrupts,
): Promise<Found> {
  // Only looking has to be done in time: a transaction has its own deadlines, and is not let go of half-way.
  const timed = await watch.within(context);
  const seen = await abandonable(lookForDrift(targetsOf(plays), timed, { ...how, unfinished: "settle" }));
  const looked = judged(seen, watch);
  const planned = planHealing(looked, how.rules, memory.policyFor);
  return { looked, planned, work: workOf(plays, planned) };
}

/** Remembered before anything is done: a run that dies in the middle counts as well. */
async function tellBefore(
  { looked, planned, work }: Found,
  { viewOf, output }: Healing,
  memory: HealMemory,
  surroundings: Surroundings,
): Promise<void> {
  const before = viewOf(planned.map(({ drift }) => drift));
  surroundings.logbook.note({ drift: before });
  await memory.save(looked, work).catch(async (error: unknown) => {
    // What drifted is told all the same.
    await print(before, DRIFT_WRITERS, output === "mail" ? "text" : output, surroundings);
    throw error;
  });
  printerOf(output, surroundings)((columns) => driftText(before, columns));
}

function judged(looked: readonly Looked[], watch: DriftWatch): readonly Looked[] {
  const hosts = watch.judge(looked.map(({ drift }) => drift));
  return looked.map((each, index) => {
    const drift = hosts[index] ?? each.drift;
    return { ...each, drift, observation: drift.error === null ? each.observation : null };
  });
}

type End = { readonly code: number; readonly reports: readonly HostReport[] };
const IDLE: End = { code: EXIT.done, reports: [] };

async function carryOutHealing(
  work: readonly PlannedPlay[],
  { project, output, progress }: Healing,
  { context, relay }: { readonly context: DeployContext; readonly relay: Relay },
  surroundings: Surroundings,
): Promise<End> {
  surroundings.logbook.note({ plan: { environment: project.environment, plays: work } });
  printerOf(
    output,
    surroundings,
  )((columns) => [[], ...healAnnouncement({ environment: project.environment, plays: work }, columns), []]);
  const reporter =
    output === "text"
      ? await makeReporter({ output, progress }, surroundings)
      : { event: () => {}, close: async () => {} };
  relay.connect(reporter);
  let reports: readonly HostReport[] = [];
  const code = await carryOut(project.environment, work, {
    ...context,
    emit: (event) => {
      if (event.type === "run-finished") reports = event.reports;
      context.emit(event);
    },
  });
  await reporter.close();
  return { code, reports };
}

/** The other formats, and a mail, are one document, at the end. */
function printerOf(
  output: DriftOutput,
  { stdout }: Surroundings,
): (lines: (columns: number) => readonly Line[]) => void {
  return (lines) => {
    if (output === "text") stdout.print(lines(stdout.columns));
  };
}

const NOTHING_MORE: Writer<DriftView> = async () => {};

const CLOSING: Writer<DriftView> = async (view, { stdout }) => {
  const texts = [summariseHealing(view), summariseDrift(view)].flatMap((text) => wrap(text, stdout.columns));
  stdout.print([[], ...texts.map((text) => line(styled("strong", text)))]);
};

/**
 * Healing that failed says why; where hosts could not be looked at for another reason as well, it is both.
 */
function exitCodeOf(healed: number, left: number, { hosts }: DriftView): number {
  if (healed === EXIT.done) return left;
  const isBoth = hosts.some(({ error }) => error !== null) && left !== healed;
  return isBoth && healed !== EXIT.interrupted ? EXIT.partly : healed;
}
