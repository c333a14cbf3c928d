/** --since: a span back from now, or a date in the local time zone. */
import { UsageError } from "../core/errors.ts";
import { parseTimeSpan } from "../core/unit-file/time-span.ts";

const MOMENT = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Milliseconds since the epoch of a word such as "3d", "2h 30min", "today", "yesterday", "2026-11-20",
 * "2026-11-20 03:00" or "2026-11-20T03:00:00Z"; without a zone it is a local time, as ISO 8601 has it.
 * Throws UsageError.
 */
export function parseSince(text: string, now: number): number {
  const word = text.trim();
  if (word === "today" || word === "yesterday") return dayStart(now, word === "today" ? 0 : 1);
  const date = MOMENT.test(word) ? Date.parse(localText(word)) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  // A number without a unit could be seconds, minutes or days.
  const span = /\d\s*$/.test(word) ? null : parseTimeSpan(word);
  if (span !== null && Number.isFinite(span)) return now - span * 1000;
  throw new UsageError(
    `--since ${JSON.stringify(text)} is neither a span nor a date`,
    'Write it as 3d, "2h 30min", yesterday, 2026-11-20 or "2026-11-20 03:00".',
  );
}

/** JavaScript takes a day alone as UTC. */
function localText(text: string): string {
  return text.length === 10 ? `${text}T00:00` : text.replace(" ", "T");
}

function dayStart(now: number, daysBack: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBack).getTime();
}
