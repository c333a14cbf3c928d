/**
 * When a calendar expression elapses next (systemd.time(7), "Calendar Events"), daylight saving time
 * included.
 */
import type { CalendarField } from "./calendar-field.ts";
import type { CalendarSpec } from "./calendar-spec.ts";
import { momentOf, type TimeZone, timeZone } from "./time-zone.ts";

/**
 * The first moment after `after` at which the expression elapses; null for never (systemd looks no further
 * than 2199). Both count in microseconds since 1970. host: the zone of an expression that names none, and the
 * version of systemd (UTC, 257). A skipped hour does not elapse; of one that comes twice the first does,
 * unless `after` lies in it. Like systemd itself it misses a few moments after a field ran over its end, e.g.
 * the one at 00:01:00 of "*:*:0/19.1"; 247 misses more of them, so the version counts.
 */
export function nextElapse(
  spec: CalendarSpec,
  after: number,
  host: { readonly timeZone?: string; readonly systemd?: number } = {},
): number | null {
  const zone = timeZone(spec.timeZone ?? host.timeZone ?? "UTC");
  const start = after + 1;
  const second = Math.floor(start / MILLION);
  let civil = civilOf(second + zone.offsetAt(second), start - second * MILLION);
  let offset = zone.offsetAt(second);
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const step = advance(spec, civil, { zone, offset, systemd: host.systemd ?? 257 });
    if (step.kind === "never") return null;
    if (step.kind === "found") return step.moment * MILLION + (step.civil[5] % MILLION);
    [civil, offset] = [step.civil, step.offset];
  }
  return null;
}

/** Year, month, day, hour, minute, and the microseconds of the minute. */
type Civil = readonly [number, number, number, number, number, number];
type ElapseStep =
  | { readonly kind: "never" }
  | { readonly kind: "found"; readonly civil: Civil; readonly moment: number }
  | { readonly kind: "again"; readonly civil: Civil; readonly offset: number };
/** offset: the last one seen, which decides about an hour that comes twice. */
type CalendarClock = { readonly zone: TimeZone; readonly systemd: number; offset: number };

const MILLION = 1_000_000;
const LAST_YEAR = 2199;
/** systemd gives up here as well. */
const MAX_TURNS = 1000;
const LOWEST: Civil = [1970, 1, 1, 0, 0, 0];
const DAY = 2;

/** One walk from the year down to the microseconds, until a field has to be raised past its end. */
function advance(spec: CalendarSpec, from: Civil, start: CalendarClock): ElapseStep {
  const clock = { ...start };
  let civil = normalize(from, clock).civil;
  const fields = [spec.year, spec.month, spec.day, spec.hour, spec.minute, spec.microsecond];
  for (const [level, field] of fields.entries()) {
    const value = firstMatch(
      level === DAY && spec.fromEndOfMonth ? fromMonthEnd(field, civil) : field,
      civil[level] ?? 0,
    );
    const again = (next: Civil): ElapseStep => ({ kind: "again", civil: next, offset: clock.offset });
    if (value === null) return level === 0 ? { kind: "never" } : again(raise(civil, level - 1));
    if (value !== civil[level]) civil = replaceAt(civil, level, value);
    const order = settle(civil, clock);
    if (level === 0 && order.kind !== "same") return { kind: "never" };
    if (order.kind === "out") return again(raise(civil, level - 1));
    if (order.kind === "later") return again(order.civil);
    if (level === DAY && !onWeekday(spec, civil)) return again(raise(civil, DAY));
  }
  return { kind: "found", civil, moment: normalize(civil, clock).moment };
}

/** The smallest value of a field that is not below the given one; null when there is none. */
function firstMatch(field: CalendarField, least: number): number | null {
  if (field === null) return least;
  const found = field.flatMap(({ start, stop, repeat }) => {
    if (start >= least) return [start];
    if (repeat === 0) return [];
    const value = start + repeat * Math.ceil((least - start) / repeat);
    return stop === null || value <= stop ? [value] : [];
  });
  return found.length === 0 ? null : Math.min(...found);
}

/**
 * Days that count back from the end of the month, as days of the month; one that the month does not have is
 * none.
 */
function fromMonthEnd(field: CalendarField, [year, month]: Civil): CalendarField {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (field ?? []).map(({ start, stop, repeat }) => {
    const [a, b] = [last + 1 - start, stop === null ? null : last + 1 - stop];
    return b === null || b < 1 ? { start: a, stop: null, repeat } : { start: b, stop: a, repeat };
  });
}

function onWeekday({ weekdays }: CalendarSpec, [year, month, day]: Civil): boolean {
  return weekdays === null || weekdays.has((new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7);
}

function raise(civil: Civil, level: number): Civil {
  return replaceAt(civil, level, (civil[level] ?? 0) + 1);
}

/** The field at a level changed, and everything below it at its lowest. */
function replaceAt(civil: Civil, level: number, value: number): Civil {
  const at = (index: 0 | 1 | 2 | 3 | 4 | 5): number =>
    index < level ? civil[index] : index === level ? value : LOWEST[index];
  return [at(0), at(1), at(2), at(3), at(4), at(5)];
}

type Settled =
  | { readonly kind: "same" }
  | { readonly kind: "out" }
  | { readonly kind: "later"; readonly civil: Civil };

/** Whether clocks ever show this time; when not (31 February, a skipped hour), where the search continues. */
function settle(civil: Civil, clock: CalendarClock): Settled {
  if (civil[0] > LAST_YEAR) return { kind: "out" };
  const shown = normalize(civil, clock).civil;
  const level = shown.findIndex((value, index) => value !== civil[index]);
  if (level < 0) return { kind: "same" };
  if ((shown[level] ?? 0) < (civil[level] ?? 0)) return { kind: "out" };
  return { kind: "later", civil: clock.systemd < 252 ? shown : resetBelow(shown, level) };
}

/** The one field below a level at its lowest; of seconds the fraction stays. */
function resetBelow(civil: Civil, level: number): Civil {
  const at = (index: 1 | 2 | 3 | 4): number => (index === level + 1 ? LOWEST[index] : civil[index]);
  return [civil[0], at(1), at(2), at(3), at(4), level === 4 ? civil[5] % MILLION : civil[5]];
}

/** What clocks show at the moment that this (perhaps overflowing) civil time means. */
function normalize(civil: Civil, clock: CalendarClock): { readonly civil: Civil; readonly moment: number } {
  const [year, month, day, hour, minute, micro] = civil;
  const wanted = Date.UTC(year, month - 1, day, hour, minute, Math.floor(micro / MILLION)) / 1000;
  const moment = momentOf(clock.zone, wanted, clock.offset);
  clock.offset = clock.zone.offsetAt(moment);
  return { civil: civilOf(moment + clock.offset, micro % MILLION), moment };
}

function civilOf(civilSeconds: number, micro: number): Civil {
  const date = new Date(civilSeconds * 1000);
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds() * MILLION + micro] as const;
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), ...time];
}
