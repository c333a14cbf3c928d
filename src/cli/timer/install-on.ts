/** The timer of a host of the inventory. */

import { UsageError } from "../../core/errors.ts";
import type { Host } from "../../core/model/declared.ts";
import type { TimerProgram } from "../../core/timer/host-ready.ts";
import type { TimerUnits } from "../../core/timer/timer-units.ts";
import { UNIT_FOLDER } from "../../core/unit-file/unit-search.ts";
import type { DeployContext } from "../../deploy/context.ts";
import { installTimerOn, removeTimerOn } from "../../deploy/install-timer.ts";
import { installedText, removedText } from "../../report/timer-text.ts";
import { connectionOf } from "../options/selection.ts";
import { withHosts } from "../with-hosts.ts";
import { pathOnHost, timerCommand } from "./timer-command.ts";
import { type InstallOrder, refused, stateOf, unitsOf } from "./timer-order.ts";

/**
 * Installs the timer on the host of this name; folder: the project's there. Throws UsageError, and
 * SvcdeployError when the host would not.
 */
export async function installOn(order: InstallOrder, on: string, folder: string): Promise<void> {
  const { options, surroundings, project, name, every, about } = order;
  const host = hostOf(order, on);
  const place = { scope: "system", folder: UNIT_FOLDER, name } as const;
  const there = pathOnHost(folder, "project-on");
  const state = await stateOf(order, "system");
  const makeUnits = ({ node, program, home }: TimerProgram): TimerUnits => {
    const start = { node, main: program, project: there, state };
    const command = timerCommand(options, start, pathOnHost, every);
    return unitsOf(order, { command, scope: "system", home, path: pathOnHost });
  };
  const installing = { host, project: there, environment: project.environment, place, makeUnits };
  const outcome = await connected(order, (context) => installTimerOn(installing, context));
  if (!outcome.ok)
    throw refused(
      `${host.name}: the timer was not installed: ${outcome.reason}`,
      "Nothing was changed there.",
    );
  surroundings.stdout.print(
    installedText({ lines: outcome.lines, about, every: every.text, name, scope: "system", host: host.name }),
  );
}

/** Removes it, or says that there is none. Throws UsageError, and SvcdeployError. */
export async function removeOn(order: InstallOrder, on: string): Promise<void> {
  const host = hostOf(order, on);
  const place = { scope: "system", folder: UNIT_FOLDER, name: order.name } as const;
  const outcome = await connected(order, (context) => removeTimerOn(host, place, context));
  if (!outcome.ok)
    throw refused(
      `${on}: the timer was not removed: ${outcome.reason}`,
      "Check the file, and remove it by hand if you do not need it.",
    );
  const lines = outcome.found === "nothing" ? null : outcome.lines;
  order.surroundings.stdout.print(removedText(lines, `${place.folder}/${order.name}.timer`));
}

async function connected<Result>(
  { options, project, surroundings }: InstallOrder,
  work: (context: DeployContext) => Promise<Result>,
): Promise<Result> {
  return await withHosts({ project, connection: connectionOf(options), looking: null }, surroundings, work);
}

function hostOf({ project }: InstallOrder, name: string): Host {
  const host = project.hosts.find((each) => each.name === name);
  if (host !== undefined) return host;
  throw new UsageError(`--on ${name}: the inventory of ${project.environment} has no host of that name`);
}
