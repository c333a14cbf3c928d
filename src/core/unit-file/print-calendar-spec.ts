/**
 * Writes a calendar expression in the normal form that `systemd-analyze calendar` prints (systemd.time(7)).
 */
import type { CalendarField, CalendarRange } from "./calendar-field.ts";
import type { CalendarSpec } from "./calendar-spec.ts";

/** The normal form, e.g. "Mon *-*-* 00:00:00" for "Mon" and "*-*-* *:00/15:00" for "*:0/15". */
export function printCalendarSpec(spec: CalendarSpec): string {
  const month = `${printField(spec.year, 4)}-${printField(spec.month, 2)}`;
  const date = `${month}${spec.fromEndOfMonth ? "~" : "-"}${printField(spec.day, 2)}`;
  const time = `${printField(spec.hour, 2)}:${printField(spec.minute, 2)}:${printSeconds(spec.microsecond)}`;
  return [spec.weekdays === null ? "" : printWeekdays(spec.weekdays), date, time, spec.timeZone ?? ""]
    .filter((part) => part !== "")
    .join(" ");
}

const MILLION = 1_000_000;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function printWeekdays(weekdays: ReadonlySet<number>): string {
  const runs: number[][] = [];
  for (const day of [...weekdays].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs
    .map((run) =>
      [run[0], run.at(-1)]
        .slice(0, run.length)
        .map((day) => WEEKDAYS[day ?? 0])
        .join(run.length > 2 ? ".." : ","),
    )
    .join(",");
}

function printField(field: CalendarField, width: number): string {
  if (field === null) return "*";
  return field.map((range) => printRange(range, 1, (value) => String(value).padStart(width, "0"))).join(",");
}

function printSeconds(field: CalendarField): string {
  if (
    field === null ||
    field.some(({ start, stop, repeat }) => start === 0 && stop === null && repeat === MILLION)
  )
    return "*";
  return field
    .map((range) =>
      printRange(
        range,
        MILLION,
        (value, width) => `${String(Math.floor(value / MILLION)).padStart(width, "0")}${fraction(value)}`,
      ),
    )
    .join(",");
}

function printRange(
  { start, stop, repeat }: CalendarRange,
  step: number,
  write: (value: number, width: number) => string,
): string {
  const end = stop === null ? "" : `..${write(stop, 2)}`;
  const every =
    repeat === 0 || (stop !== null && repeat === step) ? "" : `/${step === 1 ? repeat : write(repeat, 1)}`;
  return `${write(start, 2)}${end}${every}`;
}

function fraction(microseconds: number): string {
  const rest = microseconds % MILLION;
  return rest === 0 ? "" : `.${String(rest).padStart(6, "0")}`;
}
