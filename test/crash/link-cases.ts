/** What the part `links` strikes: each stage of a run in each way, each message of its link, and `decide` in each state. */
import { stages } from "../support/events.ts";
import { type SystemdVersion, systemdVersions } from "../support/hosts.ts";

/** How a link is cut: for a moment new connections pass again, for good nothing passes until all has ended. */
export const CUTS = ["reset, moment", "silence, moment", "reset, good", "silence, good"] as const;
/** How a run is struck: its link is cut, it is killed, or the host loses its power and starts again. */
export const STRIKES = [...CUTS, "controller killed", "host killed"] as const;
/** One of them. */
export type Strike = (typeof STRIKES)[number];
/** Where a run is struck. The undo is that of a service that does not start. */
export const STAGES = [...stages, "undo ROLLINGBACK"] as const;
/** States of a transaction that decide.sh is asked in; the first six are held, the others are those that it ended in. */
export const STATES = [
  "STAGED",
  "PREPARED",
  "APPLYING",
  "RESTARTING",
  "AWAIT",
  "ROLLINGBACK",
  "CONFIRMED",
  "ROLLEDBACK",
  "REFUSED",
  "ROLLBACK_FAILED",
  "GONE",
] as const;
/** A run without a fault has 80 messages at least. */
const MESSAGES = 80;

/** What is decided, as decide.sh reads it. */
export type Word = "confirmed" | "rollback";
/** One case. */
export type LinkCase =
  | { readonly kind: "stage"; readonly stage: (typeof STAGES)[number]; readonly strike: Strike }
  | { readonly kind: "message"; readonly message: number; readonly strike: (typeof CUTS)[number] }
  | { readonly kind: "decide"; readonly state: (typeof STATES)[number]; readonly word: Word };

const OF_STAGES = STAGES.length * STRIKES.length;
const OF_STATES = STATES.length * 2;
/** So many cases are one turn: every stage in every way, every state by both words, every message in one way. */
export const ONE_TURN = OF_STAGES + OF_STATES + MESSAGES;

/** The case of a number. In the next turn, as by the next seed, each message is cut in the next way. */
export function linkCase(seed: number, number: number): LinkCase {
  const at = number % ONE_TURN;
  const turn = seed + Math.floor(number / ONE_TURN);
  if (at < OF_STAGES)
    return {
      kind: "stage",
      stage: pick(STAGES, Math.floor(at / STRIKES.length)),
      strike: pick(STRIKES, at),
    };
  const state = at - OF_STAGES;
  if (state < OF_STATES)
    return {
      kind: "decide",
      state: pick(STATES, Math.floor(state / 2)),
      word: state % 2 === 0 ? "confirmed" : "rollback",
    };
  const message = state - OF_STATES;
  return { kind: "message", message: message + 1, strike: pick(CUTS, message + turn) };
}

/** The systemd of its host: no way of striking meets one of them alone. */
export function versionOf(seed: number, number: number): SystemdVersion {
  return pick(systemdVersions, number + Math.floor(number / STRIKES.length) + seed);
}

/** So many numbers: all of a turn, or evenly spread over one where they are fewer. */
export function numbersOf(races: number): readonly number[] {
  const step = Math.max(1, ONE_TURN / races);
  return Array.from({ length: races }, (_, index) => Math.floor(index * step));
}

/** A case in words. */
export function describeCase(one: LinkCase): string {
  if (one.kind === "decide") return `${one.word} asked in ${one.state}`;
  return `${one.kind === "stage" ? one.stage : `message ${one.message}`}: ${one.strike}`;
}

function pick<Value>(all: readonly Value[], index: number): Value {
  const found = all[index % all.length];
  if (found === undefined) throw new Error("there is none to pick from");
  return found;
}
