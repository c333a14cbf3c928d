/** A program of supervisord while it becomes a service, and how its values are read. */
import type { FoundSecret } from "./environment.ts";
import type { Yaml } from "./service-text.ts";
import { expandText } from "./supervisor-text.ts";

/**
 * program: what is behind `program:`; shared: [supervisord]'s own environment; file: the configuration,
 * for messages and %(here)s.
 */
export type ProgramSource = {
  readonly program: string;
  readonly values: ReadonlyMap<string, string>;
  readonly shared: string;
  readonly file: string;
};

/** variables, secrets: of its environment; service: directives of [Service]. */
export type ProgramDraft = {
  readonly source: ProgramSource;
  readonly service: Map<string, Yaml>;
  readonly notes: string[];
  readonly obstacles: string[];
  /** How the process number was written. */
  readonly formats: Set<string>;
  readonly secrets: Map<string, FoundSecret>;
  readonly variables: Map<string, string>;
};

/** Nothing is taken of it yet. */
export function startProgram(source: ProgramSource): ProgramDraft {
  return {
    source,
    service: new Map(),
    notes: [],
    obstacles: [],
    formats: new Set(),
    secrets: new Map(),
    variables: new Map(),
  };
}

/** A value expanded, with systemd's specifiers still marked; absent where it is not set. */
export function expanded(
  { source, formats, obstacles }: ProgramDraft,
  key: string,
  text = source.values.get(key),
): string | undefined {
  if (text === undefined) return undefined;
  const here = source.file.slice(0, Math.max(1, source.file.lastIndexOf("/")));
  const result = expandText(text, { program: source.program, here });
  for (const format of result.formats) formats.add(format);
  for (const each of result.unknown)
    obstacles.push(`${key}: ${each} is known only to supervisord; write its value into the file`);
  return result.text;
}

/** The number of a key; what is none counts as `usual`, which is noted. */
export function count({ source, notes }: ProgramDraft, key: string, usual: number): number {
  const text = source.values.get(key);
  if (text === undefined || /^\d{1,6}$/.test(text)) return Number(text ?? usual);
  notes.push(`${key} is not a number; supervisord's default, ${usual}, was taken.`);
  return usual;
}

/** What supervisord takes for true. */
export function isTrue(text: string | undefined): boolean {
  return /^(?:true|yes|on|1)$/i.test(text ?? "");
}
