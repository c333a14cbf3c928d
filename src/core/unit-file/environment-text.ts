/**
 * Reads an environment file as systemd does (systemd.exec(5), EnvironmentFile=; parse_env_file in
 * env-file.c), with the line of each assignment.
 */

/** Line and column count from 1. */
type FilePlace = { readonly file: string; readonly line: number; readonly column: number };
/** An assignment that systemd accepts, its value without quotes. */
export type EnvironmentVariable = {
  readonly name: string;
  readonly value: string;
  readonly place: FilePlace;
};
/** Something that systemd leaves out, or (refused) for which the unit does not start. */
export type EnvironmentProblem = {
  readonly place: FilePlace;
  readonly message: string;
  readonly effect: "line ignored" | "file refused";
};
/** What a file says: variables in its order, of one name the last one holds. */
export type EnvironmentFile = {
  readonly variables: readonly EnvironmentVariable[];
  readonly problems: readonly EnvironmentProblem[];
};

/**
 * The assignments of an EnvironmentFile=; comments, `export …` and lines without "=" are dropped, as systemd
 * does. Never throws.
 */
export function readEnvironmentText(text: string, file: string): readonly EnvironmentVariable[] {
  return readEnvironmentFile(text, file).variables;
}

/**
 * The same with what was left out and why. systemd: from 254 on a comment that ends in a backslash ends with
 * its line; before, the next line is part of it.
 */
export function readEnvironmentFile(
  input: string | Uint8Array,
  file: string,
  systemd = 257,
): EnvironmentFile {
  const text =
    typeof input === "string" ? input : new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
  const draft: Draft = { file, variables: [], problems: [] };
  if (isRefused(input, text))
    draft.problems.push({
      place: { file, line: 1, column: 1 },
      message: "NUL or invalid UTF-8",
      effect: "file refused",
    });
  let [line, start] = [1, 1];
  let pending: Pending = NOTHING;
  let state: ReaderState = "before name";
  for (const character of text) {
    if (state === "before name") start = line;
    if (character === "\n") line++;
    const before: ReaderState = state;
    [state, pending] = step(before, pending, character, systemd);
    if (state === "before name" && before !== state) {
      finish(draft, before, pending, start);
      pending = NOTHING;
    }
  }
  finish(draft, state, pending, start);
  return draft;
}

type Draft = {
  readonly file: string;
  readonly variables: EnvironmentVariable[];
  readonly problems: EnvironmentProblem[];
};
type ReaderState = "before name" | "name" | "comment" | "escape in comment" | ValueState;
type ValueState =
  | "before value"
  | "value"
  | "escape"
  | "single quotes"
  | "double quotes"
  | "escape in double quotes";
/** What was read of the line. kept: how much of the value stays although it is white space at its end. */
type Pending = { readonly name: string; readonly value: string; readonly kept: number };

const NOTHING: Pending = { name: "", value: "", kept: 0 };

/** One character further. White space is a blank, a tab and a line end; `\r` ends a line as `\n` does. */
function step(
  state: ReaderState,
  pending: Pending,
  character: string,
  systemd: number,
): readonly [ReaderState, Pending] {
  const ends = isEnd(character);
  switch (state) {
    case "before name":
      if (isBlank(character)) return [state, pending];
      return character === "#" || character === ";"
        ? ["comment", pending]
        : ["name", { ...pending, name: character }];
    case "name":
      if (ends) return ["before name", pending];
      return character === "="
        ? ["before value", pending]
        : [state, { ...pending, name: pending.name + character }];
    case "comment":
      return [ends ? "before name" : character === "\\" ? "escape in comment" : state, pending];
    case "escape in comment":
      return [ends && systemd >= 254 ? "before name" : "comment", pending];
    default:
      return stepInValue(state, pending, character);
  }
}

function stepInValue(
  state: ValueState,
  pending: Pending,
  character: string,
): readonly [ReaderState, Pending] {
  const ends = isEnd(character);
  switch (state) {
    case "before value":
      if (ends) return ["before name", pending];
      if (character === "'") return ["single quotes", pending];
      if (character === '"') return ["double quotes", pending];
      if (character === "\\") return ["escape", pending];
      return isBlank(character) ? [state, pending] : ["value", keep(pending, character)];
    case "value":
      if (ends) return ["before name", { ...pending, value: pending.value.slice(0, pending.kept) }];
      if (character === "\\") return ["escape", { ...pending, kept: pending.value.length }];
      if (isBlank(character)) return [state, { ...pending, value: pending.value + character }];
      return [state, keep(pending, character)];
    case "escape":
      return ["value", ends ? pending : keep(pending, character)];
    case "single quotes":
      return character === "'" ? ["before value", pending] : [state, keep(pending, character)];
    case "double quotes":
      if (character === '"') return ["before value", pending];
      return character === "\\" ? ["escape in double quotes", pending] : [state, keep(pending, character)];
    case "escape in double quotes":
      if (/["\\`$]/.test(character)) return ["double quotes", keep(pending, character)];
      return ["double quotes", character === "\n" ? pending : keep(pending, `\\${character}`)];
  }
}

function isEnd(character: string): boolean {
  return character === "\n" || character === "\r";
}

function isBlank(character: string): boolean {
  return isEnd(character) || character === " " || character === "\t";
}

function keep(pending: Pending, text: string): Pending {
  const value = pending.value + text;
  return { name: pending.name, value, kept: value.length };
}

/** At the end of a line, or of the file. */
function finish(
  { file, variables, problems }: Draft,
  state: ReaderState,
  { name: written, value, kept }: Pending,
  line: number,
): void {
  const place = { file, line, column: 1 };
  const ignore = (message: string): void => void problems.push({ place, message, effect: "line ignored" });
  if (state === "before name" || state === "comment" || state === "escape in comment") return;
  const name = written.replace(/[ \t]+$/, "");
  if (state === "name") ignore(`Missing "=" in "${clip(name)}"`);
  else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) ignore(`"${clip(name)}" is no name of a variable`);
  else variables.push({ name, value: state === "value" ? value.slice(0, kept) : value, place });
}

function isRefused(input: string | Uint8Array, text: string): boolean {
  if (text.includes("\0") || !text.isWellFormed() || /\p{Noncharacter_Code_Point}/u.test(text)) return true;
  return typeof input !== "string" && !Buffer.from(text).equals(input);
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59).toWellFormed()}…`;
}
