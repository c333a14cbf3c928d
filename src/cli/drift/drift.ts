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
import type { Arguments } from "../options/arguments.ts";
import type { DRIFT } from "../options/by-command.ts";
import { connectionOf, type ProjectSelection, selectionOf } from "../options/selection.ts";
import { print } from "../print.ts";
import { progressOf } from "../run-shown.ts";
import type { Surroundings } from "../surroundings.ts";
import { countHosts, lookAtHosts } from "../with-hosts.ts";
import { openWorkspace } from "../workspace.ts";
import { asMail, DRIFT_WRITERS, type DriftOutput, exitCodeOfDrift } from "./drift-result.ts";
import { startWatch } from "./drift-watch.ts";
import { type HealRun, heal } from "./heal.ts";
import { healOrder } from "./heal-options.ts";

/**
 * Prints the drift; exit 2 when there is any, never 0 or 2 when a host could not be looked at. With --heal as
 * heal says.
 */
export async function drift(
  { options }: Arguments<typeof DRIFT>,
  surroundings: Surroundings,
): Promise<number> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const healing = healOrder(options);
  // To look needs no file; what is healed may have to be sent.
  const telling = options.cron ? "silent" : "told";
  const use =
    healing === null ? artifactsToCompare(surroundings, telling) : artifactsToSend(surroundings, telling);
  const { project, plays } = await openWorkspace(selection, surroundings, null, use);
  const watch = await startWatch(options, selection, project, surroundings);
  if ("busy" in watch) {
    surroundings.stderr.print([line(watch.busy)]);
    return EXIT.locked;
  }
  const health = options["no-health"] ? "without" : "with";
  const rules = openRules(project.driftIgnore, project.hosts, new Date().toISOString().slice(0, 10));
  const viewOf = (hosts: readonly DriftHost[]): DriftView => ({
    environment: project.environment,
    health,
    hosts,
    rules: notesOn(rules, selection, hosts),
  });
  const output: DriftOutput = options.cron ? "mail" : options.output;
  const how = { health, rules, cutOff: watch.cutOff } as const;
  const order = { project, plays, connection, how, output, viewOf, watch };
  const code = await (healing === null
    ? look(order, surroundings)
    : heal({ ...order, healing, progress: progressOf(options) }, surroundings));
  watch.end();
  return code;
}

async function look(
  { project, plays, connection, how, output, viewOf, watch }: Omit<HealRun, "healing" | "progress">,
  surroundings: Surroundings,
): Promise<number> {
  const wanted = { project, connection, looking: countHosts(plays) };
  const looked = await lookAtHosts(wanted, surroundings, async (context) =>
    lookForDrift(targetsOf(plays), await watch.within(context), { ...how, unfinished: "report" }),
  );
  const view = viewOf(looked.map((each) => each.drift));
  surroundings.logbook.note({ drift: view });
  const writers = { ...DRIFT_WRITERS, mail: asMail(watch.mail) };
  await print(view, writers, output, surroundings);
  await watch.tell(view);
  return exitCodeOfDrift(view);
}

/** That a rule ignored nothing is only known when everything was checked. */
function notesOn(
  rules: Rules,
  { limit, services }: ProjectSelection,
  hosts: readonly DriftHost[],
): RuleNotes {
  const whole = limit === null && services.length === 0 && hosts.every(({ error }) => error === null);
  const ignored = hosts.flatMap((host) => host.ignored);
  return { expired: rules.expired, unmatched: whole ? unmatchedRules(rules, ignored) : [] };
}
