/** A command's arguments, typed by the options that it declares. */
import type { Options } from "yargs";
import { UsageError } from "../../core/errors.ts";

/** A command's options by name, as yargs takes them; written `as const`, so that their values are typed. */
export type OptionTable = Readonly<Record<string, Options>>;

/**
 * What an option gives: a switch whether it was given, one with `array` all its words, any other its word,
 * null where it was not given. Without `requiresArg` the word may be empty: `--watch`.
 */
export type ValueOf<Option extends Options> = Option extends { readonly type: "boolean" }
  ? boolean
  : Option extends { readonly array: true }
    ? readonly string[]
    :
        | (Option extends { readonly choices: readonly (infer Choice)[] } ? Choice : string)
        | (Option extends { readonly default: string } ? never : null);

/** The values of a table's options. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

/** What a command gets. operands: the words behind its name that belong to no option. */
export type Arguments<Table extends OptionTable> = {
  readonly options: OptionValues<Table>;
  readonly operands: readonly string[];
};

/** Parsed arguments as yargs gives them: words that belong to no option, and what was given of each one. */
export type RawArguments = {
  readonly _: readonly (string | number)[];
  readonly [option: string]: unknown;
};

/** The arguments of a command with these options. Throws UsageError for an option given twice or empty. */
export function argumentsOf<Table extends OptionTable>(table: Table, raw: RawArguments): Arguments<Table> {
  return { options: valuesOf(table, raw), operands: wordsOf(raw).slice(1) };
}

/** The values of these options alone. Throws UsageError for one given twice or empty. */
export function valuesOf<Table extends OptionTable>(table: Table, raw: RawArguments): OptionValues<Table> {
  const values: unknown = Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, readValue(name, option, raw[name])]),
  );
  if (!areValues(table, values)) throw new Error("yargs gave a value that its option does not declare");
  return values;
}

/** Every word that belongs to no option, the command's name first. */
export function wordsOf(raw: RawArguments): readonly string[] {
  return raw._.map(String);
}

function readValue(
  name: string,
  option: Options,
  value: unknown,
): boolean | string | readonly string[] | null {
  if (option.type === "boolean") return value === true;
  const words: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const given = words.map((word) => {
    if (typeof word === "string" && (word !== "" || option.requiresArg !== true)) return word;
    throw new UsageError(`--${name} needs a value`);
  });
  if (option.array === true) return given;
  if (given.length > 1) throw new UsageError(`--${name} was given ${given.length} times; it takes one value`);
  return given[0] ?? null;
}

/** yargs has checked the choices and filled in the defaults; this is where the compiler learns of it. */
function areValues<Table extends OptionTable>(table: Table, values: unknown): values is OptionValues<Table> {
  if (typeof values !== "object" || values === null) return false;
  const found = new Map<string, unknown>(Object.entries(values));
  return Object.entries(table).every(([name, { type, array, choices, default: standard }]) => {
    const value = found.get(name);
    if (type === "boolean") return typeof value === "boolean";
    if (array === true) return Array.isArray(value);
    if (value === null) return standard === undefined;
    return typeof value === "string" && (choices === undefined || choices.includes(value));
  });
}
