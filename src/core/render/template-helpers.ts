/**
 * The helpers of templates: quoting for each target format, and four small questions. Arguments are inert
 * data.
 */
import type { Tree } from "../model/declared.ts";
import { formatExecArgument } from "../unit-file/quote.ts";

/** What a helper gives, or why it cannot. */
export type Answer =
  | { readonly ok: true; readonly value: Tree }
  | { readonly ok: false; readonly reason: string };
type Helper = {
  readonly arity: readonly [least: number, most: number];
  readonly call: (args: readonly Tree[]) => Answer;
};

/** Every helper by its name; `if`, `unless`, `each` and `with` are blocks and live in the evaluator. */
export const HELPERS: ReadonlyMap<string, Helper> = new Map<string, Helper>([
  // A YAML value: text in double quotes, lists and maps in flow style (JSON is YAML 1.2).
  ["yaml", { arity: [1, 1], call: ([value]) => give(asJson(value)) }],
  ["json", { arity: [1, 1], call: ([value]) => give(asJson(value)) }],
  // One word of a POSIX shell.
  ["shell", { arity: [1, 1], call: ([value]) => onText(value, "shell", quoteForShell) }],
  // One argument of an Exec line: systemd reads it back as it is, without specifiers or variables.
  ["systemd", { arity: [1, 1], call: ([value]) => onText(value, "systemd", quoteForSystemd) }],
  ["join", { arity: [1, 2], call: ([list, separator]) => join(list, separator ?? ",") }],
  ["eq", { arity: [2, 2], call: ([left, right]) => give(asJson(left) === asJson(right)) }],
  ["not", { arity: [1, 1], call: ([value]) => give(!isTruthy(value ?? null)) }],
  ["lookup", { arity: [2, 2], call: ([container, key]) => lookUp(container, key) }],
]);

/** Handlebars' truth: false, null, "", 0 and the empty list are not. */
export function isTruthy(value: Tree): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** A scalar as text: null is empty; null is also given for a list or map, which have no text. */
export function scalarText(value: Tree): string | null {
  if (value === null) return "";
  return typeof value === "object" ? null : String(value);
}

function give(value: Tree): Answer {
  return { ok: true, value };
}

function onText(value: Tree | undefined, helper: string, quote: (text: string) => Answer): Answer {
  const text = scalarText(value ?? null);
  return text === null
    ? { ok: false, reason: `${helper} quotes one text; this is a list or map (use #each or join)` }
    : quote(text);
}

function quoteForShell(text: string): Answer {
  if (text.includes("\0")) return { ok: false, reason: "a shell word cannot hold NUL" };
  return give(`'${text.replaceAll("'", `'\\''`)}'`);
}

function quoteForSystemd(text: string): Answer {
  const quoted = formatExecArgument(text);
  return quoted.ok ? give(quoted.text) : { ok: false, reason: quoted.reason };
}

/** JSON with the characters escaped that YAML does not allow unescaped. */
function asJson(value: Tree | undefined): string {
  const escapeCharacter = (character: string) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value ?? null).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    escapeCharacter,
  );
}

function join(list: Tree | undefined, separator: Tree): Answer {
  if (!Array.isArray(list)) return { ok: false, reason: "join needs a list" };
  if (typeof separator !== "string") return { ok: false, reason: "the separator of join is a text" };
  const texts = list.map(scalarText);
  return texts.includes(null)
    ? { ok: false, reason: "join needs a list of texts or numbers" }
    : give(texts.join(separator));
}

function lookUp(container: Tree | undefined, key: Tree | undefined): Answer {
  const found =
    typeof key === "string" || typeof key === "number" ? childOf(container ?? null, String(key)) : undefined;
  return found === undefined
    ? { ok: false, reason: `lookup: there is no key ${JSON.stringify(key)}` }
    : give(found);
}

/**
 * What a list or map holds under a name; undefined when nothing. A list also knows its `length`. Never looks
 * at prototypes.
 */
export function childOf(value: Tree, name: string): Tree | undefined {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
