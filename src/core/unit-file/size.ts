/**
 * Sizes in bytes as systemd writes them (systemd.resource-control(5); parse_size in parse-util.c): base 1024,
 * suffixes K M G T P E.
 */

/**
 * Bytes of a size such as "2G", "1.5G", "1G 512M" or "512"; Infinity for "infinity"; null for junk such as
 * "2GB" or "2g", which systemd ignores with a warning, and for 16 EiB or more. Units must fall, each once.
 */
export function parseSize(text: string): number | null {
  return parseInBase(text, 1024);
}

/** The same where systemd counts by thousands: bandwidths such as IOReadBandwidthMax=. */
export function parseDecimalSize(text: string): number | null {
  return parseInBase(text, 1000);
}

function parseInBase(text: string, base: 1000 | 1024): number | null {
  const size = text.trim();
  if (size === "infinity") return Number.POSITIVE_INFINITY;
  TERM.lastIndex = 0;
  let total = 0n;
  let least = SUFFIXES.length;
  for (let at = 0; at < size.length; at = TERM.lastIndex) {
    const [, whole = "", fraction = "", suffix = ""] = TERM.exec(size) ?? [];
    const rank = SUFFIXES.indexOf(suffix);
    if (whole === "" || whole.length > 20 || rank >= least) return null;
    least = rank;
    const factor = BigInt(base) ** BigInt(Math.max(0, rank - 1));
    const part = Number(`0.${fraction.slice(0, 19)}`);
    if (BigInt(whole) + (part > 0 ? 1n : 0n) > MAX / factor) return null;
    total += BigInt(whole) * factor + BigInt(Math.floor(part * Number(factor)));
    if (total > MAX) return null;
  }
  return size === "" ? null : Number(total);
}

const MAX = 2n ** 64n - 1n;
/** In falling order from the end: nothing, B, K … */
const SUFFIXES = ["", "B", "K", "M", "G", "T", "P", "E"];
const TERM = /[ \t\n\r]*\+?(\d+)(?:\.(\d*))?[ \t\n\r]*([KMGTPEB]?)/y;
