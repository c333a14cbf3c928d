/** The timer on a host of the inventory: what it has, then install or remove, over one connection. */
import { HostError } from "../core/errors.ts";
import type { Host } from "../core/model/declared.ts";
import { judgeTimerHost, type TimerProgram } from "../core/timer/host-ready.ts";
import type { TimerUnits } from "../core/timer/timer-units.ts";
import { scripts } from "../host/scripts.ts";
import {
  decodeLook,
  decodeOutcome,
  encodeInstall,
  encodeLook,
  encodeRemove,
  type TimerOutcome,
  type TimerPlace,
} from "../host/timer-answer.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";

/** What shall stand on the host: units are made when node and svcdeploy were found there. */
export type HostTimer = {
  readonly host: Host;
  readonly place: TimerPlace;
  readonly project: string;
  readonly environment: string;
  readonly makeUnits: (program: TimerProgram) => TimerUnits;
};

const LIMIT_MILLISECONDS = 60_000;

/**
 * Installs it. Throws ConnectError, and HostError("unsupported-host") that names everything the host lacks.
 */
export async function installTimerOn(timer: HostTimer, context: DeployContext): Promise<TimerOutcome> {
  return await connected(timer.host, context, async (remote) => {
    const looked = await ask(remote, encodeLook(context.newId(), timer.project, timer.environment));
    const program = judgeTimerHost(
      decodeLook(timer.host.name, looked.nonce, looked.stdout, looked.stderr),
      timer,
    );
    if ("lacks" in program) throw notReady(timer.host, program.lacks);
    return await order(remote, encodeInstall(context.newId(), timer.place, timer.makeUnits(program)));
  });
}

/** Takes it away. Throws ConnectError and HostError. */
export async function removeTimerOn(
  host: Host,
  place: TimerPlace,
  context: DeployContext,
): Promise<TimerOutcome> {
  return await connected(host, context, (remote) => order(remote, encodeRemove(context.newId(), place)));
}

async function connected<Result>(
  host: Host,
  context: DeployContext,
  work: (remote: Remote) => Promise<Result>,
): Promise<Result> {
  const remote = await context.connector.connect(host);
  try {
    return await work(remote);
  } finally {
    remote.close();
  }
}

async function order(remote: Remote, input: string): Promise<TimerOutcome> {
  const { nonce, stdout, stderr } = await ask(remote, input);
  return decodeOutcome(remote.host.name, nonce, stdout, stderr);
}

/** The nonce is the first line of every question. */
async function ask(
  remote: Remote,
  input: string,
): Promise<{ readonly nonce: string; readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await remote.run(scripts.timer, {
    input,
    timeoutMilliseconds: LIMIT_MILLISECONDS,
  });
  return { nonce: input.slice(0, input.indexOf("\n")), stdout, stderr };
}

function notReady(host: Host, lacks: readonly string[]): HostError {
  const list = lacks.map((lack) => `\n    ${lack}`).join("");
  return new HostError("unsupported-host", host.name, `${host.name} cannot run drift by itself:${list}`, {
    hint: "Nothing was changed there. Without --on the timer runs on this machine, and looks at that host over SSH.",
  });
}
