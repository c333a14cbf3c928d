/**
 * `svcdeploy drift --heal`: puts right what changed on the hosts, by the transaction that an apply uses, and
 * says what it left and why.
 */
import type { DriftHost } from "../../core/drift/host-drift.ts";
import { concludeHealing, planHealing } from "../../core/drift/plan-healing.ts";
import { EXIT } from "../../core/exit-code.ts";
import type { Project } from "../../core/model/declared.ts";
import type { PlayTargets } from "../../core/model/resource.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { targetsOf } from "../../core/target/play-targets.ts";
import type { Carried } from "../../deploy/carry-out.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { type Looking, lookForDrift } from "../../deploy/look-for-drift.ts";
import { driftText } from "../../report/drift/drift-text.ts";
import { type DriftView, summariseDrift } from "../../report/drift/drift-view.ts";
import { healAnnouncement, summariseHealing } from "../../report/drift/heal-text.ts";
import { type Line, line, styled, wrap } from "../../report/lines/text.ts";
import type { ProgressDetail } from "../../report/run/reporter.ts";
import type { HostAccess } from "../options/selection.ts";
import { print, type Writer } from "../print.ts";
import { carryOutShown, makeRelay, type Relay } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { countHosts, withHosts } from "../with-hosts.ts";
import { asMail, DRIFT_WRITERS, type DriftOutput, exitCodeOfDrift } from "./drift-result.ts";
import type { DriftWatch } from "./drift-watch.ts";
import { openHealMemory } from "./heal-memory.ts";
import type { HealOrder } from "./heal-options.ts";

/** What is healed and how. viewOf: hosts with all that the reports say beside them. */
export type HealRun = {
  readonly project: Project;
  readonly plays: readonly PlayTargets[];
  readonly connection: HostAccess;
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
export async function heal(run: HealRun, surroundings: Surroundings): Promise<number> {
  const { project, plays, connection, how, output, viewOf, watch } = run;
  const memory = await openHealMemory(project, run.healing, surroundings);
  const relay = makeRelay(output, surroundings);
  const wanted = { project, connection, looking: countHosts(plays), emit: relay.emit, command: "heal" };
  const { drift, work, end } = await withHosts(wanted, surroundings, async (context, { abandonable }) => {
    // Only the look has to end in time: a transaction has its own deadlines and always runs to its end.
    const timed = await watch.within(context);
    const looked = await abandonable(lookForDrift(targetsOf(plays), timed, { ...how, unfinished: "settle" }));
    const healing = planHealing(plays, looked, how.rules, memory.policyFor);
    await showFound(viewOf(healing.drift), () => memory.save(looked, healing.work), output, surroundings);
    return { ...healing, end: await carryOutHealing(healing.work, run, { context, relay }, surroundings) };
  });
  const after = viewOf(drift.map((host) => concludeHealing(host, end.reports)));
  surroundings.logbook.note({ drift: after });
  const text = work.length === 0 ? NOTHING_MORE : CLOSING;
  await print(after, { ...DRIFT_WRITERS, text, mail: asMail(watch.mail) }, output, surroundings);
  await watch.tell(after);
  return exitCodeOf(end.exitCode, exitCodeOfDrift(after), after);
}

/** remember: before anything is done, so that a run that dies in the middle counts as well. */
async function showFound(
  found: DriftView,
  remember: () => Promise<void>,
  output: DriftOutput,
  surroundings: Surroundings,
): Promise<void> {
  surroundings.logbook.note({ drift: found });
  await remember().catch(async (error: unknown) => {
    // What drifted is reported all the same.
    await print(found, DRIFT_WRITERS, output === "mail" ? "text" : output, surroundings);
    throw error;
  });
  printerOf(output, surroundings)((columns) => driftText(found, columns));
}

async function carryOutHealing(
  work: readonly PlannedPlay[],
  { project, output, progress }: HealRun,
  way: { readonly context: DeployContext; readonly relay: Relay },
  surroundings: Surroundings,
): Promise<Carried> {
  if (work.length === 0) return { exitCode: EXIT.done, reports: [] };
  const plan = { environment: project.environment, plays: work };
  surroundings.logbook.note({ plan });
  printerOf(output, surroundings)((columns) => [[], ...healAnnouncement(plan, columns), []]);
  const display = { output: output === "text" ? "text" : "none", progress } as const;
  return await carryOutShown(plan, display, way, surroundings);
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
