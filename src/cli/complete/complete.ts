/**
 * What may stand where the cursor is: a function of the table of commands, the words typed and the project's
 * names.
 */
import type { Options } from "yargs";
import type { ProjectNames } from "../../project/names.ts";
import { type Candidate, valueCandidates, valuesOfOperand, valuesOfOption } from "./values.ts";

/** The words behind `svcdeploy`, unquoted: those before the cursor's, and its own up to the cursor. */
export type TypedWords = { readonly before: readonly string[]; readonly current: string };

/**
 * words: whole words that start as the one typed. files, folders: the shell lists them itself, for what
 * comes after the prefix.
 */
export type Completion =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" | "folders"; readonly prefix: string };

/** As much of a command as completion uses. */
export type CompletedCommand = {
  readonly name: string;
  readonly describe: string;
  readonly operands?: { readonly show: string; readonly most: number };
  readonly options: Readonly<Record<string, Options>>;
};

type NamesOf = (folder: string) => ProjectNames;
type TypedPlace = {
  readonly command: CompletedCommand;
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly open: string | null;
  readonly operands: readonly string[];
};

const NOTHING: Completion = { kind: "words", candidates: [] };

/** Completes the current word. project makes the names of the folder that --project says. */
export async function complete(
  commands: readonly CompletedCommand[],
  { before, current }: TypedWords,
  project: NamesOf,
): Promise<Completion> {
  const at = before.findIndex((word) => !word.startsWith("-"));
  const command = commands.find(({ name }) => name === before[at]);
  if (at === -1)
    return words(
      current.startsWith("-")
        ? GENERAL
        : commands.map(({ name, describe }) => ({ text: name, about: describe })),
      current,
    );
  if (command === undefined || before.slice(at).includes("--")) return NOTHING;
  const place = placeOf(command, before.slice(at + 1));
  const names = project(place.given.get("project")?.at(-1) ?? ".");
  const environment = place.given.get("env")?.at(-1) ?? null;
  const [, written, start] = /^--([^=]+)=(.*)$/s.exec(current) ?? [];
  if (written !== undefined && start !== undefined)
    return await valueOfOption(command, written, { prefix: `--${written}=`, start, names, environment });
  if (current.startsWith("-")) return words(optionsLeft(place), current);
  if (place.open !== null)
    return await valueOfOption(command, place.open, { prefix: "", start: current, names, environment });
  if (place.operands.length >= (command.operands?.most ?? 0)) return NOTHING;
  const operand = await completion(valuesOfOperand(command.operands, place.operands.length), {
    prefix: "",
    start: current,
    names,
    environment,
  });
  return operand.kind === "words"
    ? { ...operand, candidates: operand.candidates.filter(({ text }) => !place.operands.includes(text)) }
    : operand;
}

const GENERAL: readonly Candidate[] = [
  { text: "--help", about: "Show help" },
  { text: "--version", about: "Show version number" },
];

/**
 * What the words behind the command have given so far, and the option that still takes a value. An option
 * that takes several takes all that follow.
 */
function placeOf(command: CompletedCommand, behind: readonly string[]): TypedPlace {
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  let open: string | null = null;
  for (const word of behind) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name !== undefined) {
      given.set(name, [...(given.get(name) ?? []), ...(value === undefined ? [] : [value])]);
      open = value === undefined && takesValue(command.options[name]) ? name : null;
    } else if (open !== null) {
      given.get(open)?.push(word);
      if (command.options[open]?.array !== true) open = null;
    } else if (!word.startsWith("-")) {
      operands.push(word);
    }
  }
  return { command, given, open, operands };
}

function takesValue(option: Options | undefined): boolean {
  return option !== undefined && option.type !== "boolean";
}

function optionsLeft({ command, given }: TypedPlace): readonly Candidate[] {
  const options = Object.entries(command.options).filter(
    ([name, option]) => option.array === true || !given.has(name),
  );
  return [
    ...options.map(([name, option]) => ({ text: `--${name}`, about: option.describe ?? "" })),
    ...GENERAL.slice(0, 1),
  ];
}

type TypedWord = {
  readonly prefix: string;
  readonly start: string;
  readonly names: ProjectNames;
  readonly environment: string | null;
};

async function valueOfOption(command: CompletedCommand, name: string, typed: TypedWord): Promise<Completion> {
  const option = command.options[name];
  return takesValue(option) ? await completion(valuesOfOption(name, option?.choices), typed) : NOTHING;
}

async function completion(values: ReturnType<typeof valuesOfOption>, typed: TypedWord): Promise<Completion> {
  const found = await valueCandidates(values, typed);
  if (found.kind !== "words") return { kind: found.kind, prefix: typed.prefix + found.prefix };
  const candidates = found.candidates.map(({ text, about }) => ({ text: typed.prefix + text, about }));
  return words(candidates, typed.prefix + typed.start);
}

/** Those that start as the word typed; a name with a control character is nothing to put into a line. */
function words(candidates: readonly Candidate[], start: string): Completion {
  return {
    kind: "words",
    candidates: candidates.filter(({ text }) => text.startsWith(start) && !/\p{Cc}/u.test(text)),
  };
}
