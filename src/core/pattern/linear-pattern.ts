/**
 * Patterns that take time in proportion to the text, whatever both are: a subset of regular expressions, run
 * as a set of states side by side (Thompson 1968, with Pike's one saved group). No back references, no looks
 * ahead or behind.
 */
import { NoPattern, type PatternPart, readParts, type Test } from "./read-pattern.ts";

/** One step of a program; those without a character are taken at once. */
type PatternStep =
  | { readonly op: "char"; readonly test: Test }
  | { readonly op: "edge"; readonly edge: "start" | "end" }
  | { readonly op: "fork"; readonly to: readonly number[] }
  | { readonly op: "save"; readonly which: "from" | "to" }
  | { readonly op: "found" };

/** A pattern, ready to be looked for. */
export type LinearPattern = { readonly steps: readonly PatternStep[]; readonly hasGroup: boolean };

const MAX_STEPS = 1000;

/** Reads a pattern; reason: why it is none, for the end of a sentence. */
export function parsePattern(
  text: string,
): { readonly ok: true; readonly pattern: LinearPattern } | { readonly ok: false; readonly reason: string } {
  try {
    const { whole, hasGroup } = readParts(text);
    const steps: PatternStep[] = [];
    write(whole, steps);
    steps.push({ op: "found" });
    return { ok: true, pattern: { steps, hasGroup } };
  } catch (error) {
    if (error instanceof NoPattern) return { ok: false, reason: error.message };
    throw error;
  }
}

function write(part: PatternPart, steps: PatternStep[]): void {
  if (steps.length > MAX_STEPS) throw new NoPattern("its repetitions come to too much");
  switch (part.kind) {
    case "char":
      steps.push({ op: "char", test: part.test });
      return;
    case "edge":
      steps.push({ op: "edge", edge: part.edge });
      return;
    case "row":
      for (const each of part.parts) write(each, steps);
      return;
    case "group":
      steps.push({ op: "save", which: "from" });
      write(part.part, steps);
      steps.push({ op: "save", which: "to" });
      return;
    case "either":
      writeEither(part.parts, steps);
      return;
    case "repeat":
      for (let count = 0; count < part.least; count++) write(part.part, steps);
      if (part.most === Number.POSITIVE_INFINITY) writeLoop(part.part, steps);
      else writeOptional(part.part, part.most - part.least, steps);
  }
}

function writeEither(parts: readonly PatternPart[], steps: PatternStep[]): void {
  const [first, ...rest] = parts;
  if (first === undefined) return;
  if (rest.length === 0) {
    write(first, steps);
    return;
  }
  const fork = steps.push({ op: "fork", to: [] }) - 1;
  write(first, steps);
  const jump = steps.push({ op: "fork", to: [] }) - 1;
  steps[fork] = { op: "fork", to: [fork + 1, steps.length] };
  writeEither(rest, steps);
  steps[jump] = { op: "fork", to: [steps.length] };
}

function writeLoop(part: PatternPart, steps: PatternStep[]): void {
  const fork = steps.push({ op: "fork", to: [] }) - 1;
  write(part, steps);
  steps.push({ op: "fork", to: [fork] });
  steps[fork] = { op: "fork", to: [fork + 1, steps.length] };
}

function writeOptional(part: PatternPart, count: number, steps: PatternStep[]): void {
  if (count <= 0) return;
  const fork = steps.push({ op: "fork", to: [] }) - 1;
  write(part, steps);
  writeOptional(part, count - 1, steps);
  steps[fork] = { op: "fork", to: [fork + 1, steps.length] };
}

type Thread = { readonly at: number; readonly begin: number; readonly from: number; readonly to: number };

/**
 * The first place where the pattern fits, and there what comes first by the pattern: the text of its first
 * group, or all of it where it has none. ^ and $ are at the ends of each line. Null: nowhere.
 */
export function findPattern({ steps, hasGroup }: LinearPattern, text: string): string | null {
  const chars = [...text];
  let found: Thread | null = null;
  let threads: readonly Thread[] = [];
  for (let at = 0; at <= chars.length; at++) {
    const begun = found === null ? [...threads, { at: 0, begin: at, from: -1, to: -1 }] : threads;
    const reached = follow(steps, begun, chars, at);
    const end = reached.findIndex((thread) => steps[thread.at]?.op === "found");
    const hit = reached[end];
    if (hit !== undefined) found = { ...hit, at };
    const alive = end < 0 ? reached : reached.slice(0, end);
    const char = chars[at];
    threads = alive.flatMap((thread) => {
      const step = steps[thread.at];
      const passes = char !== undefined && step?.op === "char" && step.test(char);
      return passes ? [{ ...thread, at: thread.at + 1 }] : [];
    });
    if (found !== null && threads.length === 0) break;
  }
  if (found === null) return null;
  if (!hasGroup) return chars.slice(found.begin, found.at).join("");
  return found.from < 0 || found.to < 0 ? null : chars.slice(found.from, found.to).join("");
}

/** All threads at a character or the end, those that come first by the pattern first; each step once. */
function follow(
  steps: readonly PatternStep[],
  threads: readonly Thread[],
  chars: readonly string[],
  at: number,
): readonly Thread[] {
  const seen = new Set<number>();
  const reached: Thread[] = [];
  const open = threads.toReversed();
  for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
    const step = steps[thread.at];
    if (step === undefined || seen.has(thread.at)) continue;
    seen.add(thread.at);
    const next = { ...thread, at: thread.at + 1 };
    if (step.op === "fork") for (const to of step.to.toReversed()) open.push({ ...thread, at: to });
    else if (step.op === "save") open.push({ ...next, [step.which]: at });
    else if (step.op === "edge") {
      const beside = step.edge === "start" ? chars[at - 1] : chars[at];
      if (beside === undefined || beside === "\n") open.push(next);
    } else reached.push(thread);
  }
  return reached;
}
