/** Percentages as systemd writes them (CPUQuota=, MemoryMax=, TasksMax=; systemd.resource-control(5)). */

/** The number before the sign: "75%" → 75, "12.5%" → 12.5, "125‰" → 12.5; may pass 100. Null for anything else, also for a bare number. */
export function parsePercent(text: string): number | null {
  const match = /^(\d+(?:\.\d{1,2})?)([%‰])$/.exec(text.trim());
  if (match === null) return null;
  return match[2] === "%" ? Number(match[1]) : Number(match[1]) / 10;
}
