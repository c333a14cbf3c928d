/**
 * `svcdeploy drift`: what on the hosts is not as declared. Reads only and takes no lock on them, unless it is
 * asked to heal.
 */

import type { DriftHost, RuleNotes } from "../../core/drift/host-drift.ts";
import { openRules, type Rules, unmatchedRules } from "../../core/drift/ignore.ts";
import { EXIT } from "../../core/exit-code.ts";
import { targetsOf } from "../../core/target/play-targets.ts";
import { lookForDrift } from "../../deploy/look-for-drift.ts";
import type { DriftView } from "../../report/drift/drift-view.ts";
import { line } from "../../report/lines/text.ts";
import { artifactsToCompare, artifactsToSend } from "../artifacts-to-send.ts";
import { listenForInterrupts } from "../interrupts.ts";
import {
  connectionOf,
  isGiven,
  optionalText,
  progressOf,
  type RawArguments,
  type Selection,
  selectionOf,
} from "../options.ts";
import type { Surroundings } from "../surroundings.ts";
import { announce, makeContext, openWorkspace } from "../workspace.ts";
import { exitCodeOfDrift, printDrift } from "./drift-result.ts";
import { startWatch } from "./drift-watch.ts";
import { type Healing, heal } from "./heal.ts";
import { healOrder } from "./heal-options.ts";

/**
 * Prints the drift; exit 2 when there is any, never 0 or 2 when a host could not be looked at. With --heal as
 * heal says.
 */
export async function drift(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const [selection, connection] = [selectionOf(raw), connectionOf(raw)];
  const healing = healOrder(raw);
  // To look needs no file; what is healed may have to be sent.
  const telling = isGiven(raw, "cron") ? "silent" : "told";
  const use =
    healing === null ? artifactsToCompare(surroundings, telling) : artifactsToSend(surroundings, telling);
  const { project, plays } = await openWorkspace(selection, surroundings, null, use);
  const watch = await startWatch(raw, selection, project, surroundings);
  if ("busy" in watch) {
    surroundings.stderr.print([line(watch.busy)]);
    return EXIT.locked;
  }
  const health = isGiven(raw, "no-health") ? "without" : "with";
  const rules = openRules(project.driftIgnore, project.hosts, new Date().toISOString().slice(0, 10));
  const viewOf = (hosts: readonly DriftHost[]): DriftView => ({
    environment: project.environment,
    health,
    hosts,
    rules: notesOn(rules, selection, hosts),
  });
  const output = isGiven(raw, "cron") ? "mail" : (optionalText(raw, "output") ?? "text");
  const order = { project, plays, connection, looking: { health, rules }, output, viewOf, watch } as const;
  const code = await (healing === null
    ? look(order, surroundings)
    : heal({ ...order, healing, progress: progressOf(raw) }, surroundings));
  watch.end();
  return code;
}

async function look(
  { project, plays, connection, looking, output, viewOf, watch }: Omit<Healing, "healing" | "progress">,
  surroundings: Surroundings,
): Promise<number> {
  const interrupts = listenForInterrupts(surroundings, () => {});
  const context = await watch.within(
    await makeContext(project, connection, { surroundings, interrupts, emit: () => {} }),
  );
  announce(plays, surroundings);
  const looked = await interrupts.abandonable(
    lookForDrift(targetsOf(plays), context, { ...looking, unfinished: "report" }),
  );
  interrupts.stop();
  const view = viewOf(watch.judge(looked.map((each) => each.drift)));
  surroundings.logbook.note({ drift: view });
  const mail = watch.mail(view);
  if (mail === null) await printDrift(view, output, surroundings);
  else surroundings.stdout.print(mail);
  await watch.tell(view);
  return exitCodeOfDrift(view);
}

/** That a rule ignored nothing is only known when everything was looked at. */
function notesOn(rules: Rules, { limit, services }: Selection, hosts: readonly DriftHost[]): RuleNotes {
  const whole = limit === null && services.length === 0 && hosts.every(({ error }) => error === null);
  const ignored = hosts.flatMap((host) => host.ignored);
  return { expired: rules.expired, unmatched: whole ? unmatchedRules(rules, ignored) : [] };
}
