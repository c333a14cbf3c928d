/**
 * Where the lines of a configuration file come from: its template, its content in the service file, or its
 * source.
 */
import type { Place } from "../model/declared.ts";
import type { FileResource } from "../model/resource.ts";
import type { ConfigFile } from "../model/service.ts";
import { traceTemplate } from "../render/template.ts";
import type { Mark } from "../render/template-lookup.ts";
import { type StatementVariables, templateVariables } from "../render/template-paths.ts";
import type { Statement } from "../render/template-syntax.ts";
import { type ExplainedLine, type Input, type LineOrigin, linesOf } from "./line-origin.ts";
import type { TextOrigins } from "./text-origins.ts";
import { type FindInput, withoutRepeats } from "./written-places.ts";

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
