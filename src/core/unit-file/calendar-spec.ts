/** Calendar expressions (systemd.time(7), "Calendar Events"), parsed. */
import {
  allFit,
  type CalendarField,
  type CalendarRange,
  fits,
  normalizeField,
  only,
  readField,
} from "./calendar-field.ts";
import { isTimeZone } from "./time-zone.ts";

/**
 * A parsed expression. weekdays: 0 is Monday, null any. fromEndOfMonth: days count back from the last, which
 * is 1. timeZone: null is the host's own.
 */
export type CalendarSpec = {
  readonly weekdays: ReadonlySet<number> | null;
  readonly year: CalendarField;
  readonly month: CalendarField;
  readonly day: CalendarField;
  readonly fromEndOfMonth: boolean;
  readonly hour: CalendarField;
  readonly minute: CalendarField;
  readonly microsecond: CalendarField;
  readonly timeZone: string | null;
};

/**
 * The expression as OnCalendar= reads it; null for anything that systemd refuses. Zones are UTC and names
 * like Europe/Berlin, no abbreviations.
 */
export function parseCalendarSpec(text: string): CalendarSpec | null {
  const { expression, timeZone } = splitTimeZone(text);
  const fields = SHORTHANDS.get(expression.toLowerCase()) ?? readExpression(expression);
  if (fields === null) return null;
  const spec = { ...ANY, timeZone, ...fields };
  const { weekdays, day } = spec;
  const normal: CalendarSpec = {
    ...spec,
    weekdays: weekdays?.size === 7 || weekdays?.size === 0 ? null : weekdays,
    year: normalizeField(spec.year?.map(fixCentury) ?? null),
    month: normalizeField(spec.month),
    day: normalizeField(day),
    fromEndOfMonth: spec.fromEndOfMonth && day !== null,
    hour: normalizeField(spec.hour),
    minute: normalizeField(spec.minute),
    microsecond: normalizeField(spec.microsecond),
  };
  return isValid(normal) ? normal : null;
}

const MILLION = 1_000_000;
const DAY_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const SHORT_NAMES = DAY_NAMES.map((name) => name.slice(0, 3));

const ANY: CalendarSpec = {
  weekdays: null,
  year: null,
  month: null,
  day: null,
  fromEndOfMonth: false,
  hour: null,
  minute: null,
  microsecond: null,
  timeZone: null,
};

type Fields = Partial<CalendarSpec>;

const MINUTELY = { microsecond: only(0) };
const HOURLY = { ...MINUTELY, minute: only(0) };
const DAILY = { ...HOURLY, hour: only(0) };
const MONTHLY = { ...DAILY, day: only(1) };
const YEARLY = { ...MONTHLY, month: only(1) };
const HALF_YEARLY = { ...MONTHLY, month: only(1, 7) };

const SHORTHANDS: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ["minutely", MINUTELY],
  ["hourly", HOURLY],
  ["daily", DAILY],
  ["weekly", { ...DAILY, weekdays: new Set([0]) }],
  ["monthly", MONTHLY],
  ["quarterly", { ...MONTHLY, month: only(1, 4, 7, 10) }],
  ...["biannually", "bi-annually", "semiannually", "semi-annually"].map(
    (name) => [name, HALF_YEARLY] as const,
  ),
  ...["annually", "yearly", "anually"].map((name) => [name, YEARLY] as const),
]);

function splitTimeZone(text: string): { readonly expression: string; readonly timeZone: string | null } {
  if (/ UTC$/i.test(text)) return { expression: text.slice(0, -4), timeZone: "UTC" };
  const space = text.lastIndexOf(" ");
  const name = text.slice(space + 1);
  return space >= 0 && isTimeZone(name)
    ? { expression: text.slice(0, space), timeZone: name }
    : { expression: text, timeZone: null };
}

function readExpression(text: string): Fields | null {
  if (text === "") return null;
  const days = readWeekdays(text);
  if (days === null) return null;
  const stamp = /^@[ \t\n\v\f\r]*\+?(\d+)$/.exec(days.rest);
  if (stamp !== null) return fromSeconds(Number(stamp[1]), days.weekdays);
  const date = readDate(days.rest);
  const time = date === null ? null : readTime(date.rest);
  return date === null || time === null ? null : { ...date.fields, ...time, weekdays: days.weekdays };
}

/** `@SECONDS` is one moment, in UTC. */
function fromSeconds(seconds: number, weekdays: ReadonlySet<number> | null): Fields | null {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return {
    weekdays,
    year: only(date.getUTCFullYear()),
    month: only(date.getUTCMonth() + 1),
    day: only(date.getUTCDate()),
    hour: only(date.getUTCHours()),
    minute: only(date.getUTCMinutes()),
    microsecond: only(date.getUTCSeconds() * MILLION),
    timeZone: "UTC",
  };
}

