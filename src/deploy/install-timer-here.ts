/** The timer on this machine: the same script that hosts run, given to this machine's shell. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { TimerUnits } from "../core/timer/timer-units.ts";
import { scripts } from "../host/scripts.ts";
import {
  decodeOutcome,
  encodeInstall,
  encodeRemove,
  type TimerOutcome,
  type TimerPlace,
} from "../host/timer-answer.ts";

const LIMIT_MILLISECONDS = 60_000;

/** Writes the pair, enables and starts it, or leaves what was there. nonce: 32 hex digits. */
export async function installTimerHere(
  place: TimerPlace,
  units: TimerUnits,
  nonce: string,
): Promise<TimerOutcome> {
  return await order(nonce, encodeInstall(nonce, place, units));
}

/** Stops it and takes it away. */
export async function removeTimerHere(place: TimerPlace, nonce: string): Promise<TimerOutcome> {
  return await order(nonce, encodeRemove(nonce, place));
}

/**
 * The script on the shell's command line, as it is in this program; everything that varies on its standard
 * input.
 */
async function order(nonce: string, input: string): Promise<TimerOutcome> {
  const child = spawn("/bin/sh", ["-c", scripts.timer.text], {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: LIMIT_MILLISECONDS,
  });
  child.stdin.on("error", () => {}); // a script that refuses early does not read to the end
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return decodeOutcome("this machine", nonce, stdout, stderr);
}
