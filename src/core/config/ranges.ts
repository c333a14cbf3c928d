/** Ranges in host names and values, as Ansible writes them: web[1:3], web[01:10:2], db-[a:c]. */
import type { Tree } from "../model/declared.ts";

const RANGE = /\[(?:(\d+):(\d+)|([a-z]):([a-z])|([A-Z]):([A-Z]))(?::(\d+))?\]/;
const MAX_NAMES = 10_000;
const MAX_COPIED = 1_000_000;

/**
 * All texts a text with ranges stands for, in order (one without ranges: itself), or why the range is none.
 */
export type ExpandedRanges =
  | { readonly ok: true; readonly texts: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Expands every range of a text; with several, the last one runs fastest. */
export function expandRanges(text: string): ExpandedRanges {
  const match = RANGE.exec(text);
  if (match === null) return { ok: true, texts: [text] };
  const steps = stepsOf(match);
  if (!steps.ok) return steps;
  const rest = expandRanges(text.slice(match.index + match[0].length));
  if (!rest.ok) return rest;
  if (steps.texts.length * rest.texts.length > MAX_NAMES)
    return { ok: false, reason: `the range ${match[0]} gives more than ${MAX_NAMES} names` };
  const lead = text.slice(0, match.index);
  return {
    ok: true,
    texts: steps.texts.flatMap((step) => rest.texts.map((tail) => `${lead}${step}${tail}`)),
  };
}

/** The value of each of several hosts, or why there is none. */
export type Zipped =
  | { readonly ok: true; readonly trees: readonly Tree[] }
  | { readonly ok: false; readonly reason: string };

/**
 * A host's value for each of its `count` names: ranges in its texts zip with the names. Without a range all
 * share the one value.
 */
export function zipRanges(tree: Tree, count: number): Zipped {
  const reasons: string[] = [];
  const template = prepare(tree, count, reasons);
  const [reason] = reasons;
  if (reason !== undefined) return { ok: false, reason };
  if (template.pick !== null && template.size * count > MAX_COPIED)
    return { ok: false, reason: "the ranges come to more values than an inventory may hold" };
  return {
    ok: true,
    trees: Array.from({ length: count }, (_, index) =>
      template.pick === null ? tree : template.pick(index),
    ),
  };
}

/** pick null: no range inside, the same for every host. size: values inside. */
type Prepared = { readonly pick: ((index: number) => Tree) | null; readonly size: number };

function prepare(tree: Tree, count: number, reasons: string[]): Prepared {
  if (typeof tree === "string") return prepareText(tree, count, reasons);
  if (tree === null || typeof tree !== "object") return { pick: null, size: 1 };
  const parts = Object.entries(tree).map(([key, value]) => ({
    key,
    value,
    part: prepare(value, count, reasons),
  }));
  const size = parts.reduce((sum, { part }) => sum + part.size, 1);
  if (parts.every(({ part }) => part.pick === null)) return { pick: null, size };
  const values = (index: number) =>
    parts.map(({ key, value, part }): [string, Tree] => [key, part.pick === null ? value : part.pick(index)]);
  if (Array.isArray(tree)) return { pick: (index) => values(index).map(([, value]) => value), size };
  return { pick: (index) => Object.assign(Object.create(null), Object.fromEntries(values(index))), size };
}

function prepareText(text: string, count: number, reasons: string[]): Prepared {
  if (!RANGE.test(text)) return { pick: null, size: 1 };
  const expansion = expandRanges(text);
  if (!expansion.ok) {
    reasons.push(expansion.reason);
    return { pick: null, size: 1 };
  }
  const { texts } = expansion;
  if (texts.length !== count)
    reasons.push(
      `the range in "${text}" gives ${texts.length} values for ${count} host${count === 1 ? "" : "s"}`,
    );
  return { pick: (index) => texts[index] ?? "", size: 1 };
}

function stepsOf(match: RegExpExecArray): ExpandedRanges {
  const [whole, firstNumber, lastNumber, firstLower, lastLower, firstUpper, lastUpper, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const refuse = (reason: string): ExpandedRanges => ({ ok: false, reason: `the range ${whole} ${reason}` });
  const letters = firstNumber === undefined;
  const begin = letters ? codeOf(firstLower ?? firstUpper) : Number(firstNumber);
  const end = letters ? codeOf(lastLower ?? lastUpper) : Number(lastNumber);
  const width = firstNumber?.startsWith("0") ? firstNumber.length : 0;
  if (step < 1) return refuse("needs a step of 1 or more");
  if (begin > end) return refuse("runs backwards");
  if (width > 1 && lastNumber?.length !== width)
    return refuse("pads its first number with zeros: both must be equally long");
  if ((end - begin) / step >= MAX_NAMES) return refuse(`gives more than ${MAX_NAMES} names`);
  const texts: string[] = [];
  for (let at = begin; at <= end; at += step)
    texts.push(letters ? String.fromCharCode(at) : String(at).padStart(width, "0"));
  return { ok: true, texts };
}

function codeOf(letter: string | undefined): number {
  return letter?.charCodeAt(0) ?? 0;
}
