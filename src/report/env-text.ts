/** `svcdeploy env`: each variable with its value, who set it, and what that overrides. */
import type { EffectiveEnvironment, EffectiveVariable } from "../core/environment/effective-environment.ts";
import type { Assignment, HostLine, VariableValue } from "../core/environment/environment-layer.ts";
import type { LineOrigin } from "../core/explain/line-origin.ts";
import { sayPlace } from "./explain-text.ts";
import { type BesideRow, besideLines } from "./lines/beside.ts";
import { type Line, line, plural, styled, wrap } from "./lines/text.ts";

/**
 * One unit's environment. originOf: where in the project a line on the host comes from; null: not known.
 * others: units of the service that this is not about.
 */
export type EnvView = {
  readonly environment: string;
  readonly host: string;
  readonly systemd: number;
  readonly unit: string;
  readonly others: readonly string[];
  readonly found: EffectiveEnvironment;
  readonly originOf: (line: HostLine) => LineOrigin | null;
};

/** All of it for so many columns. */
export function envText(view: EnvView, columns: number): readonly Line[] {
  const { unit, host, systemd } = view;
  return [
    line(styled("strong", `${unit} on ${host}`), styled("dim", ` (systemd ${systemd})`)),
    ...besideLines(rowsOf("written", view), columns),
    [],
    line(styled("strong", "Set by systemd itself")),
    ...besideLines(rowsOf("implied", view), columns),
    ...removedLines(view, columns),
    ...foreignLines(view, columns),
    [],
    ...notes(view).flatMap((text) => wrap(text, columns).map((each) => line(styled("dim", each)))),
  ];
}

/** The same as plain data: schema svcdeploy.env/1. */
export function envJson(view: EnvView): object {
  const { environment, host, systemd, unit, others, found } = view;
  const assignment = (each: Assignment): object => assignmentJson(each, view);
  return {
    schema: "svcdeploy.env/1",
    environment,
    host,
    systemd,
    unit,
    otherUnits: others,
    variables: found.variables.map((each) => ({
      name: each.name,
      ...assignment(each),
      over: each.over.map(assignment),
    })),
    removed: found.removed.map(({ name, by, over }) => ({
      name,
      by: lineJson(by, view),
      over: over.map(assignment),
    })),
    unknownFiles: found.foreign.map(({ path, optional, line: at }) => ({
      path,
      optional: optional === "optional",
      namedBy: lineJson(at, view),
    })),
  };
}

/** implied: set by the manager, or by systemd for a directive, not written by anyone. */
function rowsOf(which: "written" | "implied", view: EnvView): readonly BesideRow[] {
  const isImplied = ({ setter }: EffectiveVariable): boolean => setter === "manager" || setter === "systemd";
  const rows = view.found.variables
    .filter((each) => isImplied(each) === (which === "implied"))
    .map((each) => variableRow(each, view));
  return rows.length > 0 ? rows : [{ left: "nothing", right: [] }];
}

function variableRow(variable: EffectiveVariable, view: EnvView): BesideRow {
  const over = variable.over.map((each) => sayOver(each, view));
  return {
    left: `${variable.name}=${sayValue(variable.value)}`,
    right: [saySetter(variable, view), ...over],
  };
}

function sayOver(assignment: Assignment, view: EnvView): string {
  return `overrides ${saySetter(assignment, view)}: ${sayValue(assignment.value)}`;
}

function removedLines(view: EnvView, columns: number): readonly Line[] {
  const { removed } = view.found;
  if (removed.length === 0) return [];
  const rows = removed.map(({ name, by, over }) => ({
    left: name,
    right: [`UnsetEnvironment=, ${sayLine(by, view)}`, ...over.map((each) => sayOver(each, view))],
  }));
  return [[], line(styled("strong", "Removed")), ...besideLines(rows, columns)];
}

function foreignLines(view: EnvView, columns: number): readonly Line[] {
  const { foreign } = view.found;
  if (foreign.length === 0) return [];
  const rows = foreign.map(({ path, optional, line: at }) => ({
    left: path,
    right: [
      `EnvironmentFile=, ${sayLine(at, view)}`,
      optional === "optional" ? "it may be missing" : "without it the service does not start",
    ],
  }));
  const title =
    `Not from this project: ${foreign.length === 1 ? "this file" : "these files"} may set anything, ` +
    "which wins over Environment= and over the files before";
  return [
    [],
    ...wrap(title, columns).map((each) => line(styled("warn", each))),
    ...besideLines(rows, columns),
  ];
}

function notes({ others, found }: EnvView): readonly string[] {
  const hidden = found.variables.filter(({ value }) => value.kind === "secret").length;
  return [
    "Every service also gets PID 1's environment on the host: DefaultEnvironment= and systemctl " +
      "set-environment. The variables above win over it, except over the manager's own LANG and PATH.",
    ...(hidden === 0 ? [] : [`${plural(hidden, "secret")} not shown.`]),
    ...(others.length === 0 ? [] : [`Other units of the service: ${others.join(", ")}.`]),
  ];
}

function sayValue(value: VariableValue): string {
  return value.kind === "unknown" ? `(${value.why})` : oneLine(value.text);
}

/** A value of several lines stays one line here, as a shell's $'…' would write it. */
function oneLine(text: string): string {
  return text.replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
}

function saySetter(assignment: Assignment, view: EnvView): string {
  const { setter, because, when, line: at } = assignment;
  const who = setter === "manager" ? "the manager" : because === "" ? "systemd" : because;
  return [who, ...(at === null ? [] : [sayLine(at, view)]), ...(when === null ? [] : [when])].join(", ");
}

/** Where in the project it is; what only the rendered file has is named by that. */
function sayLine(at: HostLine, { originOf }: EnvView): string {
  const origin = originOf(at);
  if (origin?.place == null) return `${at.file}:${at.line}`;
  const [input] = origin.inputs;
  const because = [
    origin.because,
    ...(input === undefined ? [] : [`${input.name} at ${input.from.map(({ text }) => text).join(" and ")}`]),
  ].filter((each) => each !== "");
  return `${sayPlace(origin.place)}${because.length === 0 ? "" : ` (${because.join("; ")})`}`;
}

function assignmentJson({ value, setter, because, when, line: at }: Assignment, view: EnvView): object {
  return {
    value: value.kind === "known" ? value.text : null,
    secret: value.kind === "secret",
    unknown: value.kind === "unknown" ? value.why : null,
    setBy: setter,
    because,
    when,
    ...lineJson(at, view),
  };
}

/** file and line: in the project; onHost: of the rendered file. */
function lineJson(at: HostLine | null, { originOf }: EnvView): object {
  const place = at === null ? null : (originOf(at)?.place ?? null);
  return { file: place?.file ?? null, line: place?.line ?? null, onHost: at };
}
