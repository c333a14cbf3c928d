/** Time spans as systemd reads and writes them (systemd.time(7), "Parsing Time Spans"; time-util.c). */

/**
 * Seconds of a span such as "5min 20s", "1.5h" or "90" (no unit: seconds); Infinity for "infinity"; null for
 * anything that systemd refuses.
 */
export function parseTimeSpan(text: string): number | null {
  const microseconds = parseTimeSpanMicroseconds(text);
  return typeof microseconds === "bigint"
    ? Number(microseconds) / 1e6
    : microseconds === null
      ? null
      : Number.POSITIVE_INFINITY;
}

/**
 * The same span exactly, in microseconds, of which systemd holds 64 bits. Fractions of a microsecond are cut
 * off.
 */
export function parseTimeSpanMicroseconds(text: string): bigint | "infinity" | null {
  const span = text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, "");
  if (span === "infinity") return "infinity";
  TERM.lastIndex = 0;
  let total = 0n;
  let at = 0;
  while (at < span.length) {
    const match = TERM.exec(span);
    if (match === null) return null;
    at = TERM.lastIndex;
    const [term, whole = "0", fraction = "", unit] = match;
    // "1.2.3" is a slip, "1.2 .3" are two terms.
    if (unit === undefined && !/[ \t\n\r]$/.test(term) && at < span.length) return null;
    const scale = UNITS.get(unit ?? "s") ?? 1n;
    if (
      whole.replace(/^0+/, "").length > 19 ||
      BigInt(whole) > MAX_SIGNED ||
      BigInt(whole) >= INFINITY / scale
    )
      return null;
    total += BigInt(whole) * scale + scaleFraction(fraction, scale);
    if (total >= INFINITY) return null;
  }
  return at === 0 ? null : total;
}

/**
 * The normal form of a span in microseconds, as `systemd-analyze timespan` prints it: "1h 30min",
 * "1.500000s", "0".
 */
export function formatTimeSpan(microseconds: bigint | "infinity"): string {
  if (microseconds === "infinity") return "infinity";
  const parts: string[] = [];
  let rest = microseconds;
  for (const [suffix, size, decimals] of FORMAT) {
    if (rest < size) continue;
    const left = rest % size;
    if (rest < MINUTE && left > 0n)
      return [...parts, `${rest / size}.${String(left).padStart(decimals, "0")}${suffix}`].join(" ");
    parts.push(`${rest / size}${suffix}`);
    rest = left;
  }
  return parts.length === 0 ? "0" : parts.join(" ");
}

const INFINITY = 2n ** 64n - 1n;
const MAX_SIGNED = 2n ** 63n - 1n;
const MINUTE = 60_000_000n;

/** Longer names first, as each must win over the ones that it starts with. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ...unit(1_000_000n, "seconds second sec s"),
  ...unit(MINUTE, "minutes minute min"),
  ...unit(2_629_800_000_000n, "months month M"),
  ...unit(1000n, "msec ms"),
  ...unit(MINUTE, "m"),
  ...unit(3_600_000_000n, "hours hour hr h"),
  ...unit(86_400_000_000n, "days day d"),
  ...unit(604_800_000_000n, "weeks week w"),
  ...unit(31_557_600_000_000n, "years year y"),
  ...unit(1n, "usec us µs μs"),
]);

const TERM = new RegExp(
  `[ \\t\\n\\r]*(?:\\+?(\\d+)|(?=\\.\\d))(?:\\.(\\d+))?[ \\t\\n\\r]*(${[...UNITS.keys()].join("|")})?`,
  "y",
);
const FORMAT: readonly (readonly [suffix: string, size: bigint, decimals: number])[] = [
  ["y", 31_557_600_000_000n, 0],
  ["month", 2_629_800_000_000n, 0],
  ["w", 604_800_000_000n, 0],
  ["d", 86_400_000_000n, 0],
  ["h", 3_600_000_000n, 0],
  ["min", MINUTE, 0],
  ["s", 1_000_000n, 6],
  ["ms", 1000n, 3],
  ["us", 1n, 0],
];

/** systemd divides the unit by ten for each digit, in whole microseconds. */
function scaleFraction(digits: string, scale: bigint): bigint {
  let [sum, step] = [0n, scale / 10n];
  for (const digit of digits.slice(0, 20)) {
    sum += BigInt(digit) * step;
    step /= 10n;
  }
  return sum;
}

function unit(microseconds: bigint, names: string): readonly (readonly [string, bigint])[] {
  return names.split(" ").map((name) => [name, microseconds] as const);
}
