/**
 * systemd's escaping of names and paths (systemd.unit(5), "String Escaping for Inclusion in Unit Names";
 * systemd-escape(1)).
 */

/**
 * A string made safe for a unit name: "/" becomes "-", everything but [A-Za-z0-9:_.] becomes \xNN by byte; as
 * `systemd-escape STRING`.
 */
export function escapeUnitName(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte, index) => escapeByte(byte, index)).join("");
}

/**
 * The reverse of escapeUnitName: "-" becomes "/", \xNN its byte. Null when it is not escaped text or not
 * UTF-8.
 */
export function unescapeUnitName(name: string): string | null {
  if (/\\(?!x[0-9a-fA-F]{2})/.test(name)) return null;
  const bytes: number[] = [];
  for (const [part] of name.matchAll(/\\x[0-9a-fA-F]{2}|[^\\]/gu)) bytes.push(...unescapePart(part));
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  return Buffer.from(text).equals(Uint8Array.from(bytes)) ? text : null;
}

/**
 * A path made a unit name's prefix, as `systemd-escape --path`: slashes at the ends and doubled ones go, "/"
 * alone is "-". Null for a path with `..`, or a relative one.
 */
export function escapePath(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (!path.startsWith("/") || parts.includes("..")) return null;
  return parts.length === 0 ? "-" : escapeUnitName(parts.join("/"));
}

/** The reverse of escapePath, as `systemd-escape --unescape --path`; null when it is no escaped path. */
export function unescapePath(name: string): string | null {
  if (name === "-") return "/";
  const path = unescapeUnitName(name);
  const parts = path?.split("/") ?? [""];
  return parts.some((part) => part === "" || part === "." || part === "..") ? null : `/${path}`;
}

/**
 * The name that a mount unit for this absolute path must have, e.g. /mnt/go-cache → mnt-go\x2dcache.mount
 * (systemd.mount(5)); null as in escapePath.
 */
export function mountUnitName(path: string): string | null {
  const escaped = escapePath(path);
  return escaped === null ? null : `${escaped}.mount`;
}

function escapeByte(byte: number, index: number): string {
  const character = String.fromCharCode(byte);
  if (character === "/") return "-";
  const plain = /^[A-Za-z0-9:_.]$/.test(character) && !(index === 0 && character === ".");
  return plain ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
}

function unescapePart(part: string): Iterable<number> {
  if (part === "-") return [0x2f];
  if (part.startsWith("\\x")) return [Number.parseInt(part.slice(2), 16)];
  return new TextEncoder().encode(part);
}
