/**
 * `svcdeploy explain`: rendered lines on the left, where they come from on the right, or below where that
 * does not fit.
 */
import type {
  ExplainedFile,
  ExplainedLine,
  Input,
  LineOrigin,
  ValueSpot,
} from "../core/explain/line-origin.ts";
import type { Place } from "../core/model/declared.ts";
import { writtenMode } from "../core/model/mode.ts";
import { MANAGED } from "../core/render/unit-text.ts";
import { besideLines } from "./lines/beside.ts";
import { type Line, line, styled } from "./lines/text.ts";

/** The files of one service on one host. */
export type ExplainView = {
  readonly environment: string;
  readonly host: string;
  readonly service: string;
  readonly files: readonly ExplainedFile[];
};

/** All of it for so many columns. */
export function explainText({ files }: ExplainView, columns: number): readonly Line[] {
  return files.flatMap((file, index) => [...(index === 0 ? [] : [[]]), ...fileLines(file, columns)]);
}

/** The same as plain data: schema svcdeploy.explain/1. */
export function explainJson({ environment, host, service, files }: ExplainView): object {
  return {
    schema: "svcdeploy.explain/1",
    environment,
    host,
    service,
    files: files.map(({ lines, mode, ...rest }) => ({
      ...rest,
      mode: writtenMode(mode),
      lines: lines?.map(lineJson) ?? null,
    })),
  };
}

/** What an origin says beside its line: where, then each variable of a template. */
export function originTexts({ kind, place, because, inputs }: LineOrigin): readonly string[] {
  if (kind === "layout") return [];
  const where = place === null ? "svcdeploy" : sayPlace(place);
  return [because === "" ? where : `${where} (${because})`, ...inputs.map(sayInput)];
}

/** file:line */
export function sayPlace({ file, line: number }: Place): string {
  return `${file}:${number}`;
}

function fileLines(file: ExplainedFile, columns: number): readonly Line[] {
  const note = file.secret ? ", its secrets are not shown" : "";
  const head = line(
    styled("strong", file.path),
    styled("dim", ` (${writtenMode(file.mode)} ${file.owner}:${file.group}${note})`),
  );
  if (file.lines === null) return [head, line(styled("dim", "  no text"))];
  return [
    head,
    ...besideLines(
      file.lines.map(({ text, origin }) => ({
        left: text,
        right: text === MANAGED || text.trim() === "" ? [] : originTexts(origin),
      })),
      columns,
    ),
  ];
}

function sayInput({ name, from, over }: Input): string {
  const won = from.map(({ text }) => text).join(" and ");
  return `${name}: ${won}${over.length === 0 ? "" : `, over ${over.map(({ text }) => text).join(" and ")}`}`;
}

function lineJson({ text, origin: { kind, place, because, inputs } }: ExplainedLine): object {
  const spots = (list: readonly ValueSpot[]) =>
    list.map((spot) => ({ ...placeJson(spot.place), text: spot.text }));
  const variables = inputs.map(({ name, from, over }) => ({ name, from: spots(from), over: spots(over) }));
  return { text, origin: { kind, ...placeJson(place), because, variables } };
}

function placeJson(place: Place | null): object {
  return { file: place?.file ?? null, line: place?.line ?? null, column: place?.column ?? null };
}
