/** Time spans as systemd writes them (systemd.time(7), "Parsing Time Spans"). */

const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ...unit(1e-6, "us usec µs μs"),
  ...unit(1e-3, "ms msec"),
  ...unit(1, "s sec second seconds"),
  ...unit(60, "m min minute minutes"),
  ...unit(3600, "h hr hour hours"),
  ...unit(86_400, "d day days"),
  ...unit(604_800, "w week weeks"),
  ...unit(2_629_800, "M month months"),
  ...unit(31_557_600, "y year years"),
]);

/** Seconds of a span such as "5min 20s", "1.5h" or "90" (no unit: seconds); Infinity for "infinity"; null for anything that systemd refuses. */
export function parseTimeSpan(text: string): number | null {
  const span = text.trim();
  if (span === "infinity") return Number.POSITIVE_INFINITY;
  const terms = [...span.matchAll(/(\d+(?:\.\d*)?|\.\d+)(?![\d.])\s*([A-Za-zµμ]*)\s*/gy)];
  if (terms.length === 0 || terms.map(([term]) => term).join("") !== span) return null;
  let microseconds = 0;
  for (const [, amount = "", name = ""] of terms) {
    const seconds = name === "" ? 1 : SECONDS_PER_UNIT.get(name);
    if (seconds === undefined) return null;
    microseconds += Math.round(Number(amount) * seconds * 1e6);
  }
  return microseconds / 1e6;
}

function unit(seconds: number, names: string): readonly (readonly [string, number])[] {
  return names.split(" ").map((name) => [name, seconds] as const);
}
