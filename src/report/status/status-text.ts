/**
 * Status for a terminal: the sum first, then a table, worst first; of many rows those that read the same are
 * one.
 */
import { isWell, rowName, type UnitStatus } from "../../core/status/host-status.ts";
import { formatSpan } from "../lines/amounts.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import { type Line, line, styled, truncate } from "../lines/text.ts";
import { type Cells, layOut, unitCells } from "./status-cells.ts";
import { type StatusRow, type StatusView, statusRows, summariseStatus } from "./status-view.ts";
import { underWayLines } from "./under-way.ts";

/** Above so many rows those that read the same are folded. */
const MAX_ROWS = 20;

/** All of it within so many columns; no row is ever broken into two. */
export function statusText(view: StatusView, columns: number): readonly Line[] {
  const rows = statusRows(view);
  const blocks =
    rows.length > MAX_ROWS && view.rows === "folded" ? fold(rows) : rows.map((row): FoldedRows => [row]);
  const units = blocks.map((block) => (block[0].kind === "unit" ? foldedCells(block) : null));
  const [head, ...lines] = layOut(
    units.filter((cells) => cells !== null),
    columns,
  );
  const body = blocks.flatMap((block, index) => {
    const before = units.slice(0, index).filter((cells) => cells !== null).length;
    const row = units[index] === null ? silentLine(block, columns) : (lines[before] ?? []);
    return [row, ...detailLine(block[0], columns)];
  });
  const sum = line(styled("strong", truncate(`${view.environment}: ${summariseStatus(view)}`, columns)));
  const top = [sum, ...underWayLines(view.hosts, columns), []];
  return lines.length === 0 ? [...top, ...body] : [...top, ...(head === undefined ? [] : [head]), ...body];
}

/** Rows that are shown as one; the first has their common words. */
type FoldedRows = readonly [StatusRow, ...StatusRow[]];

function fold(rows: readonly StatusRow[]): readonly FoldedRows[] {
  return [...Map.groupBy(rows, sameness).values()].flatMap(([first, ...rest]): readonly FoldedRows[] =>
    first === undefined ? [] : [[first, ...rest]],
  );
}

function sameness(row: StatusRow): string {
  if (row.kind === "host") return JSON.stringify(["host", row.word, row.reason, row.ageSeconds === null]);
  const { unit } = row;
  return JSON.stringify([
    rowName(unit),
    unit.word,
    unit.version,
    isWell(unit) ? "" : unit.detail,
    row.drift,
    row.isOld,
    row.isChanged,
  ]);
}

/**
 * What differs within a block is shown by its worst: the shortest time, the most restarts, memory and files.
 */
function foldedCells(block: FoldedRows): Cells {
  const rows = block.filter((row) => row.kind === "unit");
  const [first] = rows;
  if (first === undefined) throw new Error("a block of units without a unit");
  if (rows.length === 1) return unitCells(first);
  const most = (measure: (unit: UnitStatus) => number): UnitStatus =>
    rows.map(({ unit }) => unit).reduce((best, unit) => (measure(unit) > measure(best) ? unit : best));
  const youngest = most(({ sinceSeconds }) => -(sinceSeconds ?? Number.POSITIVE_INFINITY));
  const unit: UnitStatus = {
    ...first.unit,
    sinceSeconds: youngest.sinceSeconds,
    restarts: most(({ restarts }) => restarts ?? -1).restarts,
    memory: most(({ memory }) => (memory === null ? -1 : memory.bytes / (memory.limit ?? 1e18))).memory,
    openFiles: most(({ openFiles }) => (openFiles === null ? -1 : openFiles.count / (openFiles.limit ?? 1e9)))
      .openFiles,
    tasks: most(({ tasks }) => tasks ?? -1).tasks,
  };
  const runs = new Set(rows.map(({ lastRun }) => lastRun?.run));
  const cells = unitCells({ ...first, unit, lastRun: runs.size === 1 ? first.lastRun : null });
  const atMost = (text: string): string => (text === "" || text === "0" ? text : `≤${text}`);
  return {
    ...cells,
    host: `${first.isChanged ? "*" : ""}${hostRanges(rows.map(({ host }) => host))}`,
    since: cells.since === "" ? "" : `≥${cells.since}`,
    restarts: atMost(cells.restarts),
    memory: atMost(cells.memory),
    fds: atMost(cells.fds),
    tasks: atMost(cells.tasks),
  };
}

function silentLine(block: FoldedRows, columns: number): Line {
  const [first] = block;
  if (first.kind === "unit") return [];
  const host = truncate(hostRanges(block.map((row) => row.host)), Math.floor(columns / 2));
  const age = first.ageSeconds === null ? "" : ` (below: as of ${formatSpan(first.ageSeconds)} ago)`;
  const room = columns - [...host].length - 2 - first.word.length - age.length;
  return line(
    host,
    styled("bad", `  ${first.word}${age}`),
    room > 8 ? truncate(`: ${first.reason}`, room) : "",
  );
}

function detailLine(row: StatusRow, columns: number): readonly Line[] {
  if (row.kind === "host" || row.isOld || row.unit.detail === "") return [];
  return [line(styled("dim", truncate(`    ${row.unit.detail}`, columns)))];
}
