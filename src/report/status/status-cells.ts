/**
 * The columns of the status table: what is in each, how many fit, and which are dropped first when they do
 * not.
 */
import {
  type DriftMark,
  isWell,
  type LastRun,
  rowName,
  type UnitStatus,
} from "../../core/status/host-status.ts";
import { formatAge, formatBytes, formatSpan } from "../lines/amounts.ts";
import { type Line, line, type Style, styled, truncate } from "../lines/text.ts";
import type { StatusRow } from "./status-view.ts";

/** Text by column. */
export type Cells = { readonly [Column in ColumnName]: string } & {
  readonly style: Style;
  readonly dim: "yes" | "no";
};
type ColumnName = (typeof COLUMNS)[number];

const COLUMNS = [
  "host",
  "service",
  "state",
  "version",
  "since",
  "restarts",
  "memory",
  "fds",
  "drift",
  "tasks",
  "last run",
] as const;

/** What is left out first where the terminal is narrow; host, service and state always stand. */
const LEFT_OUT_FIRST: readonly ColumnName[] = [
  "last run",
  "tasks",
  "restarts",
  "fds",
  "drift",
  "memory",
  "since",
  "version",
];

const GAP = 2;

/** The cells of one row of a unit. */
export function unitCells({
  host,
  unit,
  drift,
  lastRun,
  isOld,
  isChanged,
}: Extract<StatusRow, { kind: "unit" }>): Cells {
  return {
    host: `${isChanged ? "*" : ""}${host}`,
    service: rowName(unit),
    state: isOld ? `was ${unit.word}` : unit.word,
    version: sayVersion(unit),
    since: unit.sinceSeconds === null ? "" : formatSpan(unit.sinceSeconds),
    restarts: unit.restarts === null ? "" : String(unit.restarts),
    memory:
      unit.memory === null
        ? ""
        : perLimit(
            formatBytes(unit.memory.bytes),
            unit.memory.limit === null ? null : formatBytes(unit.memory.limit),
          ),
    fds:
      unit.openFiles === null
        ? ""
        : perLimit(
            String(unit.openFiles.count),
            unit.openFiles.limit === null ? null : String(unit.openFiles.limit),
          ),
    drift: MARKS[drift],
    tasks: unit.tasks === null ? "" : String(unit.tasks),
    "last run": lastRun === null ? "" : sayRun(lastRun),
    style: isOld ? "dim" : stateStyle(unit),
    dim: isOld ? "yes" : "no",
  };
}

/**
 * The version that runs, by its own word where that is known, and the one on the disk where that is another; "?"
 * where that is unknown.
 */
export function sayVersion({ version: { running, current: disk, says }, state }: UnitStatus): string {
  if (says !== null && running === disk && disk !== null) return says;
  const current = says ?? disk;
  if (current === null) return running ?? "";
  if (running === null) return state === "running" ? `${current}?` : current;
  return running === current ? running : `${running}, disk ${current}`;
}

/**
 * "anna 3f2a1c9 2 h ago", with + where the tree had changes and with the result when it is not the usual one.
 */
export function sayRun({ user, commit, tree, agoSeconds, result }: LastRun): string {
  const what = commit === "none" ? "" : ` ${commit.slice(0, 7)}${tree === "dirty" ? "+" : ""}`;
  const when = agoSeconds === null ? "" : ` ${formatAge(agoSeconds)} ago`;
  return `${user}${what}${when}${result === "confirmed" ? "" : `, ${result}`}`;
}

/** The head and the rows within so many columns; a column that is empty in all rows is left out. */
export function layOut(rows: readonly Cells[], columns: number): readonly Line[] {
  const width = (column: ColumnName): number =>
    Math.max(column.length, ...rows.map((row) => [...row[column]].length));
  let shown = COLUMNS.filter((column) => rows.some((row) => row[column] !== ""));
  const total = (): number => shown.reduce((sum, column) => sum + width(column) + GAP, -GAP);
  for (const column of LEFT_OUT_FIRST) if (total() > columns) shown = shown.filter((each) => each !== column);
  const spare = columns - total();
  const widths = new Map(
    shown.map((column) => [column, spare < 0 ? cap(column, width(column), columns) : width(column)]),
  );
  const head = shown.map((column) => pad(column, widths.get(column) ?? 0)).join(" ".repeat(GAP));
  return [line(styled("dim", head.trimEnd())), ...rows.map((row) => rowLine(row, shown, widths))];
}

const MARKS: Readonly<Record<DriftMark, string>> = {
  none: "no",
  drift: "yes",
  unknown: "?",
  "not-looked": "",
};

function rowLine(row: Cells, shown: readonly ColumnName[], widths: ReadonlyMap<ColumnName, number>): Line {
  const last = shown.findLast((column) => row[column] !== "");
  return shown.slice(0, (last === undefined ? 0 : shown.indexOf(last)) + 1).map((column) => {
    const width = widths.get(column) ?? 0;
    const text =
      column === last
        ? truncate(row[column], width)
        : `${pad(truncate(row[column], width), width)}${" ".repeat(GAP)}`;
    return styled(styleOf(row, column), text);
  });
}

function styleOf(row: Cells, column: ColumnName): Style {
  if (row.dim === "yes") return "dim";
  if (column === "state") return row.style;
  if (column === "drift" && row.drift === "yes") return "warn";
  if (column === "version" && /, disk |\?$/.test(row.version)) return "warn";
  return column === "host" && row.host.startsWith("*") ? "strong" : "plain";
}

/** Three columns too wide for the terminal: each gets its share. */
function cap(column: ColumnName, width: number, columns: number): number {
  const share = column === "host" ? 0.4 : 0.3;
  return Math.min(width, Math.max(4, Math.floor((columns - 2 * GAP) * share)));
}

function stateStyle(unit: UnitStatus): Style {
  if (isWell(unit)) return "good";
  return unit.state === "starting" || unit.state === "stopping" ? "warn" : "bad";
}

function perLimit(amount: string, limit: string | null): string {
  return limit === null ? amount : `${amount}/${limit}`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - [...text].length));
}
