/** timer.sh's question and answer: encoded with checked fields alone, decoded without trusting a byte. */

import { sanitizeLine } from "../core/sanitize.ts";
import type { TimerHost } from "../core/timer/host-ready.ts";
import { TIMER_MARK, type TimerScope, type TimerUnits } from "../core/timer/timer-units.ts";
import { field } from "./frames.ts";
import { type Question, type Reply, refuseAnswer } from "./question.ts";
import { scripts } from "./scripts.ts";

/** Where a pair is to stand. folder: absolute; name: without .service or .timer. */
export type TimerPlace = { readonly scope: TimerScope; readonly folder: string; readonly name: string };

/**
 * What became of an order. lines: each thing done, e.g. "wrote /etc/systemd/system/x.timer". reason: why not,
 * in the machine's words.
 */
export type TimerOutcome =
  | { readonly ok: true; readonly lines: readonly string[]; readonly found: "pair" | "nothing" }
  | { readonly ok: false; readonly lines: readonly string[]; readonly reason: string };

/** project: absolute path of the project on the machine. */
export type TimerLook = { readonly project: string; readonly environment: string };

const asked = {
  script: scripts.timer,
  about: "its timer",
  limits: { timeoutMilliseconds: 60_000 },
} as const;

/** What the machine has of what a timer there needs. */
export const timerLookQuestion: Question<TimerLook, TimerHost> = {
  ...asked,
  frame: { lastWords: ["finished"] },
  encode: ({ project, environment }) => fields("look", "--system", "/", "-", project, environment),
  decode: decodeLook,
};

/** Orders a pair written, enabled and started; units null: stopped and removed. */
export type TimerChange = { readonly place: TimerPlace; readonly units: TimerUnits | null };

/** Installs or removes a timer; what could not be finished is undone. */
export const timerChangeQuestion: Question<TimerChange, TimerOutcome> = {
  ...asked,
  frame: { lastWords: ["finished", "absent", "refused", "failed", "undone"] },
  encode: encodeOrder,
  decode: decodeOutcome,
};

function encodeOrder({ place: { scope, folder, name }, units }: TimerChange): string {
  if (units === null) return fields("remove", `--${scope}`, folder, name, "-", "-");
  if (![units.service, units.timer].every((text) => text.startsWith(TIMER_MARK)))
    throw new Error("a unit without its mark could never be removed");
  const pair = `${base64(units.service)}\n${base64(units.timer)}\n`;
  return `${fields("install", `--${scope}`, folder, name)}${pair}`;
}

function decodeLook({ lines }: Reply): TimerHost {
  const fact = (name: string): string => {
    const start = `fact ${name} `;
    return lines.find((text) => text.startsWith(start))?.slice(start.length) ?? "";
  };
  return {
    uid: clean(fact("uid")),
    home: absolute(fact("home")),
    systemd: fact("systemd") === "yes",
    node: absolute(fact("node")),
    nodeVersion: clean(fact("version")),
    program: absolute(fact("program")),
    programVersion: clean(fact("answers")),
    project: fact("project") === "yes",
    environment: fact("environment") === "yes",
  };
}

function decodeOutcome(reply: Reply): TimerOutcome {
  const of = (...words: readonly string[]): readonly string[] =>
    reply.lines.filter((text) => words.includes(text.slice(0, text.indexOf(" "))));
  const [trouble] = of("refused", "failed");
  const done = of("wrote", "removed", "ran").map(clean);
  if (trouble !== undefined) {
    const reason = clean(trouble.slice(trouble.indexOf(" ") + 1));
    return { ok: false, lines: of("undone").length > 0 ? [] : done, reason };
  }
  if (of("absent").length > 0) return { ok: true, lines: [], found: "nothing" };
  if (of("undone").length > 0) refuseAnswer(reply, "the answer about its timer is cut off");
  return { ok: true, lines: done, found: "pair" };
}

function fields(...each: readonly string[]): string {
  return each.map((one) => `${field(one)}\n`).join("");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function clean(text: string): string {
  return sanitizeLine(text).slice(0, 512);
}

/** A path that is written into a unit file has plain characters only. */
function absolute(path: string): string | null {
  return /^\/[A-Za-z0-9._@:+=,/-]{1,1024}$/.test(path) ? path : null;
}
