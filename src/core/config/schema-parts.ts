/**
 * Building blocks of the schemas: leaves that read a Tree's scalar or say what was expected, and maps that
 * know their keys.
 */

import * as z from "zod";
import type { Tree, TreeMap } from "../model/declared.ts";
import { isTreeMap } from "../model/tree.ts";
import { parseTimeSpan } from "../unit-file/time-span.ts";
import { type Refusal, refuseAccount, refuseHostPath, refuseProjectPath } from "./allow-lists.ts";
import { refuseOurPath } from "./ours.ts";

/** What a leaf makes of a scalar: a value, or what is wrong. */
export type LeafResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** What JSON Schema can say of a value; the rest is checked when the file is read. */
export type JsonShape = { readonly [keyword: string]: unknown };

/** What a schema's JSON Schema is, where zod cannot tell it. lone: one item may stand for a list of one. */
export const jsonShapes = z.registry<{ readonly shape: JsonShape } | { readonly lone: true }>();

/** A schema for one scalar; `read` never sees lists or maps as text. shape: what an editor shows of it. */
export function leaf<T>(read: (value: Tree | undefined) => LeafResult<T>, shape: JsonShape) {
  const schema = z
    .custom<Tree | undefined>(() => true)
    .transform((value, context): T => {
      const result = read(value);
      if (result.ok) return result.value;
      context.addIssue({ code: "custom", message: result.message });
      return z.NEVER;
    });
  jsonShapes.add(schema, { shape });
  return schema;
}

/** A map with exactly these keys. later: keys of the language that this version refuses by name. */
export function map<Shape extends z.ZodRawShape>(shape: Shape, later: readonly string[] = []) {
  const message = [Object.keys(shape).join(" "), later.join(" ")].join("|");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? message : undefined),
  });
}

/**
 * What the message of an unrecognized_keys issue of map() says: the keys of this version, and those of later
 * ones.
 */
export function readKeysMessage(message: string): {
  readonly known: readonly string[];
  readonly later: readonly string[];
} {
  const [known = "", later = ""] = message.split("|");
  return { known: known.split(" "), later: later.split(" ") };
}

/** A value that passed. */
export function good<T>(value: T): LeafResult<T> {
  return { ok: true, value };
}

/** A value that did not, and what was expected. */
export function bad(message: string): LeafResult<never> {
  return { ok: false, message };
}

/** A map whose keys the user chooses. */
export function mapOf<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value);
}

/** A text that an allow-list decides about. */
export function textThat(refuse: (text: string) => Refusal, shape: JsonShape = {}) {
  const read = (value: Tree | undefined): LeafResult<string> => {
    if (typeof value !== "string") return bad(`a text is expected here, this is ${describe(value)}`);
    const reason = refuse(value);
    return reason === null ? good(value) : bad(`${quote(value)}: ${reason}`);
  };
  return leaf(read, { type: "string", ...shape });
}

/** A text of any kind but the empty one. */
export const text = textThat((value) => (value === "" ? "this text is empty" : null), { minLength: 1 });

/** Text, or a number or truth value as its text. */
export const scalar = leaf(
  (value) =>
    value === null || value === undefined || typeof value === "object"
      ? bad(`a text or number is expected here, this is ${describe(value)}`)
      : good(String(value)),
  { type: ["string", "number", "boolean"] },
);

/** A version: text, never a number, since 1.10 would become 1.1. */
export const version = leaf(
  (value) => {
    if (typeof value === "number") return bad(`a version is a text: write "${value}" in quotes`);
    if (typeof value !== "string") return bad(`a version is a text, this is ${describe(value)}`);
    return /^[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}$/.test(value)
      ? good(value)
      : bad(`${quote(value)}: a version has letters, digits and . _ + ~ -, 64 at most`);
  },
  { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._+~-]{0,63}$" },
);

/** A whole number between two bounds; digits in a text count, since templates give text. */
export function integer(least: number, most: number) {
  return leaf(
    (value) => {
      const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number !== "number" || !Number.isInteger(number))
        return bad(`a whole number is expected here, this is ${describe(value)}`);
      return number >= least && number <= most
        ? good(number)
        : bad(`${number} is not between ${least} and ${most}`);
    },
    { type: "integer", minimum: least, maximum: most },
  );
}

/** true or false; the same as text where a template gave it. */
export const flag = leaf(
  (value) => {
    if (value === true || value === "true") return good(true);
    return value === false || value === "false"
      ? good(false)
      : bad(`true or false is expected here, this is ${describe(value)}`);
  },
  { type: "boolean" },
);

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  return leaf(
    (value) => {
      const word = words.find((candidate) => candidate === value);
      return word === undefined
        ? bad(`one of ${words.join(", ")} is expected here, this is ${describe(value)}`)
        : good(word);
    },
    { type: "string", enum: words },
  );
}

/** A time span as systemd writes it → seconds, between two bounds. */
export function duration(least: number, most: number) {
  return leaf(
    (value) => {
      const seconds =
        typeof value === "string" || typeof value === "number" ? parseTimeSpan(String(value)) : null;
      if (seconds === null)
        return bad(`a time span such as 10s or 5min is expected here, this is ${describe(value)}`);
      return seconds >= least && seconds <= most
        ? good(seconds)
        : bad(`${value} is not between ${least}s and ${most}s`);
    },
    { title: "time span", type: ["string", "number"] },
  );
}

/** A file mode as text → four octal digits. */
export const mode = leaf(
  (value) => {
    if (typeof value === "number")
      return bad(
        `a mode is a text: write "${String(value).padStart(4, "0")}" in quotes; YAML's 0755 is the ` +
          "number 755",
      );
    if (typeof value !== "string" || !/^[0-7]{3,4}$/.test(value))
      return bad(`a mode such as "0755" is expected here, this is ${describe(value)}`);
    return good(value.padStart(4, "0"));
  },
  { title: "mode", type: "string", pattern: "^[0-7]{3,4}$" },
);

/** One value or a list of them → a list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  const schema = z.preprocess(
    (value) => (Array.isArray(value) || value === undefined ? value : [value]),
    z.array(item),
  );
  jsonShapes.add(schema, { lone: true });
  return schema;
}

/** An absolute path on a host that a service may have for itself. */
export const ownPath = textThat((path) => refuseHostPath(path) ?? refuseOurPath(path), {
  title: "path on the host",
  pattern: "^/",
});
/** A path inside the project folder. */
export const projectPath = textThat(refuseProjectPath, { title: "path in the project" });
/** A user or group name. */
export const accountName = textThat(refuseAccount, { title: "user or group" });

/** A sha256 in hex, or an HMAC of that length. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A map of inert data: values, vars, the JSON that a health check expects. */
export const treeMap = z.custom<TreeMap>((value) => isTreeMap(value), { error: "a map is expected here" });
jsonShapes.add(treeMap, { shape: { type: "object" } });

/** A value in a few words, for messages. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return typeof value === "string"
    ? quote(value)
    : `the ${typeof value === "number" ? "number" : "truth value"} ${value}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A directive's value: text, number, truth value (yes, no); its parts when it is a list. */
const directiveValue = leaf(
  (value) => {
    if (value === null || value === undefined) return bad('a value is expected here; "" resets a directive');
    if (typeof value === "object")
      return bad(`a text or number is expected here, this is ${describe(value)}`);
    return good(typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  },
  { type: ["string", "number", "boolean"] },
);

/** Directives of one section: each a text or number, or a list of them. */
export const directives = mapOf(listOf(directiveValue));
