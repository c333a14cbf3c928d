/**
 * The history for a terminal: a run a row, newest first; under it what went wrong and where a host says
 * something else.
 */

import type { HistoryHost, HistoryRun } from "../../core/history/merge-history.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import { runName } from "../lines/run-name.ts";
import { hang, type Line, line, plural, type Span, styled, truncate } from "../lines/text.ts";
import { formatWhen, formatZone } from "../lines/time-text.ts";
import { STATUS_ORDER, STYLES } from "../run/summary-table.ts";
import { answerLines } from "./answer-text.ts";
import { type HistoryView, reasonOf, wordText } from "./history-view.ts";

/** From so many columns on the commit has room. */
const WIDE = 100;
/** Under one run. */
const MAX_REASONS = 3;

/** The table and what belongs to it within so many columns; now: milliseconds since the epoch. */
export function historyText(view: HistoryView, columns: number, now: number): readonly Line[] {
  const rows = view.runs.map((run) => ({ run, cells: cellsOf(run, view, columns, now) }));
  const heads = headsOf(view, columns);
  const widths = heads.map((head, index) =>
    Math.max(head.length, ...rows.map(({ cells }) => [...(cells[index] ?? "")].length)),
  );
  const fitted = narrowed(widths, heads, columns);
  const before = fitted.reduce((sum, width) => sum + width + 2, 0);
  const table = rows.flatMap(({ run, cells }) => [
    [...rowOf(cells, fitted), ...hostSpans(run, columns - before)],
    ...detailLines(run, columns),
  ]);
  const title =
    rows.length === 0
      ? []
      : [[...rowOf(heads, fitted), ...line("hosts")].map((span) => ({ ...span, style: "dim" as const }))];
  return [
    ...title,
    ...table,
    ...(rows.length === 0 ? [] : [[]]),
    ...notes(view, columns),
    ...summary(view, columns, now),
  ];
}

function headsOf(view: HistoryView, columns: number): readonly string[] {
  return [
    "run",
    "when",
    "by",
    ...(view.project === null ? ["project"] : []),
    ...(view.environment === null ? ["env"] : []),
    ...(columns >= WIDE ? ["commit"] : []),
    ...(hasCommand(view, columns) ? ["what"] : []),
  ];
}

function cellsOf(run: HistoryRun, view: HistoryView, columns: number, now: number): readonly string[] {
  const commit =
    run.commit === "none" ? "none" : `${run.commit.slice(0, 8)}${run.tree === "dirty" ? "+" : ""}`;
  return [
    runName(run.id),
    run.at === null ? "not recorded" : formatWhen(run.at, now),
    `${run.user}@${run.controller}`,
    ...(view.project === null ? [run.project] : []),
    ...(view.environment === null ? [run.environment ?? "?"] : []),
    ...(columns >= WIDE ? [commit] : []),
    ...(hasCommand(view, columns) ? [run.command ?? "?"] : []),
  ];
}

/** Where the project has a column as well there is no room for what was done to it. */
function hasCommand(view: HistoryView, columns: number): boolean {
  return view.project !== null || columns >= WIDE;
}

const HOSTS_WIDTH = 24;

/** Who and the project give way, so that the hosts have room. */
function narrowed(widths: readonly number[], heads: readonly string[], columns: number): readonly number[] {
  let missing = widths.reduce((sum, width) => sum + width + 2, HOSTS_WIDTH) - columns;
  const fitted = [...widths];
  for (const head of ["by", "project", "env"]) {
    const index = heads.indexOf(head);
    const width = fitted[index];
    if (missing <= 0 || width === undefined) continue;
    const less = Math.min(missing, Math.max(0, width - 10));
    fitted[index] = width - less;
    missing -= less;
  }
  return fitted;
}

function rowOf(cells: readonly string[], widths: readonly number[]): Line {
  const texts = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    const text = truncate(cell, width);
    return text + " ".repeat(Math.max(0, width + 2 - [...text].length));
  });
  return line(styled("strong", texts[0] ?? ""), texts.slice(1).join(""));
}

