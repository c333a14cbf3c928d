/**
 * Matches a regular expression in time that is in proportion to expression × text, whatever they are: all
 * ways are followed at once, a step for each character.
 */
import { parseRegex, RegexMistake, type RegexPart } from "./regex-syntax.ts";

/** A test whether a text begins with what the expression matches, or why it is none. */
export type CompiledRegex =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly reason: string };

const MAX_STEPS = 20_000;

/** Compiles an expression in Python's syntax. */
export function compileRegex(text: string): CompiledRegex {
  try {
    const program = compile(parseRegex(text), "forwards");
    const lead = leadOf(text);
    return {
      ok: true,
      test: (subject) => {
        if (!subject.startsWith(lead)) return false;
        const codes = Array.from(subject, (character) => character.codePointAt(0) ?? 0);
        return run(program, codes, "at the start");
      },
    };
  } catch (error) {
    if (error instanceof RegexMistake) return { ok: false, reason: error.message };
    throw error;
  }
}

/** What every match begins with, so that most names of a fleet are told apart at once. */
function leadOf(text: string): string {
  const [word = ""] = /^[A-Za-z0-9_-]*/.exec(text) ?? [];
  if (text.includes("|")) return "";
  return /[*+?{]/.test(text.charAt(word.length)) ? word.slice(0, -1) : word;
}

type RegexStep =
  | { readonly kind: "set"; readonly fits: (code: number) => boolean }
  | { readonly kind: "fork"; to: number; readonly also: number }
  | { readonly kind: "at"; readonly holds: (codes: readonly number[], at: number) => boolean }
  | { readonly kind: "look"; readonly program: Program; readonly behind: boolean; readonly negated: boolean }
  | { readonly kind: "end" };
type Program = { readonly steps: readonly RegexStep[]; readonly way: Way };
type Way = "forwards" | "backwards";

/** A lookahead is matched backwards, from every place at once, so that it takes one walk for all of them. */
function compile(part: RegexPart, way: Way): Program {
  const steps: RegexStep[] = [];
  emit(part, way, steps);
  steps.push({ kind: "end" });
  return { steps, way };
}

function push(steps: RegexStep[], step: RegexStep): void {
  if (steps.length >= MAX_STEPS) throw new RegexMistake("it is too large once its repeats are written out");
  steps.push(step);
}

function emit(part: RegexPart, way: Way, steps: RegexStep[]): void {
  switch (part.kind) {
    case "set":
    case "at":
      push(steps, part);
      break;
    case "look": {
      const program = compile(part.part, part.behind ? "forwards" : "backwards");
      push(steps, { kind: "look", program, behind: part.behind, negated: part.negated });
      break;
    }
    case "sequence":
      for (const each of way === "forwards" ? part.parts : part.parts.toReversed()) emit(each, way, steps);
      break;
    case "choice":
      emitChoice(part.parts, way, steps);
      break;
    case "repeat":
      emitRepeat(part, way, steps);
  }
}

function emitChoice(parts: readonly RegexPart[], way: Way, steps: RegexStep[]): void {
  const exits: Extract<RegexStep, { kind: "fork" }>[] = [];
  for (const [index, part] of parts.entries()) {
    const fork = { kind: "fork" as const, to: 0, also: steps.length + 1 };
    if (index < parts.length - 1) push(steps, fork);
    emit(part, way, steps);
    const exit = { kind: "fork" as const, to: 0, also: -1 };
    push(steps, exit);
    exits.push(exit);
    fork.to = steps.length;
  }
  for (const exit of exits) exit.to = steps.length;
}

function emitRepeat(part: Extract<RegexPart, { kind: "repeat" }>, way: Way, steps: RegexStep[]): void {
  for (let count = 0; count < part.least; count++) {
    push(steps, { kind: "fork", to: steps.length + 1, also: -1 });
    emit(part.part, way, steps);
  }
  if (part.most === Number.POSITIVE_INFINITY) {
    const start = steps.length;
    const fork = { kind: "fork" as const, to: 0, also: start + 1 };
    push(steps, fork);
    emit(part.part, way, steps);
    push(steps, { kind: "fork", to: start, also: -1 });
    fork.to = steps.length;
    return;
  }
  const forks: Extract<RegexStep, { kind: "fork" }>[] = [];
  for (let count = part.least; count < part.most; count++) {
    const fork = { kind: "fork" as const, to: 0, also: steps.length + 1 };
    push(steps, fork);
    forks.push(fork);
    emit(part.part, way, steps);
  }
  for (const fork of forks) fork.to = steps.length;
}

type Looks = Map<RegexStep, readonly boolean[]>;

function run(program: Program, codes: readonly number[], from: "at the start"): boolean {
  return walk(program, codes, from).includes(true);
}

/** For each place whether a match ends there, which began at the start alone or at any place. */
function walk(
  { steps, way }: Program,
  codes: readonly number[],
  from: "at the start" | "anywhere",
): boolean[] {
  const ends: boolean[] = new Array<boolean>(codes.length + 1).fill(false);
  const looks: Looks = new Map();
  const reached = new Int32Array(steps.length).fill(-1);
  let active: number[] = [];
  for (let count = 0; count <= codes.length; count++) {
    const at = way === "forwards" ? count : codes.length - count;
    const closed: number[] = [];
    const entries = count === 0 || from === "anywhere" ? [...active, 0] : active;
    for (const entry of entries) follow(entry, { steps, codes, at, count, looks, reached, closed });
    if (closed.some((index) => steps[index]?.kind === "end")) {
      ends[at] = true;
      if (from === "at the start") return ends;
    }
    const code = codes[way === "forwards" ? at : at - 1];
    if (code === undefined) break;
    active = closed.flatMap((index) => {
      const step = steps[index];
      return step?.kind === "set" && step.fits(code) ? [index + 1] : [];
    });
    if (active.length === 0 && from === "at the start") break;
  }
  return ends;
}

type Closing = {
  readonly steps: readonly RegexStep[];
  readonly codes: readonly number[];
  readonly at: number;
  readonly count: number;
  readonly looks: Looks;
  readonly reached: Int32Array;
  readonly closed: number[];
};

/** Everything that is reached from a step without taking a character. */
function follow(entry: number, closing: Closing): void {
  const { steps, codes, at, count, reached, closed } = closing;
  const waiting = [entry];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const step = steps[index];
    if (step === undefined || reached[index] === count) continue;
    reached[index] = count;
    if (step.kind === "fork") waiting.push(...(step.also < 0 ? [step.to] : [step.to, step.also]));
    else if (step.kind === "at" ? step.holds(codes, at) : step.kind === "look" && looksRight(step, closing))
      waiting.push(index + 1);
    else if (step.kind === "set" || step.kind === "end") closed.push(index);
  }
}

function looksRight(step: Extract<RegexStep, { kind: "look" }>, { codes, at, looks }: Closing): boolean {
  const found = looks.get(step) ?? walk(step.program, codes, "anywhere");
  looks.set(step, found);
  return found[at] !== step.negated;
}
