/** timer.sh's question and answer: encoded with checked fields alone, decoded without trusting a byte. */

import { sanitizeLine } from "../core/sanitize.ts";
import type { TimerHost } from "../core/timer/host-ready.ts";
import { TIMER_MARK, type TimerScope, type TimerUnits } from "../core/timer/timer-units.ts";
import { badAnswer, field, framed } from "./frames.ts";

/** Where a pair is to stand. folder: absolute; name: without .service or .timer. */
export type TimerPlace = { readonly scope: TimerScope; readonly folder: string; readonly name: string };

/**
 * What became of an order. lines: each thing done, e.g. "wrote /etc/systemd/system/x.timer". reason: why not,
 * in the machine's words.
 */
export type TimerOutcome =
  | { readonly ok: true; readonly lines: readonly string[]; readonly found: "pair" | "nothing" }
  | { readonly ok: false; readonly lines: readonly string[]; readonly reason: string };

/** Asks what the machine has. project: absolute path of the project on it. */
export function encodeLook(nonce: string, project: string, environment: string): string {
  return encode([nonce, "look", "--system", "/", "-", project, environment]);
}

/** Orders the pair written, enabled and started. */
export function encodeInstall(
  nonce: string,
  { scope, folder, name }: TimerPlace,
  { service, timer }: TimerUnits,
): string {
  if (![service, timer].every((text) => text.startsWith(TIMER_MARK)))
    throw new Error("a unit without its mark could never be removed");
  return `${encode([nonce, "install", `--${scope}`, folder, name])}${base64(service)}\n${base64(timer)}\n`;
}

/** Orders it stopped and taken away. */
export function encodeRemove(nonce: string, { scope, folder, name }: TimerPlace): string {
  return encode([nonce, "remove", `--${scope}`, folder, name, "-", "-"]);
}

/** What the machine has. Throws HostError("host-answer") when the answer is cut off. */
export function decodeLook(host: string, nonce: string, stdout: string, stderr: string): TimerHost {
  const frames = framed(stdout, nonce);
  if (!frames.some(({ word }) => word === "finished"))
    badAnswer(host, "timer.sh's answer is cut off", stderr);
  const fact = (name: string): string =>
    frames
      .find(({ word, rest }) => word === "fact" && rest.startsWith(`${name} `))
      ?.rest.slice(name.length + 1) ?? "";
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

/** What became of an install or a removal. Throws HostError("host-answer") when the answer is cut off. */
export function decodeOutcome(host: string, nonce: string, stdout: string, stderr: string): TimerOutcome {
  const frames = framed(stdout, nonce);
  const lines = frames
    .filter(({ word }) => ["wrote", "removed", "ran"].includes(word))
    .map(({ word, rest }) => `${word} ${clean(rest)}`);
  const trouble = frames.find(({ word }) => word === "refused" || word === "failed");
  const undone = frames.some(({ word }) => word === "undone");
  if (trouble !== undefined) return { ok: false, lines: undone ? [] : lines, reason: clean(trouble.rest) };
  if (frames.some(({ word }) => word === "absent")) return { ok: true, lines: [], found: "nothing" };
  if (frames.at(-1)?.word !== "finished") badAnswer(host, "timer.sh's answer is cut off", stderr);
  return { ok: true, lines, found: "pair" };
}

function encode(fields: readonly string[]): string {
  return fields.map((each) => `${field(each)}\n`).join("");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function clean(text: string): string {
  return sanitizeLine(text).slice(0, 512);
}

/** A path that goes into a unit file is one of plain characters, or none. */
function absolute(path: string): string | null {
  return /^\/[A-Za-z0-9._@:+=,/-]{1,1024}$/.test(path) ? path : null;
}
