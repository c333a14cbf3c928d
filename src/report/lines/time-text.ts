/**
 * Moments as an operator reads them: in the local time zone, near ones with their age. Times are milliseconds
 * since the epoch.
 */

/**
 * "10:03, 4 min ago" within a day, else "2026-11-20 22:10"; what lies ahead by more than a minute has no age.
 */
export function formatWhen(at: number, now: number): string {
  const age = formatAge(at, now);
  return age === null ? `${dayOf(at)} ${clockOf(at)}` : `${clockOf(at)}, ${age}`;
}

/** "2026-11-21 10:03:12 +01:00". */
export function formatMoment(at: number): string {
  return `${dayOf(at)} ${formatTime(at)} ${formatOffset(at)}`;
}

/** "10:03:12". */
export function formatTime(at: number): string {
  return `${clockOf(at)}:${two(new Date(at).getSeconds())}`;
}

/**
 * "just now", "4 min ago", "23 h ago"; null for what is a day or more ago, or lies ahead by more than a
 * minute.
 */
export function formatAge(at: number, now: number): string | null {
  const seconds = (now - at) / 1000;
  if (seconds < -60 || seconds >= 86_400) return null;
  if (seconds < 60) return "just now";
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
}

/** The local zone at this moment: "Europe/Berlin, +01:00". */
export function formatZone(at: number): string {
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone}, ${formatOffset(at)}`;
}

function formatOffset(at: number): string {
  const minutes = -new Date(at).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The day by the local clock: 2026-07-30. at: milliseconds since the epoch. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function clockOf(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A number in two digits: 7 → 07. */
export function two(number: number): string {
  return String(number).padStart(2, "0");
}
