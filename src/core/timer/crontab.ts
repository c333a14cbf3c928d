/**
 * The crontab line (crontab(5)) that runs a command with nothing around it: no PATH, no HOME, no terminal.
 */
import { CRON_PERIODS, cronFields, type Every } from "./every.ts";

/** Debian's cron takes commands of at most 999 bytes and runs nothing of a longer line. */
const MAX_BYTES = 999;

/** Which line: every word of the command as the program is to get it; seed as in cronFields. */
export type CrontabOrder = {
  readonly every: Every;
  readonly seed: number;
  readonly command: readonly string[];
};

/** The line without its end, or why cron cannot carry it. */
export function crontabLine({
  every,
  seed,
  command,
}: CrontabOrder): { readonly line: string } | { readonly problem: string } {
  const fields = cronFields(every, seed);
  if (fields === null)
    return { problem: `cron cannot run something every ${every.text}; it can: ${CRON_PERIODS}` };
  const odd = command.find((word) => /\p{Cc}/u.test(word));
  if (odd !== undefined)
    return { problem: `a crontab line cannot carry the control character in ${JSON.stringify(odd)}` };
  const words = command.map(quoteForCron).join(" ");
  if (Buffer.byteLength(words) > MAX_BYTES)
    return {
      problem:
        `the line would be ${Buffer.byteLength(words)} bytes long, and cron runs nothing longer than ` +
        `${MAX_BYTES}`,
    };
  return { line: `${fields} ${words}` };
}

/**
 * A word for the shell, with the percent signs that cron takes for line ends escaped; cron takes the
 * backslash off before the shell sees it.
 */
function quoteForCron(word: string): string {
  const quoted = /^[A-Za-z0-9_./:=@+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll("%", "\\%");
}
