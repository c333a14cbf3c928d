/**
 * The environment that a service's processes get, and who wins: the manager, systemd, PassEnvironment=,
 * Environment=, EnvironmentFile=; UnsetEnvironment= takes away.
 */
import type { EffectiveSection, EffectiveValue } from "../unit-file/effective-unit.ts";
import { environmentAssignments } from "../unit-file/environment-assignments.ts";
import { readEnvironmentFile } from "../unit-file/environment-text.ts";
import { expandSpecifiers } from "../unit-file/expand-specifiers.ts";
import { splitWords } from "../unit-file/words.ts";
import { type Assignment, type HostLine, SETTERS, unknown, type VariableValue } from "./environment-layer.ts";
import { expanded, type ServiceUnit } from "./implied-assignment.ts";
import { impliedVariables } from "./implied-variables.ts";

/** A variable: the assignment that won, and those that it won over, the nearest first. */
export type EffectiveVariable = Assignment & { readonly over: readonly Assignment[] };
/** A variable that UnsetEnvironment= takes away. */
export type RemovedVariable = {
  readonly name: string;
  readonly by: HostLine;
  readonly over: readonly Assignment[];
};
/** An environment file that is not ours: it may set anything. */
export type ForeignFile = {
  readonly path: string;
  readonly optional: "optional" | "required";
  readonly line: HostLine;
};

/**
 * variables by name. foreign: what they hold is the host's to know, so they may win over anything but
 * UnsetEnvironment=.
 */
export type EffectiveEnvironment = {
  readonly variables: readonly EffectiveVariable[];
  readonly removed: readonly RemovedVariable[];
  readonly foreign: readonly ForeignFile[];
};

/** A file of ours: its text with <secret NAME> in the places of secrets, and the names of these. */
export type KnownFile = { readonly text: string; readonly secrets: readonly string[] };

/** Works out the environment. readFile: null for a file that is not ours. */
export function effectiveEnvironment(
  of: ServiceUnit,
  readFile: (path: string) => KnownFile | null,
): EffectiveEnvironment {
  const files = environmentFiles(of);
  const all = [
    ...impliedVariables(of),
    ...passed(of.service),
    ...written(of),
    ...files.flatMap((file) => fileVariables(file, readFile(file.path), of.systemd)),
  ];
  const sorted = all.toSorted((a, b) => SETTERS.indexOf(a.setter) - SETTERS.indexOf(b.setter));
  const byName = [...Map.groupBy(sorted, ({ name }) => name)].sort(([a], [b]) => (a < b ? -1 : 1));
  const variables = byName.flatMap(([, assignments]) => winner(assignments));
  const removals = removalsOf(of);
  const removed = variables.flatMap((variable): readonly RemovedVariable[] => {
    const by = removals.find((removal) => removes(removal, variable));
    return by === undefined ? [] : [{ name: variable.name, by: by.line, over: [variable, ...variable.over] }];
  });
  return {
    variables: variables.filter(({ name }) => !removed.some((each) => each.name === name)),
    removed,
    foreign: files.filter(({ path }) => readFile(path) === null),
  };
}

function winner(assignments: readonly Assignment[]): readonly EffectiveVariable[] {
  const last = assignments.at(-1);
  return last === undefined ? [] : [{ ...last, over: assignments.slice(0, -1).toReversed() }];
}

/** Names that the manager's own process has; LANG and PATH every service gets anyway. */
function passed(service: EffectiveSection): readonly Assignment[] {
  return (service.get("PassEnvironment") ?? []).flatMap((from) =>
    splitWords(from.value)
      .words.map(({ value }) => value)
      .filter((name) => isName(name) && name !== "LANG" && name !== "PATH")
      .map((name) => ({
        name,
        value: unknown("what PID 1 was started with"),
        setter: "PassEnvironment" as const,
        because: "PassEnvironment=",
        when: "only when PID 1 has it",
        line: lineOf(from),
      })),
  );
}

function written({ service, specifiers }: ServiceUnit): readonly Assignment[] {
  return (service.get("Environment") ?? []).flatMap((from) =>
    environmentAssignments(from.value).flatMap(({ name, value }) => {
      const result = expandSpecifiers(value, specifiers);
      // systemd leaves out an assignment with a specifier that it does not know.
      if (!isName(name) || (!result.ok && result.reason === "unknown")) return [];
      return [
        {
          name,
          value: expanded(value, specifiers),
          setter: "Environment" as const,
          because: "Environment=",
          when: null,
          line: lineOf(from),
        },
      ];
    }),
  );
}

type NamedFile = ForeignFile;

function environmentFiles({ service, specifiers }: ServiceUnit): readonly NamedFile[] {
  return (service.get("EnvironmentFile") ?? []).map((from) => {
    const path = expandSpecifiers(from.value.replace(/^-/, ""), specifiers);
    return {
      path: path.ok ? path.text : from.value.replace(/^-/, ""),
      optional: from.value.startsWith("-") ? "optional" : "required",
      line: lineOf(from),
    };
  });
}

function fileVariables({ path }: NamedFile, known: KnownFile | null, systemd: number): readonly Assignment[] {
  if (known === null) return [];
  return readEnvironmentFile(known.text, path, systemd).variables.map(({ name, value, place }) => ({
    name,
    value: valueInFile(value, known.secrets),
    setter: "EnvironmentFile" as const,
    because: "EnvironmentFile=",
    when: null,
    line: { file: path, line: place.line },
  }));
}

function valueInFile(text: string, secrets: readonly string[]): VariableValue {
  return { kind: secrets.some((name) => text.includes(`<secret ${name}>`)) ? "secret" : "known", text };
}

/** value null: whatever the value is. */
type Removal = { readonly name: string; readonly value: string | null; readonly line: HostLine };

function removalsOf({ service, specifiers }: ServiceUnit): readonly Removal[] {
  return (service.get("UnsetEnvironment") ?? []).flatMap((from) =>
    splitWords(from.value).words.flatMap((word) => {
      const text = expanded(word.value, specifiers);
      if (text.kind !== "known") return [];
      const [name = "", ...value] = text.text.split("=");
      return [{ name, value: value.length === 0 ? null : value.join("="), line: lineOf(from) }];
    }),
  );
}

function removes({ name, value }: Removal, variable: EffectiveVariable): boolean {
  if (name !== variable.name) return false;
  return value === null || (variable.value.kind === "known" && variable.value.text === value);
}

function lineOf({ file, line }: EffectiveValue): HostLine {
  return { file, line };
}

function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
