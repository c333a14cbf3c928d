/** Ranges in host names and values, as Ansible writes them: web[1:3], web[01:10:2], db-[a:c]. */
import type { Tree } from "../model.ts";
import { isTreeMap } from "./schema-parts.ts";

const RANGE = /\[(?:(\d+):(\d+)|([a-z]):([a-z])|([A-Z]):([A-Z]))(?::(\d+))?\]/;
const MAX_NAMES = 10_000;

/** All texts a text with ranges stands for, in order (one without ranges: itself), or why the range is none. */
export type Expansion = { readonly ok: true; readonly texts: readonly string[] } | { readonly ok: false; readonly reason: string };

/** Expands every range of a text; with several, the last one runs fastest. */
export function expandRanges(text: string): Expansion {
  const match = RANGE.exec(text);
  if (match === null) return { ok: true, texts: [text] };
  const steps = stepsOf(match);
  if (!steps.ok) return steps;
  const rest = expandRanges(text.slice(match.index + match[0].length));
  if (!rest.ok) return rest;
  if (steps.texts.length * rest.texts.length > MAX_NAMES) return { ok: false, reason: `the range ${match[0]} gives more than ${MAX_NAMES} names` };
  const lead = text.slice(0, match.index);
  return { ok: true, texts: steps.texts.flatMap((step) => rest.texts.map((tail) => `${lead}${step}${tail}`)) };
}

/** A host's value for each of its `count` names: ranges in its texts zip with the names. */
export function zipRanges(
  tree: Tree,
  count: number,
): { readonly ok: true; readonly trees: readonly Tree[] } | { readonly ok: false; readonly reason: string } {
  const reasons: string[] = [];
  const trees = Array.from({ length: count }, (_, index) => pick(tree, index, count, reasons));
  const [reason] = reasons;
  return reason === undefined ? { ok: true, trees } : { ok: false, reason };
}

function pick(tree: Tree, index: number, count: number, reasons: string[]): Tree {
  if (typeof tree === "string") return pickText(tree, index, count, reasons);
  if (isTreeMap(tree)) {
    const copy: { [key: string]: Tree } = Object.create(null);
    for (const [key, value] of Object.entries(tree)) copy[key] = pick(value, index, count, reasons);
    return copy;
  }
  return Array.isArray(tree) ? tree.map((item: Tree) => pick(item, index, count, reasons)) : tree;
}

function pickText(text: string, index: number, count: number, reasons: string[]): string {
  if (!RANGE.test(text)) return text;
  const expansion = expandRanges(text);
  if (!expansion.ok) reasons.push(expansion.reason);
  else if (expansion.texts.length !== count)
    reasons.push(`the range in "${text}" gives ${expansion.texts.length} values for ${count} host${count === 1 ? "" : "s"}`);
  return expansion.ok ? (expansion.texts[index] ?? "") : "";
}

function stepsOf(match: RegExpExecArray): Expansion {
  const [whole, firstNumber, lastNumber, firstLower, lastLower, firstUpper, lastUpper, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  const refuse = (reason: string): Expansion => ({ ok: false, reason: `the range ${whole} ${reason}` });
  const letters = firstNumber === undefined;
  const begin = letters ? codeOf(firstLower ?? firstUpper) : Number(firstNumber);
  const end = letters ? codeOf(lastLower ?? lastUpper) : Number(lastNumber);
  const width = firstNumber?.startsWith("0") ? firstNumber.length : 0;
  if (step < 1) return refuse("needs a step of 1 or more");
  if (begin > end) return refuse("runs backwards");
  if (width > 1 && lastNumber?.length !== width) return refuse("pads its first number with zeros: both must be equally long");
  if ((end - begin) / step >= MAX_NAMES) return refuse(`gives more than ${MAX_NAMES} names`);
  const texts: string[] = [];
  for (let at = begin; at <= end; at += step) texts.push(letters ? String.fromCharCode(at) : String(at).padStart(width, "0"));
  return { ok: true, texts };
}

function codeOf(letter: string | undefined): number {
  return letter?.charCodeAt(0) ?? 0;
}
