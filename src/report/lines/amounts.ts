/** Amounts in few characters, for tables. */

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** "3 d 4 h", "2 h 5 min", "5 min", "12 s": the two largest units, minutes alone. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const index = Math.max(
    0,
    UNITS.findIndex(([, size]) => whole >= size || size === 1),
  );
  const [name, size] = UNITS[index] ?? ["s", 1];
  const [smaller, smallerSize] = UNITS[index + 1] ?? ["", 0];
  const rest = smallerSize === 0 ? 0 : Math.floor((whole % size) / smallerSize);
  const amount = `${Math.floor(whole / size)} ${name}`;
  return rest === 0 || size <= 60 ? amount : `${amount} ${rest} ${smaller}`;
}

/** "3 d", "2 h": the largest unit alone. */
export function formatAge(seconds: number): string {
  return formatSpan(seconds).split(" ").slice(0, 2).join(" ");
}

/** "512B", "4.5M", "256M", "2G": powers of 1024, as MemoryMax= is written. */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let suffix = "B";
  for (const next of ["K", "M", "G", "T", "P"]) {
    if (amount < 1024) break;
    amount /= 1024;
    suffix = next;
  }
  const isSmall = amount < 10 && !Number.isInteger(amount);
  return `${isSmall ? amount.toFixed(1).replace(/\.0$/, "") : Math.round(amount)}${suffix}`;
}
