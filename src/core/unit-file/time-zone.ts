/**
 * Civil time in a time zone, by the zone data that Intl carries; gaps and repeated hours are resolved as
 * glibc's mktime(3) does.
 */

/** Seconds east of UTC at a moment (seconds since 1970). */
export type TimeZone = { readonly offsetAt: (epochSeconds: number) => number };

/**
 * True for a zone of the tz database by its exact name, e.g. "Europe/Berlin" or "UTC"; an offset such as
 * "+01:00" is none.
 */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  const resolved = resolveName(name);
  if (resolved === null) return false;
  // Intl takes any case, the tz database is files. An alias resolves to another name, whose case says
  // nothing.
  return resolved.toLowerCase() !== name.toLowerCase() || resolved === name;
}

/** The zone of this name; UTC when Intl does not know it. */
export function timeZone(name: string): TimeZone {
  if (name === "UTC" || resolveName(name) === null) return { offsetAt: () => 0 };
  const known = ZONES.get(name);
  if (known !== undefined) return known;
  const made = makeZone(name);
  ZONES.set(name, made);
  return made;
}

/**
 * The moment (seconds since 1970) at which clocks of the zone show this civil time (seconds, counted as if it
 * were UTC). An hour that comes twice is the one with offsetHint, the offset of a moment near by; a time that
 * is skipped moves on by what was skipped.
 */
export function momentOf(zone: TimeZone, civilSeconds: number, offsetHint: number): number {
  const first = zone.offsetAt(civilSeconds - offsetHint);
  if (first === offsetHint) return civilSeconds - first;
  const second = zone.offsetAt(civilSeconds - first);
  return civilSeconds - (second === first ? first : Math.min(first, second));
}

const ZONES = new Map<string, TimeZone>();

function resolveName(name: string): string | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function makeZone(name: string): TimeZone {
  const options = {
    timeZone: name,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  } as const;
  const clock = new Intl.DateTimeFormat("en-US", options);
  return {
    offsetAt: (epochSeconds) => {
      const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = clock
        .format(epochSeconds * 1000)
        .split(/\D+/)
        .map(Number);
      return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - epochSeconds;
    },
  };
}
