/** Spans of time on the command line, as systemd writes them. */
import { UsageError } from "../core/errors.ts";
import { parseTimeSpan } from "../core/unit-file/time-span.ts";

/** Seconds of a span such as 90s, "1h 30min" or 2d. Throws UsageError naming the option for anything else. */
export function spanOf(option: string, text: string): number {
  const seconds = parseTimeSpan(text);
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0)
    throw new UsageError(
      `${option} takes a span of time such as 90s, 10min or 2h, not ${JSON.stringify(text)}`,
    );
  return seconds;
}

/** Seconds that a run may take, as --timeout says it. Throws UsageError. */
export function runSeconds(text: string): number {
  const seconds = parseTimeSpan(text);
  if (seconds === null || seconds < 1 || seconds > 86_400)
    throw new UsageError(`--timeout takes a time span from 1s to 1day, not ${JSON.stringify(text)}`);
  return seconds;
}
