/** The timer on a host of the inventory: what it has, then install or remove, over one connection. */
import { HostError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { judgeTimerHost, type TimerProgram } from "../core/timer/host-ready.ts";
import type { TimerUnits } from "../core/timer/timer-units.ts";
import {
  type TimerOutcome,
  type TimerPlace,
  timerChangeQuestion,
  timerLookQuestion,
} from "../host/timer-answer.ts";
import { ask, askHost, connected } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/** What is to be on the host: units are made when node and svcdeploy were found there. */
export type HostTimer = {
  readonly host: Host;
  readonly place: TimerPlace;
  readonly project: string;
  readonly environment: string;
  readonly makeUnits: (program: TimerProgram) => TimerUnits;
};

/**
 * Installs it. Throws ConnectError, and HostError("unsupported-host") that names everything the host lacks.
 */
export async function installTimerOn(timer: HostTimer, context: DeployContext): Promise<TimerOutcome> {
  return await connected(timer.host, context, async (remote) => {
    const program = judgeTimerHost(await ask(remote, timerLookQuestion, timer, context), timer);
    if ("lacks" in program) throw notReady(timer.host, program.lacks);
    const order = { place: timer.place, units: timer.makeUnits(program) };
    return await ask(remote, timerChangeQuestion, order, context);
  });
}

/** Takes it away. Throws ConnectError and HostError. */
export async function removeTimerOn(
  host: Host,
  place: TimerPlace,
  context: DeployContext,
): Promise<TimerOutcome> {
  return await askHost(host, timerChangeQuestion, { place, units: null }, context);
}

function notReady(host: Host, lacks: readonly string[]): HostError {
  const list = lacks.map((lack) => `\n    ${lack}`).join("");
  return new HostError("unsupported-host", host.name, `${host.name} cannot run drift on a schedule:${list}`, {
    hint:
      "Nothing was changed there. Without --on the timer runs on this machine and checks that " +
      "host over SSH.",
  });
}
