/**
 * Percentages as systemd writes them (CPUQuota=, MemoryMax=, TasksMax=; systemd.resource-control(5),
 * percent-util.c).
 */
import { parseInteger } from "./integer.ts";

/**
 * The number of percent: "75%" → 75, "12.5%" → 12.5, "125‰" → 12.5, "1250‱" → 12.5; may pass 100. Null for
 * anything else, also for a bare number. Before 252 systemd knows no hundredths of a percent. A leading 0
 * means octal, so "050%" is 40.
 */
export function parsePercent(
  text: string,
  { systemd = 257 }: { readonly systemd?: number } = {},
): number | null {
  const match = /^([^.]+?)(?:\.(\d{1,2}))?([%‰‱])$/.exec(text.trim());
  const whole = parseInteger(match?.[1] ?? "");
  if (match === null || whole === null || whole < 0) return null;
  const [, , decimals = "", sign = "%"] = match;
  const places = PLACES.indexOf(sign) + decimals.length;
  if (places > (systemd < 252 ? 1 : 2)) return null;
  // systemd counts in thousandths or ten-thousandths, as a 32 bit number.
  const parts = whole * 10 ** (places - PLACES.indexOf(sign)) + Number(decimals);
  return parts * 10 ** ((systemd < 252 ? 1 : 2) - places) > 0x7fffffff ? null : parts / 10 ** places;
}

const PLACES = ["%", "‰", "‱"];
