/**
 * Why a host failed: message, hint, units with the literal is-active word, health checks, and the last
 * journal lines.
 */
import type { Difference, HostReport } from "../../core/model/run.ts";
import { isTrouble } from "../../core/model/run.ts";
import type { HealthResult, Verdict } from "../../core/model/verify.ts";
import { hintLines, withoutTarget } from "../lines/error-text.ts";
import { hang, indent, type Line, line, plural, type Span, styled, truncate, wrap } from "../lines/text.ts";
import { diffText } from "../plan/diff.ts";
import { hostList } from "../plan/plan-view.ts";
import { STYLES } from "./summary-table.ts";

/** Under a unit's or a check's name, behind its mark. */
const DETAIL_INDENT = 5;

/**
 * Up to so many failures each have a block of their own; of more, those that are alike share the first one's.
 */
const MAX_BLOCKS = 5;

/**
 * full: all that is known. brief, for one of a large fleet: the journal's last lines, and of what was put
 * back the paths.
 */
export type FailureDetail = "full" | "brief";

/**
 * One block for each failed report, in order, or for each kind of failure; hosts that were only
 * skipped have none.
 */
export function failureText(
  reports: readonly HostReport[],
  columns: number,
  detail: FailureDetail = "full",
): readonly Line[] {
  return groupFailures(reports).flatMap(([first, ...others]) =>
    first === undefined ? [] : [...oneFailure(first, columns, detail), ...alikeLines(others, columns), []],
  );
}

/** The failed reports: each a group of its own, or of many those together that are alike. */
export function groupFailures(reports: readonly HostReport[]): readonly (readonly HostReport[])[] {
  const failed = reports.filter((report) => isTrouble(report.status));
  return failed.length <= MAX_BLOCKS
    ? failed.map((report) => [report])
    : [...Map.groupBy(failed, alikeBy).values()];
}

/** A unit's verdict: the word of `systemctl is-active` as it is, then the named cause and its details. */
export function verdictLines(verdict: Verdict, columns: number): readonly Line[] {
  const head = line(markOf(verdict), " ", styled("strong", verdict.unit));
  const cause = verdict.ok || verdict.cause === verdict.isActive ? "" : `, ${verdict.cause}`;
  return hang(
    head,
    ` is-active: ${verdict.isActive}${cause}${because(said(verdict))}`,
    columns,
    DETAIL_INDENT,
  );
}

function said({ detail, note }: Pick<HealthResult, "detail" | "note">): string {
  return note === undefined ? detail : `${detail}; ${note}`;
}

/** A health check's result. */
export function healthLines(result: HealthResult, columns: number): readonly Line[] {
  const head = line(markOf(result), " ", styled("strong", result.service));
  const tries = !result.ok && result.attempts > 1 ? ` after ${result.attempts} attempts` : "";
  return hang(head, ` ${result.check}${tries}${because(said(result))}`, columns, DETAIL_INDENT);
}

function oneFailure(report: HostReport, columns: number, detail: FailureDetail): readonly Line[] {
  const [first = "", ...rest] = report.message.split("\n");
  const width = columns - 2;
  const head = `${report.host}: ${report.status} (play ${report.play})`;
  const isShort = [...head, ...because(first)].length <= columns;
  const body = [
    ...[...(isShort ? [] : [first]), ...rest]
      .filter((text) => text !== "")
      .flatMap((text) => wrap(text, width).map((part) => line(part))),
    ...hintLines(report.hint, width),
    ...report.verdicts.filter((verdict) => !verdict.ok).flatMap((verdict) => verdictLines(verdict, width)),
    ...report.health.filter((result) => !result.ok).flatMap((result) => healthLines(result, width)),
    ...(detail === "full" ? evidenceLines(report) : briefEvidence(report, width)),
  ];
  const title = line(styled("strong", report.host), ": ", styled(STYLES[report.status], report.status));
  return [
    ...hang(title, ` (play ${report.play})${isShort ? because(first) : ""}`, columns, 2),
    ...indent(body, 2),
  ];
}

function evidenceLines(report: HostReport): readonly Line[] {
  return [
    ...report.journal.flatMap((part) => journalLines(part.unit, part.lines)),
    ...differenceLines(report.differences),
  ];
}

/** Of a journal these are the last words. */
const BRIEF_JOURNAL_LINES = 2;

function briefEvidence({ journal, differences }: HostReport, columns: number): readonly Line[] {
  const words = journal.flatMap(({ lines }) =>
    lines
      .slice(-BRIEF_JOURNAL_LINES)
      .map((text) => line(styled("dim", "journal: "), truncate(text, columns - "journal: ".length))),
  );
  const paths = differences.map(({ path }) => path).join(", ");
  return [...words, ...(paths === "" ? [] : hang(line(styled("dim", "restored: ")), paths, columns, 4))];
}

/** What makes two failures the same one: everything but the host's name, times and journal. */
function alikeBy({ host, play, status, cause, message, verdicts, health }: HostReport): string {
  const units = verdicts.filter((verdict) => !verdict.ok).map((verdict) => [verdict.unit, verdict.cause]);
  const checks = health.filter((result) => !result.ok).map((result) => [result.service, result.check]);
  return JSON.stringify([play, status, cause, withoutTarget(message).replaceAll(host, ""), units, checks]);
}

function alikeLines(others: readonly HostReport[], columns: number): readonly Line[] {
  if (others.length === 0) return [];
  return indent(
    hang(line(styled("bad", "alike: ")), hostList(others.map((report) => report.host)), columns - 2, 4),
    2,
  );
}

/** The last lines of a unit that failed; nothing where there are none. */
export function journalLines(unit: string, lines: readonly string[]): readonly Line[] {
  if (lines.length === 0) return [];
  return [
    line(styled("dim", `journal of ${unit}:`)),
    ...indent(
      lines.map((text) => line(text)),
      2,
    ),
  ];
}

/** Lines of one file's diff that are shown with a failure; the plan has them all. */
const MAX_DIFF_LINES = 40;

function differenceLines(differences: readonly Difference[]): readonly Line[] {
  if (differences.length === 0) return [];
  return [
    line(styled("dim", "what had changed, and was restored:")),
    ...indent(differences.flatMap(oneDifference), 2),
  ];
}

const SIGNS = {
  create: styled("added", "+"),
  update: styled("warn", "~"),
  remove: styled("removed", "-"),
} as const;

function oneDifference({ path, change, secret, before, after }: Difference): readonly Line[] {
  const heading = line(SIGNS[change], ` ${path}`);
  if (secret) return [line(...heading, " (secret, not shown)")];
  if (before === null || after === null) return [heading];
  if (isTarget(before) && isTarget(after)) return [line(...heading, `: ${before} → ${after}`)];
  const diff = diffText(before, after);
  const more = diff.length - MAX_DIFF_LINES;
  return [
    heading,
    ...indent(diff.slice(0, MAX_DIFF_LINES), 4),
    ...(more > 0 ? indent([line(styled("dim", `… ${plural(more, "more line")}`))], 4) : []),
  ];
}

/** A link's target is one line without an end; files end with one. */
function isTarget(text: string): boolean {
  return text !== "" && !text.includes("\n");
}

function markOf({ ok }: { readonly ok: boolean }): Span {
  return ok ? styled("good", "ok  ") : styled("bad", "FAIL");
}

function because(detail: string): string {
  return detail === "" ? "" : `: ${detail}`;
}
