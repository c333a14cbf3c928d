/** One run for a terminal: who, when, from what, host by host how it ended, and what had been planned. */
import type { HistoryHost, HistoryRun, HostAnswer } from "../../core/history/merge-history.ts";
import type { RecordedPlan } from "../../core/history/recorded-run.ts";
import { hintLines } from "../lines/error-text.ts";
import { hostRanges } from "../lines/host-ranges.ts";
import {
  breakLine,
  formatDuration,
  hang,
  indent,
  type Line,
  line,
  plural,
  type Style,
  styled,
  wrap,
} from "../lines/text.ts";
import { formatAge, formatMoment } from "../lines/time-text.ts";
import { foldSame } from "../plan/plan-view.ts";
import { healthLines, journalLines, verdictLines } from "../run/failure-text.ts";
import { STATUS_ORDER, STYLES } from "../run/summary-table.ts";
import { answerLines } from "./answer-text.ts";
import { reasonOf, wordText } from "./history-view.ts";

/** A run and the hosts that were asked about it; answers may be empty. */
export type ShowView = { readonly run: HistoryRun; readonly answers: readonly HostAnswer[] };

/**
 * All of it within so many columns; lines of diffs and journals are never broken. now: milliseconds since the
 * epoch.
 */
export function showText({ run, answers }: ShowView, columns: number, now: number): readonly Line[] {
  const notes = answerLines(answers, columns);
  return [
    line(styled("strong", `Run ${run.id}`)),
    ...headFacts({ run, answers }, now).flatMap(([name, text]) =>
      hang(line(`  ${name.padEnd(9)} `), text, columns, 12),
    ),
    ...foldHosts(run.hosts, columns).flatMap(({ title, lines }) => [[], ...title, ...indent(lines, 2)]),
    ...run.plans.flatMap((plan) => [
      [],
      line(styled("strong", planTitle(plan, run))),
      ...indent(planLines(plan, columns - 2), 2),
    ]),
    ...(notes.length === 0 ? [] : [[], ...notes]),
  ];
}

/** What is known of the run as a whole: name and text. */
export function headFacts({ run, answers }: ShowView, now: number): readonly (readonly [string, string])[] {
  const { here, end } = run;
  const age = run.at === null ? null : formatAge(run.at, now);
  const took = end === null ? "" : `, took ${formatDuration(end.durationMilliseconds)}`;
  const when =
    run.at === null ? "not recorded" : `${formatMoment(run.at)}${age === null ? "" : ` (${age})`}${took}`;
  return [
    [
      "command",
      here === null
        ? (run.command ?? "not recorded")
        : `svcdeploy ${here.commandLine.map(quoteWord).join(" ")}`,
    ],
    ["by", `${run.user}@${run.controller}${here === null ? "" : `, in ${here.folder}`}`],
    [here === null ? "ended" : "started", when],
    ["project", `${run.project}, environment ${run.environment ?? "not recorded"}`],
    ["commit", run.commit === "none" ? "none" : `${run.commit} (${run.tree} tree)`],
    ...(here === null ? [] : [["result", resultText(run)] as const]),
    ["source", sourceText(run, answers)],
  ];
}

/** Hosts that ended alike, worst first: a title and the lines under it. */
export function foldHosts(
  hosts: readonly HistoryHost[],
  columns: number,
): readonly { readonly title: readonly Line[]; readonly lines: readonly Line[] }[] {
  const sorted = hosts.toSorted((a, b) => STATUS_ORDER.indexOf(a.status) - STATUS_ORDER.indexOf(b.status));
  const groups = foldSame(
    sorted,
    ({ host }) => host,
    (host) => [line(host.status, about(host)), ...hostBody(host, columns - 2)],
  );
  return groups.map(({ names, item, lines }) => {
    const head = line(
      styled("strong", hostRanges(names)),
      names.length < 3 ? "" : ` (${plural(names.length, "host")})`,
      ": ",
    );
    return {
      title: hang([...head, styled(STYLES[item.status], item.status)], about(item), columns, 2),
      lines: lines.slice(1),
    };
  });
}