/** The hosts by how they ended, worst first: by name where there is room, else counted. */
function hostSpans(run: HistoryRun, room: number): readonly Span[] {
  const groups = STATUS_ORDER.map((status) => ({
    status,
    names: namesOf(run.hosts.filter((host) => host.status === status)),
  }));
  const shown = groups.filter(({ names }) => names.length > 0);
  if (shown.length === 0) return [styled("dim", run.end === null ? "no end recorded" : "no host")];
  const named = shown.map(({ status, names }) => ({ status, text: `${hostRanges(names)} ${status}` }));
  const counted = shown.map(({ status, names }) => ({
    status,
    text: `${shown.length === 1 ? plural(names.length, "host") : names.length} ${status}`,
  }));
  const fits = (parts: typeof named): boolean => parts.map(({ text }) => text).join("; ").length <= room;
  if (!fits(named) && !fits(counted))
    return [
      styled(
        STYLES[shown[0]?.status ?? "unknown"],
        truncate(counted.map(({ text }) => text).join("; "), room),
      ),
    ];
  return (fits(named) ? named : counted).flatMap(({ status, text }, index) => [
    ...(index === 0 ? [] : line("; ")),
    styled(STYLES[status], text),
  ]);
}

function namesOf(hosts: readonly HistoryHost[]): readonly string[] {
  return [...new Set(hosts.map(({ host }) => host))];
}

const INDENT = " ".repeat(10);

function detailLines(run: HistoryRun, columns: number): readonly Line[] {
  const isAllSkipped = run.hosts.every(({ status }) => status === "skipped");
  const reasons = Map.groupBy(
    // Hosts are skipped because of others, whose reason is shown.
    run.hosts.filter((host) => reasonOf(host) !== "" && (host.status !== "skipped" || isAllSkipped)),
    (host) => reasonOf(host).replaceAll(host.host, ""),
  );
  const words = Map.groupBy(
    run.hosts.filter(({ word }) => word === "differs" || word === "decides" || word === "missing"),
    (host) => wordText(host) ?? "",
  );
  const told = [...reasons.values()].map(
    (hosts) => `${hostRanges(namesOf(hosts))}: ${hosts[0] === undefined ? "" : reasonOf(hosts[0])}`,
  );
  const more = told.length - MAX_REASONS;
  const isOpen = run.here !== null && run.end === null;
  return [
    ...(isOpen
      ? [
          line(
            styled("warn", `${INDENT}! `),
            "its end was not recorded here: it is still running, or it was killed",
          ),
        ]
      : []),
    ...told.slice(0, MAX_REASONS).map((text) => line(styled("dim", truncate(INDENT + text, columns)))),
    ...(more > 0 ? [line(styled("dim", `${INDENT}… and ${plural(more, "other reason")}`))] : []),
    ...[...words].flatMap(([text, hosts]) =>
      hang(line(styled("warn", `${INDENT}! `)), `${hostRanges(namesOf(hosts))}: ${text}`, columns, 12),
    ),
  ];
}

function notes(view: HistoryView, columns: number): readonly Line[] {
  const lines = [
    ...answerLines(view.answers, columns),
    ...(view.trouble === null
      ? []
      : hang(
          line(styled("warn", "note"), ": "),
          `this machine's own record is left out: ${view.trouble}`,
          columns,
          4,
        )),
  ];
  return lines.length === 0 ? [] : [...lines, []];
}

function summary(view: HistoryView, columns: number, now: number): readonly Line[] {
  const what = [view.project, view.environment].filter((name) => name !== null).join(", ");
  const of = what === "" ? "" : ` of ${what}`;
  const answered = view.answers.filter(({ result }) => result.kind === "answered").length;
  const from =
    view.answers.length === 0
      ? "as recorded on this machine"
      : `${answered} of ${plural(view.answers.length, "host")} answered`;
  const count = view.runs.length === 0 ? "No run" : plural(view.runs.length, "run");
  const older = view.older === 0 ? "" : `, ${view.older} older (--count)`;
  const times = view.runs.length === 0 ? "" : ` Times: ${formatZone(now)}.`;
  const hint = view.environment === null ? " --env E asks its hosts as well." : "";
  return hang(line(), `${count}${of}${older}; ${from}.${times}${hint}`, columns, 0).map((each) =>
    each.map((span) => ({ ...span, style: "strong" as const })),
  );
}
