/** --every: a period, and how cron and systemd write it. */
import { parseTimeSpan } from "../unit-file/time-span.ts";

/** A period in whole seconds, from a minute to a week. text: as it was typed. */
export type Every = { readonly text: string; readonly seconds: number };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Reads a span of systemd.time(7) such as 15min; problem: why it is no period. */
export function parseEvery(text: string): Every | { readonly problem: string } {
  const seconds = parseTimeSpan(text);
  if (seconds === null) return { problem: `${JSON.stringify(text)} is not a time span; write 15min, 1h, 1d` };
  if (!Number.isInteger(seconds) || seconds < MINUTE || seconds > WEEK)
    return { problem: `${text} is not from 1min to 1week, in whole seconds` };
  return { text: text.trim(), seconds };
}

/** What a crontab can say, in words for a message. */
export const CRON_PERIODS =
  "minutes that divide an hour (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30), hours that divide a day (1, 2, " +
  "3, 4, 6, 8, 12), 1d or 1week";

/**
 * The five time fields of a crontab line (crontab(5)); null for a period that cron cannot express evenly.
 * seed: a whole number from which the minute, hour and day are taken, so that not all run at :00.
 */
export function cronFields({ seconds }: Every, seed: number): string | null {
  const minute = seed % 60;
  const hour = Math.floor(seed / 60) % 24;
  if (seconds === MINUTE) return "* * * * *";
  if (seconds === HOUR) return `${minute} * * * *`;
  if (seconds === DAY) return `${minute} ${hour} * * *`;
  if (seconds === WEEK) return `${minute} ${hour} * * ${Math.floor(seed / 1440) % 7}`;
  if (divides(seconds, MINUTE, 60)) return `${spread(seed, seconds / MINUTE, 60)} * * * *`;
  if (divides(seconds, HOUR, 24)) return `${minute} ${spread(hour, seconds / HOUR, 24)} * * *`;
  return null;
}

/**
 * The same as OnCalendar= (systemd.time(7)), aligned to the hour or day; null for a period that it cannot
 * express evenly.
 */
export function onCalendar({ seconds }: Every): string | null {
  if (seconds === WEEK) return "weekly";
  if (seconds === DAY) return "daily";
  if (seconds === MINUTE) return "minutely";
  if (seconds === HOUR) return "hourly";
  if (divides(seconds, MINUTE, 60)) return `*-*-* *:00/${seconds / MINUTE}:00`;
  if (divides(seconds, HOUR, 24)) return `*-*-* 00/${seconds / HOUR}:00:00`;
  return null;
}

function divides(seconds: number, unit: number, count: number): boolean {
  const amount = seconds / unit;
  return Number.isInteger(amount) && amount < count && count % amount === 0;
}

/** "7,22,37,52": a list, because not every cron takes 7-59/15. */
function spread(seed: number, step: number, count: number): string {
  return Array.from({ length: count / step }, (_, index) => (seed % step) + index * step).join(",");
}
