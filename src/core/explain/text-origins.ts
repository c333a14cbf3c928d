/**
 * Where the lines of files that are no units come from: environment, logrotate, and configuration from
 * templates, content and sources.
 */

import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { BlockFile, ConfigFile, Service } from "../model/service.ts";
import { type TemplateContext, traceTemplate } from "../render/template.ts";
import type { Mark } from "../render/template-lookup.ts";
import { type StatementVariables, templateVariables } from "../render/template-paths.ts";
import type { Statement } from "../render/template-syntax.ts";
import { effectiveValues } from "../render/unit-text.ts";
import { readEnvironmentText } from "../unit-file/environment-text.ts";
import { at } from "./layered-values.ts";
import { type ExplainedLine, type Input, LAYOUT, type LineOrigin, linesOf, OWN } from "./line-origin.ts";
import { type FindInput, type KeyPath, type WrittenPlaces, withoutRepeats } from "./written-places.ts";

/**
 * What tells about the text files of a service. textOf: of a project file; null when it is not known here.
 */
export type TextOrigins = {
  readonly service: Service;
  readonly written: WrittenPlaces;
  readonly context: TemplateContext;
  readonly find: FindInput;
  readonly textOf: (file: string) => string | null;
};

/** The lines of an environment file; those of a value over several lines share its origin. */
export function environmentLines(text: string, path: string, about: TextOrigins): readonly ExplainedLine[] {
  const starts = new Map(readEnvironmentText(text, path).map(({ name, place }) => [place.line, name]));
  let origin: LineOrigin = OWN;
  return linesOf(text).map((line, index) => {
    const name = starts.get(index + 1);
    if (name !== undefined) origin = variableOrigin(name, about);
    return { text: line, origin };
  });
}

/**
 * The lines of a file that is one secret: its name is the secret's. Of any other file nothing is known but
 * that svcdeploy makes it.
 */
export function otherLines(
  text: string,
  path: string,
  { service }: Pick<TextOrigins, "service">,
): readonly ExplainedLine[] {
  const secret = service.secrets.find(
    ({ name }) => path.endsWith(`/${name}`) && text.startsWith(`<secret ${name}>`),
  );
  const origin: LineOrigin = secret === undefined ? OWN : secretOrigin(secret);
  return linesOf(text).map((line) => ({ text: line, origin }));
}

/** Why a variable is in a service's environment file. */
export function variableOrigin(
  name: string,
  { service, written }: Pick<TextOrigins, "service" | "written">,
): LineOrigin {
  const own = service.environment.find((each) => each.name === name);
  if (own !== undefined)
    return {
      kind: "written",
      place: own.place,
      because: "",
      inputs: written.inputsAt(["environment", name]),
    };
  const secret = service.secrets.find((each) => each.name === name);
  if (secret !== undefined) return secretOrigin(secret);
  const limit = GO_LIMITS[name];
  if (service.runtime !== "go" || limit === undefined) return OWN;
  const directives = [...service.service, ...(service.slice?.directives ?? [])].filter(
    (each) => each.name === limit,
  );
  const found = directives.filter(({ value }) => effectiveValues(directives, limit).includes(value.trim()));
  const inputs = found.map(({ value, place }) => ({
    name: `${limit}=${value}`,
    from: [at(place)],
    over: [],
  }));
  return { kind: "derived", place: written.placeOf(["runtime"]), because: "runtime: go", inputs };
}

const GO_LIMITS: Readonly<Record<string, string>> = { GOMAXPROCS: "CPUQuota", GOMEMLIMIT: "MemoryMax" };

function secretOrigin({ place, source }: Service["secrets"][number]): LineOrigin {
  return { kind: "secret", place, because: sayProvider(source), inputs: [] };
}

function sayProvider(source: Service["secrets"][number]["source"]): string {
  switch (source.provider) {
    case "env":
      return `secret, from the environment variable ${source.variable}`;
    case "file":
      return `secret, from the file ${source.path}`;
    case "exec":
      return `secret, printed by ${source.command[0] ?? ""}`;
  }
}

/** What `postrotate:` brings beside its own line. */
const SCRIPT_LINE = /^ {8}|^ {4}(?:sharedscripts|endscript)$/;

function postrotateOrigin(written: WrittenPlaces): LineOrigin {
  return {
    kind: "derived",
    place: written.placeOf(["logrotate", "postrotate"]),
    because: "logrotate: the service is notified of a rotation",
    inputs: [],
  };
}

/** The lines of a logrotate file. */
export function logrotateLines(text: string, { written }: TextOrigins): readonly ExplainedLine[] {
  return linesOf(text).map((line) => {
    const option = /^ {4}([a-z]+)/.exec(line)?.[1];
    if (line.startsWith("#")) return { text: line, origin: OWN };
    if (option === undefined && line.endsWith("{"))
      return { text: line, origin: keyOrigin(["logrotate", "paths"], line, written) };
    const isWritten = option !== undefined && written.treeAt(["logrotate", option]) !== undefined;
    if (!isWritten && SCRIPT_LINE.test(line)) return { text: line, origin: postrotateOrigin(written) };
    if (option === undefined) return { text: line, origin: LAYOUT };
    if (isWritten) return { text: line, origin: keyOrigin(["logrotate", option], line, written) };
    const place = written.placeOf(["logrotate"]);
    return {
      text: line,
      origin: { kind: "derived", place, because: "logrotate: who owns the logs' directory", inputs: [] },
    };
  });
}