const WEEKDAY =
  /(Monday|Mon|Tuesday|Tue|Wednesday|Wed|Thursday|Thu|Friday|Fri|Saturday|Sat|Sunday|Sun)(?![^-., ])/iy;

/** Weekdays separated by ",", ranges by ".." (or "-", as in old files); a comma may be at the end. */
function readWeekdays(
  text: string,
): { readonly weekdays: ReadonlySet<number> | null; readonly rest: string } | null {
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return { weekdays: null, rest: text };
  const list = /^[^ ]*/.exec(text)?.[0] ?? "";
  const weekdays = new Set<number>();
  for (const item of list.replace(/,$/, "").split(",")) {
    const days = readWeekdayRange(item);
    if (days === null) return null;
    for (let day = days.first; day <= days.last; day++) weekdays.add(day);
  }
  return { weekdays, rest: text.slice(list.length).replace(/^ +/, "") };
}

function readWeekdayRange(item: string): { readonly first: number; readonly last: number } | null {
  WEEKDAY.lastIndex = 0;
  const first = dayNumber(WEEKDAY.exec(item)?.[1]);
  if (first < 0) return null;
  const rest = item.slice(WEEKDAY.lastIndex);
  if (rest === "") return { first, last: first };
  const last = DAY_NAMES.findIndex((name, day) =>
    [name, SHORT_NAMES[day]].some(
      (each) => each?.toLowerCase() === rest.replace(/^(?:\.\.|-)/, "").toLowerCase(),
    ),
  );
  return /^(?:\.\.|-)/.test(rest) && last >= first ? { first, last } : null;
}

function dayNumber(name: string | undefined): number {
  return name === undefined
    ? -1
    : SHORT_NAMES.indexOf(`${name.charAt(0).toUpperCase()}${name.slice(1, 3).toLowerCase()}`);
}

/** Month and day, or year, month and day; text that starts with a time has neither. */
function readDate(text: string): { readonly fields: Fields; readonly rest: string } | null {
  const match = /^([^-~ :]+)([-~])([^-~ :]+)(?:([-~])([^-~ :]+))?(?: +|$)/.exec(text);
  if (match === null)
    return /^[^ :]*(?::|$)/.test(text) && !/^[^:]*[-~]/.test(text) ? { fields: {}, rest: text } : null;
  const [whole, first = "", separator = "", second = "", separator2, third] = match;
  if (third !== undefined && separator === "~") return null;
  const chains = [first, second, ...(third === undefined ? [] : [third])].map((chain) => readField(chain, 1));
  if (chains.some((chain) => chain === undefined)) return null;
  const [year = null, month = null, day = null] = third === undefined ? [null, ...chains] : chains;
  return {
    fields: { year, month, day, fromEndOfMonth: (separator2 ?? separator) === "~" },
    rest: text.slice(whole.length),
  };
}

function readTime(text: string): Fields | null {
  if (text === "") return DAILY;
  const [hours = "", minutes, seconds, ...more] = text.split(":");
  if (minutes === undefined || more.length > 0) return null;
  const [hour, minute] = [readField(hours, 1), readField(minutes, 1)];
  const microsecond =
    seconds === undefined
      ? only(0)
      : seconds === "*"
        ? [{ start: 0, stop: null, repeat: MILLION }]
        : readField(seconds, MILLION);
  return hour === undefined || minute === undefined || microsecond === undefined
    ? null
    : { hour, minute, microsecond };
}

function fixCentury(range: CalendarRange): CalendarRange {
  const fix = (year: number): number => (year < 70 ? year + 2000 : year < 100 ? year + 1900 : year);
  return { ...range, start: fix(range.start), stop: range.stop === null ? null : fix(range.stop) };
}

function isValid(spec: CalendarSpec): boolean {
  // Each further value of a day before the end of the month may be three days less (chain_valid in
  // calendarspec.c).
  const fromEnd = (range: CalendarRange, index: number): boolean => fits(range, 1, 28 - 3 * index, "down");
  const day = spec.fromEndOfMonth ? (spec.day ?? []).every(fromEnd) : allFit(spec.day, 1, 31);
  const date = allFit(spec.year, 1970, 2199) && allFit(spec.month, 1, 12) && day;
  return (
    date &&
    allFit(spec.hour, 0, 23) &&
    allFit(spec.minute, 0, 59) &&
    allFit(spec.microsecond, 0, 60 * MILLION - 1)
  );
}
