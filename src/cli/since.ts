/** --since: a span back from now, or a date in the local time zone. */
import { UsageError } from "../core/errors.ts";
import { parseTimeSpan } from "../core/unit-file/time-span.ts";

/**
 * Milliseconds since the epoch of a word such as "3d", "2h 30min", "today", "yesterday", "2026-11-20" or
 * "2026-11-20 03:00". Throws UsageError.
 */
export function parseSince(text: string, now: number): number {
  const word = text.trim();
  if (word === "today" || word === "yesterday") return dayStart(now, word === "today" ? 0 : 1);
  const [, day = "", clock = "00:00"] =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?))?$/.exec(word) ?? [];
  const date = day === "" ? Number.NaN : new Date(`${day}T${clock}`).getTime();
  if (!Number.isNaN(date)) return date;
  // Without a unit nobody knows which was meant.
  const span = /\d\s*$/.test(word) ? null : parseTimeSpan(word);
  if (span !== null && Number.isFinite(span)) return now - span * 1000;
  throw new UsageError(
    `--since ${JSON.stringify(text)} is neither a span nor a date`,
    'Write it as 3d, "2h 30min", yesterday, 2026-11-20 or "2026-11-20 03:00".',
  );
}

function dayStart(now: number, daysBack: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime();
}
