/**
 * The values of an Ansible inventory as Python has them: whole numbers are bigints, so that a large one
 * stays exact; numbers are floats.
 */
import type { Place, Tree } from "../../model/declared.ts";

/** A value of a variable. Maps are null-prototype records; a Sealed one cannot be read here. */
export type Value = string | bigint | number | boolean | null | Sealed | Unsafe | readonly Value[] | ValueMap;
/** A map of values. */
export type ValueMap = { readonly [key: string]: Value };
/** A value and where it is written. */
export type Sourced = { readonly value: Value; readonly place: Place };

/** A value that ansible-vault encrypted: text is its armoured form. */
export class Sealed {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A text that Jinja never looks at, whatever is in it (`!unsafe`). */
export class Unsafe {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What encrypted files and values start with (ansible-vault, formats 1.1 and 1.2). */
export const VAULT_HEADER = "$ANSIBLE_VAULT;";

/** Whether a value is a map of values. */
export function isValueMap(value: Value): value is ValueMap {
  const isMarked = value instanceof Sealed || value instanceof Unsafe;
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isMarked;
}

/** How Python's json module names a key that is no text. */
export function keyText(key: Value): string {
  if (typeof key === "string") return key;
  return typeof key === "number" ? floatText(key) : String(key);
}

/**
 * A value as data of ours, and whether it cannot be used as it is: it is sealed, or holds an expression of
 * Jinja. A whole number beyond 2^53 becomes its digits.
 */
export function treeOf(value: Value): Tree {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : floatText(value);
  if (value instanceof Sealed || value instanceof Unsafe) return value.text;
  if (isValueList(value)) return value.map(treeOf);
  if (!isValueMap(value)) return value;
  const map: { [key: string]: Tree } = Object.create(null);
  for (const [key, inner] of Object.entries(value)) map[key] = treeOf(inner);
  return map;
}

/** Why a value cannot be used as it is; null: it can. */
export function whyUnusable(value: Value): string | null {
  if (value instanceof Sealed) return "is encrypted with ansible-vault, which is not decrypted yet";
  if (typeof value === "string")
    return /\{\{|\{%|\{#/.test(value) ? "holds an expression of Jinja, which is never evaluated here" : null;
  const inner = isValueList(value) ? value : isValueMap(value) ? Object.values(value) : [];
  for (const each of inner) {
    const reason = whyUnusable(each);
    if (reason !== null) return reason;
  }
  return null;
}

/** Whether a value is a list of values. */
export function isValueList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** A value as `ansible-inventory --list` prints it: keys sorted, four spaces, floats as Python has them. */
export function valueJson(value: Value, indent = ""): string {
  const deeper = `${indent}    `;
  if (isValueList(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => deeper + valueJson(item, deeper)).join(",\n")}\n${indent}]`;
  }
  if (value instanceof Sealed) return valueJson({ __ansible_vault: value.text }, indent);
  if (value instanceof Unsafe) return valueJson({ __ansible_unsafe: value.text }, indent);
  if (isValueMap(value)) {
    const keys = Object.keys(value).sort(compareCodePoints);
    if (keys.length === 0) return "{}";
    const lines = keys.map(
      (key) => `${deeper}${JSON.stringify(key)}: ${valueJson(value[key] ?? null, deeper)}`,
    );
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  if (typeof value === "number") return floatText(value);
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

/** Python orders texts by code point. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return left.length - right.length;
  return (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}

/** A float as Python writes it: 1.0, 1e+16, 1e-05, Infinity, NaN. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits = "", exponent = ""] = value.toExponential().split("e");
    return `${digits}e${exponent.replace(/^([+-])(\d)$/, "$10$2")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