/** The lines of a file that a block becomes: the first says whose it is, each other is written at its key. */
export function blockLines(
  text: string,
  { lines }: BlockFile,
  { written }: Pick<TextOrigins, "written">,
): readonly ExplainedLine[] {
  return linesOf(text).map((line, index) => {
    const from = lines[index - 1];
    return { text: line, origin: from === undefined ? OWN : keyOrigin(from.at, line, written) };
  });
}

function keyOrigin(path: KeyPath, text: string, written: WrittenPlaces): LineOrigin {
  return {
    kind: "written",
    place: written.placeOf(path),
    because: "",
    inputs: written.inputsWithin(path, text),
  };
}

/** The lines of a configuration file; null when it is no text. */
export function configLines(
  file: FileResource,
  config: ConfigFile,
  about: TextOrigins,
): readonly ExplainedLine[] | null {
  const text = decode(file.content);
  if (text === null) return null;
  const { from, place } = config;
  switch (from.kind) {
    case "source":
      return linesOf(text).map((line, index) => ({
        text: line,
        origin: sourceOrigin(from.source, index + 1),
      }));
    case "content":
      return templateLines(text, from.content, "written", placeInContent(from.content, place, about), about);
    case "template": {
      const name =
        [`templates/${from.template}`, from.template].find((each) => about.textOf(each) !== null) ??
        from.template;
      const template = about.textOf(name);
      const place = (line: number): Place => ({ file: name, line, column: 1 });
      if (template !== null) return templateLines(text, template, "template", place, about);
      return linesOf(text).map((line) => ({
        text: line,
        origin: { kind: "template", place: place(1), because: "", inputs: [] },
      }));
    }
  }
}

function sourceOrigin(file: string, line: number): LineOrigin {
  return { kind: "source", place: { file, line, column: 1 }, because: "", inputs: [] };
}

/**
 * A block text's lines follow each other in the service file; where they do not (a quoted text with \n), its
 * start stands for all.
 */
function placeInContent(content: string, start: Place, { textOf }: TextOrigins): (line: number) => Place {
  const lines = textOf(start.file)?.split("\n") ?? [];
  return (line) => {
    const wanted = content.split("\n")[line - 1] ?? "";
    const there = lines[start.line + line - 2];
    return there?.trim() === wanted.trim() ? { ...start, line: start.line + line - 1 } : start;
  };
}

type PlaceOfLine = (line: number) => Place;

function templateLines(
  text: string,
  template: string,
  kind: "written" | "template",
  placeOf: PlaceOfLine,
  about: TextOrigins,
): readonly ExplainedLine[] {
  const traced = template.includes("{{") ? traceTemplate(template, about.context) : null;
  if (traced === null || traced.text !== text)
    return linesOf(text).map((line, index) => ({
      text: line,
      origin: { kind, place: placeOf(traced === null ? index + 1 : 1), because: "", inputs: [] },
    }));
  const variables = templateVariables(traced.program);
  let start = 0;
  let from = 0;
  return linesOf(text).map((line) => {
    const end = start + line.length;
    while ((traced.marks[from + 1]?.offset ?? Number.POSITIVE_INFINITY) <= start) from++;
    const parts = partsBetween(traced.marks, from, { start, end, text });
    const origin: LineOrigin = {
      kind,
      place: placeOf(lineOf(parts, start)),
      because: "",
      inputs: inputsOf(parts, variables, about.find),
    };
    start = end + 1;
    return { text: line, origin };
  });
}

/** A statement with the part of the result that it wrote. */
type Part = { readonly statement: Statement; readonly offset: number; readonly text: string };

function partsBetween(
  marks: readonly Mark[],
  from: number,
  range: { readonly start: number; readonly end: number; readonly text: string },
): readonly Part[] {
  const parts: Part[] = [];
  for (let index = from; index < marks.length; index++) {
    const mark = marks[index];
    if (mark === undefined || mark.offset > range.end) break;
    const end = marks[index + 1]?.offset ?? range.text.length;
    if (mark.statement.type === "ContentStatement" || mark.statement.type === "MustacheStatement")
      parts.push({
        statement: mark.statement,
        offset: mark.offset,
        text: range.text.slice(mark.offset, end),
      });
  }
  return parts;
}

/**
 * The template's line behind a line that starts at an offset: that of the first part with something in the
 * line, else of the first part.
 */
function lineOf(parts: readonly Part[], start: number): number {
  const inLine = (part: Part): string =>
    part.text.slice(Math.max(0, start - part.offset)).split("\n")[0] ?? "";
  const part =
    parts.find((each) => inLine(each).trim() !== "") ?? parts.find((each) => each.text !== "") ?? parts[0];
  if (part === undefined) return 1;
  const { statement, text, offset } = part;
  if (statement.type !== "ContentStatement") return statement.loc.start.line;
  // Handlebars takes white space off around blocks: the lines in front of what stayed count.
  const cut = statement.original.slice(0, Math.max(0, statement.original.indexOf(statement.value)));
  return statement.loc.start.line + newlines(cut) + newlines(text.slice(0, Math.max(0, start - offset)));
}

function inputsOf(parts: readonly Part[], variables: StatementVariables, find: FindInput): readonly Input[] {
  return withoutRepeats(
    parts.flatMap(({ statement }) => (variables.get(statement) ?? []).flatMap((path) => find(path) ?? [])),
  );
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

/** The bytes as text; null when they are none. */
function decode(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return !text.includes("\0") && Buffer.from(text).equals(bytes) ? text : null;
}
