/** The timer on this machine: the same script that hosts run, given to this machine's shell. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { TimerUnits } from "../core/timer/timer-units.ts";
import { readAnswer, writeQuestion } from "../host/question.ts";
import {
  type TimerChange,
  type TimerOutcome,
  type TimerPlace,
  timerChangeQuestion,
} from "../host/timer-answer.ts";

/** Writes the pair, enables and starts it, or leaves what was there. nonce: 32 hex digits. */
export async function installTimerHere(
  place: TimerPlace,
  units: TimerUnits,
  nonce: string,
): Promise<TimerOutcome> {
  return await ask({ place, units }, nonce);
}

/** Stops it and takes it away. */
export async function removeTimerHere(place: TimerPlace, nonce: string): Promise<TimerOutcome> {
  return await ask({ place, units: null }, nonce);
}

/**
 * The script on the shell's command line, as it is in this program; everything that varies on its standard
 * input.
 */
async function ask(order: TimerChange, nonce: string): Promise<TimerOutcome> {
  const { script, limits } = timerChangeQuestion;
  const child = spawn("/bin/sh", ["-c", script.text], {
    stdio: ["pipe", "pipe", "pipe"],
    timeout: limits.timeoutMilliseconds,
  });
  child.stdin.on("error", () => {}); // a script that refuses early does not read to the end
  child.stdin.end(writeQuestion(timerChangeQuestion, order, nonce));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return readAnswer(timerChangeQuestion, order, { host: "this machine", nonce, stdout, stderr });
}
