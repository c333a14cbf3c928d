/**
 * Markdown for a merge request's comment or a job's summary: a line by which a bot finds its own comment
 * again, then what happened.
 */

import type { HostReport } from "../../core/model/run.ts";
import { driftMarkdown } from "../drift/drift-json.ts";
import { escapeInline, hostBlock, joinBlocks, MAX_MARKDOWN_BYTES } from "../lines/markdown.ts";
import { type Line, line, plainText } from "../lines/text.ts";
import { planMarkdown } from "../plan/plan-markdown.ts";
import { foldSame, hostList } from "../plan/plan-view.ts";
import { failureText, groupFailures } from "../run/failure-text.ts";
import { countStatuses } from "../run/summary-table.ts";
import { verifyText } from "../run/verify-text.ts";
import { hostEnds } from "./host-ends.ts";
import { originText, pathOf, type ReportFormat, type RunError, type RunLog, reportsOf } from "./run-log.ts";

/** The log as Markdown of at most 60 kB. */
export const markdownReport: ReportFormat = (log, redact) => {
  const whole = `${marker(log)}\n${redact(bodyOf(log, redact))}`;
  return Buffer.byteLength(whole) <= MAX_MARKDOWN_BYTES
    ? whole
    : `${cutBytes(whole, MAX_MARKDOWN_BYTES - 100)}\n\n_… cut at 60 kB_\n`;
};

function bodyOf(log: RunLog, redact: (text: string) => string): string {
  const about = `Exit ${log.exitCode}; ${escapeInline(redact(originText(log)))}.`;
  if (log.error !== null) return errorMarkdown(log, log.error, about, redact);
  if (log.drift !== null) return driftMarkdown(log.drift, about);
  if (reportsOf(log).length > 0) return reportsMarkdown(log, about);
  if (log.plan !== null) return planMarkdown(log.plan, about);
  return `${heading(log)}\n\n${about}\n`;
}

/**
 * The first line: the same for every run of one command over one environment of one project, whether or not
 * its files could be read.
 */
function marker({ command, folder, environment }: RunLog): string {
  const word = (text: string | null): string =>
    (text ?? "")
      .replace(/[^A-Za-z0-9._/-]/g, "_")
      .replace(/-{2,}/g, "-")
      .slice(0, 64);
  return `<!-- svcdeploy:${command}:${word(environment)}:${word(folder.replace(/\/$/, ""))} -->`;
}

function heading({ command, environment }: RunLog): string {
  return `### svcdeploy ${command}${environment === null ? "" : `: ${escapeInline(environment)}`}`;
}

function errorMarkdown(
  log: RunLog,
  error: RunError,
  about: string,
  redact: (text: string) => string,
): string {
  const message = [error.message, ...(error.hint === null ? [] : [error.hint])].map((text) =>
    escapeInline(redact(text)),
  );
  const blocks = error.problems.map(({ place, message: mistake, hint, excerpt }) => {
    const texts = [mistake, excerpt, hint === null ? "" : `hint: ${hint}`].flatMap((text) =>
      text.split("\n"),
    );
    const lines = texts.filter((text) => text !== "").map((text) => line(redact(text)));
    return hostBlock(redact(`${pathOf(log, place)}:${place.line}:${place.column}`), lines);
  });
  return joinBlocks(
    `${heading(log)}\n\n**${message[0]}**\n\n${message
      .slice(1)
      .map((hint) => `${hint}\n\n`)
      .join("")}${about}\n`,
    blocks,
    "the job's log has them all",
  );
}

/** A host's own words stand in its fence alone, where they are neither markup nor a mention. */
function reportsMarkdown(log: RunLog, about: string): string {
  const reports = reportsOf(log);
  const failures = groupFailures(reports).flatMap((group) =>
    group.slice(0, 1).map((first) => failureBlock(log, first, group)),
  );
  return joinBlocks(
    `${heading(log)}\n\n**${countStatuses(reports)}.**\n\n${about}\n`,
    [...failures, ...quietBlocks(log)],
    "the job's log has it all",
  );
}

function failureBlock(log: RunLog, first: HostReport, group: readonly HostReport[]): string {
  return hostBlock(
    `${first.play}: ${hostList(group.map((report) => report.host))} — ${first.status}`,
    linesOf(log, first),
  );
}

function linesOf({ command }: RunLog, report: HostReport): readonly Line[] {
  return command === "verify"
    ? verifyText([report], 100).slice(0, -2)
    : failureText([report], 100).slice(0, -1);
}

/** Hosts that need no block of their own, one line for each status and reason. */
function quietBlocks(log: RunLog): readonly string[] {
  const quiet = hostEnds(log).filter(({ end }) => end === "well" || end === "skipped");
  const groups = foldSame(
    quiet,
    (end) => end.host,
    (end) => [
      line(`${end.play}: ${end.status}${end.end === "skipped" && end.title !== "" ? ` — ${end.title}` : ""}`),
    ],
  );
  return groups.map((group) =>
    hostBlock(`${hostList(group.names)}: ${plainText(group.lines).trimEnd()}`, []),
  );
}

function cutBytes(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString("utf8")
    .replace(/\ufffd$/, "");
}
