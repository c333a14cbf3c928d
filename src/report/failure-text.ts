/** Why a host failed: message, hint, units with the literal is-active word, health checks, and the last journal lines. */
import type { HealthResult, HostReport, Verdict } from "../core/model.ts";
import { hintLines } from "./error-text.ts";
import { isTrouble, STYLES } from "./summary-table.ts";
import { indent, type Line, line, styled, wrap } from "./text.ts";

/** One block for each report that is not well, in order; hosts that were only skipped have none. */
export function failureText(reports: readonly HostReport[], columns: number): readonly Line[] {
  return reports.filter((report) => isTrouble(report.status)).flatMap((report) => [...oneFailure(report, columns), []]);
}

/** The first line of why, for a progress line: `web1: failed: message`. */
export function failureTitle(report: HostReport): Line {
  const [first = ""] = report.message.split("\n");
  const reason = first === "" ? "" : `: ${first}`;
  return line(styled("strong", report.host), ": ", styled(STYLES[report.status], report.status), reason);
}

/** A unit's verdict: the word of `systemctl is-active` as it is, then the named cause and its details. */
export function verdictLines(verdict: Verdict, columns: number): readonly Line[] {
  const [first = "", ...rest] = verdict.detail.split("\n");
  const mark = verdict.ok ? styled("good", "ok  ") : styled("bad", "FAIL");
  const because = first === "" ? "" : `: ${first}`;
  const title = line(mark, " ", styled("strong", verdict.unit), ` is-active: ${verdict.isActive} (${verdict.cause})${because}`);
  return [title, ...detailLines(rest, columns)];
}

/** A health check's result. */
export function healthLines(result: HealthResult, columns: number): readonly Line[] {
  const [first = "", ...rest] = result.detail.split("\n");
  const mark = result.ok ? styled("good", "ok  ") : styled("bad", "FAIL");
  const tries = result.attempts > 1 ? ` after ${result.attempts} attempts` : "";
  const stuck = !result.ok && result.role === "live" ? "process stuck: " : "";
  const because = first === "" ? "" : `: ${stuck}${first}`;
  return [line(mark, " ", styled("strong", result.service), ` ${result.check}${tries}${because}`), ...detailLines(rest, columns)];
}

function oneFailure(report: HostReport, columns: number): readonly Line[] {
  const [first = "", ...rest] = report.message.split("\n");
  const width = columns - 2;
  const body = [
    ...[first, ...rest].filter((text) => text !== "").flatMap((text) => wrap(text, width).map((part) => line(part))),
    ...hintLines(report.hint, width),
    ...report.verdicts.filter((verdict) => !verdict.ok).flatMap((verdict) => verdictLines(verdict, width)),
    ...report.health.filter((result) => !result.ok).flatMap((result) => healthLines(result, width)),
    ...report.journal.flatMap((part) => journalLines(part.unit, part.lines)),
  ];
  return [line(styled("strong", report.host), ": ", styled(STYLES[report.status], report.status), ` (play ${report.play})`), ...indent(body, 2)];
}

function journalLines(unit: string, lines: readonly string[]): readonly Line[] {
  if (lines.length === 0) return [];
  return [
    line(styled("dim", `journal of ${unit}:`)),
    ...indent(
      lines.map((text) => line(text)),
      2,
    ),
  ];
}

function detailLines(lines: readonly string[], columns: number): readonly Line[] {
  return indent(
    lines.flatMap((text) => wrap(text, columns - 5).map((part) => line(part))),
    5,
  );
}
