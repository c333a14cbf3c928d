/** What every way of installing a timer is given, and what all of them make of it. */
import { dirname, resolve } from "node:path";
import { SvcdeployError, UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import type { Every } from "../../core/timer/every.ts";
import {
  makeTimerUnits,
  TIMER_STATE,
  type TimerScope,
  type TimerUnits,
} from "../../core/timer/timer-units.ts";
import { stateBase } from "../../store/told-state.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { INSTALL_TIMER } from "../options/by-command.ts";
import type { Surroundings } from "../surroundings.ts";
import { type PathThere, timeoutSeconds } from "./timer-command.ts";

/** The options, and what of the project they are for; name: of the units, without their type. */
export type InstallOrder = {
  readonly options: OptionValues<typeof INSTALL_TIMER>;
  readonly surroundings: Surroundings;
  readonly project: Project;
  readonly every: Every;
  readonly about: string;
  readonly name: string;
};

const SYSTEM_STATE = `/var/lib/${TIMER_STATE}`;

/**
 * Where the runs keep their state; the machine's own service may write nowhere but into the folder that
 * systemd makes for it. Throws UsageError.
 */
export async function stateOf(
  { options: { state: given }, surroundings }: InstallOrder,
  scope: TimerScope | "cron",
): Promise<string> {
  if (scope !== "system")
    return given === null
      ? stateBase(surroundings.environment)
      : resolve(surroundings.workingDirectory, given);
  if (given !== null)
    throw new UsageError(
      `--state ${given}: the machine's own timer keeps its state in ${SYSTEM_STATE}`,
      "Leave --state out.",
    );
  return SYSTEM_STATE;
}

/** Who runs the command, and how a path that was typed is one of that machine. */
export type TimerRuns = {
  readonly command: readonly string[];
  readonly scope: TimerScope;
  readonly home: string | null;
  readonly path: PathThere;
};

/** The service and the timer. Throws UsageError for what no unit can be made of. */
export function unitsOf(
  { options: { prometheus, timeout }, every, about }: InstallOrder,
  { command, scope, home, path }: TimerRuns,
): TimerUnits {
  const writable = prometheus === null ? [] : [dirname(path(prometheus, "prometheus"))];
  const units = makeTimerUnits({
    scope,
    about,
    every,
    command,
    home,
    writable,
    timeoutSeconds: timeoutSeconds(timeout, every),
  });
  if ("problem" in units) throw new UsageError(units.problem);
  return units;
}

/** A host, or this machine, would not have it. */
export function refused(message: string, hint: string): SvcdeployError {
  return new SvcdeployError("host-step", message, { hint });
}