/**
 * A plan's lines with the style that their signs stand for, within so many columns but for what is indented
 * by four: a diff.
 */
export function planLines({ lines }: RecordedPlan, columns: number): readonly Line[] {
  return lines.flatMap((text) => {
    const whole = line(styled(SIGNS[text.trimStart().slice(0, 1)] ?? "plain", text));
    return text.startsWith("    ") ? [whole] : breakLine(whole, columns);
  });
}

/** "What was planned for web[1:3]:". */
export function planTitle({ play, hosts }: RecordedPlan, run: HistoryRun): string {
  const isOnly = new Set(run.plans.map((plan) => plan.play)).size === 1;
  return `What was planned for ${hostRanges(hosts)}${isOnly ? "" : ` (play ${play})`}:`;
}

const SIGNS: Readonly<Record<string, Style>> = {
  "+": "added",
  "-": "removed",
  "~": "warn",
  "!": "warn",
  "@": "hunk",
};

function about({ play, services, said, report }: HistoryHost): string {
  const names = services.length === 0 ? "" : services.join(", ");
  const parts = [...(play === null ? [] : [`play ${play}`]), ...(names === "" ? [] : [names])];
  const source = report === null && said !== null ? "; recorded by the host" : "";
  return parts.length + source.length === 0 ? "" : ` (${parts.join(": ")}${source})`;
}

function hostBody(host: HistoryHost, columns: number): readonly Line[] {
  const { report } = host;
  const word = wordText(host);
  const lines = word === null ? [] : hang(line(styled("warn", "! ")), word, columns, 2);
  if (report === null)
    return [...lines, ...wrap(reasonOf(host), columns).flatMap((text) => (text === "" ? [] : [line(text)]))];
  const done = [...(report.changes === 0 ? [] : [plural(report.changes, "change")]), ...report.actions].join(
    ", ",
  );
  return [
    ...lines,
    ...(done === "" ? [] : hang(line(), done, columns, 2)),
    ...(report.message === "" ? [] : wrap(report.message, columns).map((text) => line(text))),
    ...hintLines(report.hint, columns),
    ...report.verdicts.flatMap((verdict) => verdictLines(brief(verdict), columns)),
    ...report.health.flatMap((result) => healthLines(brief(result), columns)),
    ...report.journal.flatMap(({ unit, lines: said }) => journalLines(unit, said)),
  ];
}

/**
 * What was healthy is shown without its process and its milliseconds, so that alike hosts are shown
 * once.
 */
function brief<Part extends { readonly ok: boolean; readonly detail: string }>(part: Part): Part {
  return part.ok ? { ...part, detail: "" } : part;
}

function sourceText({ here, environment }: HistoryRun, answers: readonly HostAnswer[]): string {
  if (answers.length === 0)
    return `recorded on this machine; no host was asked (--env ${environment ?? "E"} asks them)`;
  const answered = answers.filter(({ result }) => result.kind === "answered").length;
  const asked = `${answered} of ${plural(answers.length, "host")} answered`;
  return here === null
    ? `recorded by the hosts (${asked}); this machine has no record of it`
    : `recorded on this machine; ${asked}`;
}

function resultText({ end }: HistoryRun): string {
  if (end === null) return "no end was recorded: it is still running, or it was killed";
  return `exit ${end.exitCode}${ENDS[end.exitCode] === undefined ? "" : `: ${ENDS[end.exitCode]}`}`;
}

/** The exit codes that a run which was begun can end with. */
const ENDS: Readonly<Record<number, string>> = {
  0: "done",
  1: "failed",
  3: "some hosts failed",
  4: "no host was reached",
  5: "unhealthy and rolled back",
  6: "locked by another run",
  77: "refused",
  130: "interrupted",
};

/** As it may be pasted into a shell. */
function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,^-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
