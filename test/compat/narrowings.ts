/**
 * Where a JSON Schema takes less than an earlier one. It knows the keywords that the project's schemas are made
 * of; of any other keyword only the same value is as wide.
 */

type Node = Readonly<Record<string, unknown>>;
/** Whether the new value takes everything that the old one took; undefined: the keyword is not there. */
type Rule = (before: unknown, now: unknown, path: string) => readonly string[];

/** A place in the new schema, a line each, which a document that the old one took may fail at. */
export function narrowings(before: unknown, now: unknown, path = ""): readonly string[] {
  if (before === undefined || !isNode(before) || !isNode(now)) return same(before, now, path);
  const keywords = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keywords].flatMap((keyword) =>
    (RULES[keyword] ?? same)(before[keyword], now[keyword], `${path}/${keyword}`),
  );
}

const nothing: Rule = () => [];
const same: Rule = (before, now, path) =>
  now === undefined || JSON.stringify(before) === JSON.stringify(now) ? [] : [path];
const each: Rule = (before, now, path) =>
  Object.entries(isNode(before) ? before : {}).flatMap(([name, schema]) =>
    isNode(now) && name in now ? narrowings(schema, now[name], `${path}/${name}`) : [`${path}/${name}`],
  );
/** Every form that was taken is in one that is taken now. */
const forms: Rule = (before, now, path) =>
  now === undefined ||
  list(before).every((old) => list(now).some((form) => narrowings(old, form).length === 0))
    ? []
    : [path];
const noFewer: Rule = (before, now, path) =>
  now === undefined || (before !== undefined && list(before).every((word) => list(now).includes(word)))
    ? []
    : [path];
const noMore: Rule = (before, now, path) =>
  list(now).every((word) => list(before).includes(word)) ? [] : [path];
const noHigher: Rule = (before, now, path) =>
  now === undefined || (before !== undefined && Number(now) <= Number(before)) ? [] : [path];
const noLower: Rule = (before, now, path) =>
  now === undefined || (before !== undefined && Number(now) >= Number(before)) ? [] : [path];

const RULES: Readonly<Record<string, Rule>> = {
  $schema: nothing,
  title: nothing,
  description: nothing,
  properties: each,
  patternProperties: each,
  $defs: each,
  anyOf: forms,
  enum: noFewer,
  type: noFewer,
  required: noMore,
  minimum: noHigher,
  minLength: noHigher,
  minItems: noHigher,
  maximum: noLower,
  maxItems: noLower,
  items: (before, now, path) => (now === undefined ? [] : narrowings(before ?? {}, now, path)),
  additionalProperties: (before, now, path) =>
    now === undefined || now === true ? [] : narrowings(before ?? true, now, path),
};

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
