/** The options of `logs` that say which entries are wanted. */
import { UsageError } from "../../core/errors.ts";
import type { LogQuery } from "../../deploy/collect-logs.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { LOGS } from "../options/by-command.ts";
import { parseSince } from "../since.ts";

/** The query. now: milliseconds since the epoch. Throws UsageError for a value that makes no sense. */
export function logQuery(
  {
    since,
    lines,
    priority,
    follow,
  }: Pick<OptionValues<typeof LOGS>, "since" | "lines" | "priority" | "follow">,
  now: number,
): LogQuery {
  return {
    begin: since === null ? { kind: "invocation" } : { kind: "ago", seconds: secondsAgo(since, now) },
    lines: lines === null ? defaultLines(since, follow) : countOf(lines),
    priority: priority === null ? null : priorityOf(priority),
  };
}

const MAX_LINES = 1_000_000;
const MAX_SECONDS = 100 * 31_557_600;

/** syslog(3)'s, from the gravest on; journalctl knows them by these names. */
const PRIORITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

function defaultLines(since: string | null, follow: boolean): number | "all" {
  if (since !== null) return "all";
  return follow ? 10 : 200;
}

function countOf(text: string): number | "all" {
  if (text === "all") return "all";
  if (/^\d{1,7}$/.test(text) && Number(text) <= MAX_LINES) return Number(text);
  throw new UsageError(
    `--lines takes a number up to ${MAX_LINES} or the word all, not ${JSON.stringify(text)}`,
  );
}

/** As --since of history, and a number alone is seconds. */
function secondsAgo(text: string, now: number): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : (now - parseSince(text, now)) / 1000;
  return Math.min(MAX_SECONDS, Math.max(0, seconds));
}

function priorityOf(text: string): number {
  const index = /^[0-7]$/.test(text) ? Number(text) : PRIORITIES.indexOf(ALIASES[text] ?? text);
  if (index >= 0) return index;
  throw new UsageError(
    `--priority takes one of ${PRIORITIES.join(", ")}, or 0 to 7, not ${JSON.stringify(text)}`,
  );
}

const ALIASES: { readonly [word: string]: string } = { error: "err", warn: "warning", panic: "emerg" };
