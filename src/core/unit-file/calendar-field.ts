/**
 * One field of a calendar expression: its values read, brought into one form, and held to the field's limits.
 */

/**
 * Values of one field: start, or every `repeat` from start on, up to stop when there is one. Seconds count in
 * microseconds.
 */
export type CalendarRange = { readonly start: number; readonly stop: number | null; readonly repeat: number };
/** The values that a field may have; null: any. */
export type CalendarField = readonly CalendarRange[] | null;
/** systemd's limit on the values in one field. */
const MAX_RANGES = 241;

/** These values alone. */
export const only = (...values: readonly number[]): CalendarField =>
  values.map((start) => ({ start, stop: null, repeat: 0 }));

/** Undefined for text that is no field. scale: how many of the field's smallest steps make 1. */
export function readField(text: string, scale: number): CalendarField | undefined {
  if (text === "*") return null;
  const ranges = text.split(",").map((item) => readRange(item, scale));
  const good = ranges.filter((range) => range !== null);
  return good.length === ranges.length && good.length <= MAX_RANGES ? good : undefined;
}

function readRange(text: string, scale: number): CalendarRange | null {
  const number = scale === 1 ? "(\\d+)" : "(\\d+(?:\\.\\d+)?)";
  const match = new RegExp(`^${number}(?:\\.\\.${number})?(?:/${number})?$`).exec(text);
  if (match === null) return null;
  const [start = -1, stop, repeat] = match
    .slice(1)
    .map((digits) => (digits === undefined ? undefined : readScaled(digits, scale)));
  if ([start, stop, repeat].some((value) => value !== undefined && value > 0x7fffffff) || repeat === 0)
    return null;
  // A range of seconds steps by a second, so one that is shorter is refused rather than cut.
  if (scale !== 1 && stop !== undefined && repeat === undefined && start + scale > stop) return null;
  return { start, stop: stop ?? null, repeat: repeat ?? (stop === undefined ? 0 : scale) };
}

/** Six digits after the point count, the seventh rounds. */
function readScaled(digits: string, scale: number): number {
  const [whole = "", fraction = ""] = digits.split(".");
  const rounded = Number(fraction.slice(0, 6).padEnd(6, "0")) + (/^.{6}[5-9]/.test(fraction) ? 1 : 0);
  return Number(whole) * scale + rounded;
}

/** In order, each range once, and ended at its last value. */
export function normalizeField(field: CalendarField): CalendarField {
  if (field === null) return null;
  const cut = field.map(shortenRange);
  const sorted = cut.toSorted(
    (a, b) => a.start - b.start || (a.stop ?? -1) - (b.stop ?? -1) || a.repeat - b.repeat,
  );
  return sorted.filter((range, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.start !== range.start ||
      before.stop !== range.stop ||
      before.repeat !== range.repeat
    );
  });
}

/** Ends a range at its last value; one that never repeats is a single value. */
function shortenRange({ start, stop, repeat }: CalendarRange): CalendarRange {
  if (stop === null || stop < start) return { start, stop, repeat };
  const last = stop - ((stop - start) % repeat);
  return last === start ? { start, stop: null, repeat: 0 } : { start, stop: last, repeat };
}

/** Whether every range of a field is within these limits, both included. */
export function allFit(field: CalendarField, from: number, to: number): boolean {
  return (field ?? []).every((range) => fits(range, from, to, "up"));
}

/** A range must stay in the field and repeat at least once in it; days from the end of a month count down. */
export function fits(
  { start, stop, repeat }: CalendarRange,
  from: number,
  to: number,
  direction: "up" | "down",
): boolean {
  if (start < from || start > to || repeat > to - from) return false;
  if (stop !== null) return stop >= from && stop <= to && start + repeat <= stop;
  return direction === "down" ? start - repeat >= from : start + repeat <= to;
}
