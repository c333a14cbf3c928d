/** Sizes in bytes as systemd writes them (systemd.resource-control(5)): base 1024, suffixes K M G T P E. */

const SUFFIXES = ["", "K", "M", "G", "T", "P", "E"];

/** Bytes of a size such as "2G", "1.5G" or "512"; Infinity for "infinity"; null for junk such as "2GB" or "2g", which systemd ignores with a warning. */
export function parseSize(text: string): number | null {
  const size = text.trim();
  if (size === "infinity") return Number.POSITIVE_INFINITY;
  const match = /^(\d+(?:\.\d+)?)[ \t]*([KMGTPE]?|B)$/.exec(size);
  if (match === null) return null;
  const bytes = Math.floor(Number(match[1]) * 1024 ** Math.max(0, SUFFIXES.indexOf(match[2] ?? "")));
  return bytes;
}
