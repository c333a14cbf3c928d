/**
 * Names of units: what is one, its parts, and the modes of systemd-escape(1) that make one (systemd.unit(5);
 * unit-name.c).
 */
import { escapePath, escapeUnitName, unescapePath, unescapeUnitName } from "./escape.ts";

/**
 * A unit's name in parts: "web-api@a\x2db.service" has prefix "web-api", instance "a\x2db" (still escaped),
 * type "service". instance: null for a plain unit, "" for a template.
 */
export type UnitName = { readonly prefix: string; readonly instance: string | null; readonly type: string };

/**
 * The parts of a name; null when systemd takes it for no unit's name (its characters, its type, 255 bytes).
 */
export function parseUnitName(name: string): UnitName | null {
  const match = /^([A-Za-z0-9:_.\\-]+)(?:@([A-Za-z0-9:_.\\@-]*))?\.([a-z]+)$/.exec(name);
  if (match === null || name.length > 255 || !TYPES.has(match[3] ?? "")) return null;
  return { prefix: match[1] ?? "", instance: match[2] ?? null, type: match[3] ?? "" };
}

/** What is behind the last dot of a unit's name: "service" of "web.service". */
export function unitType(unit: string): string {
  return unit.slice(unit.lastIndexOf(".") + 1);
}

/**
 * The template that a unit is an instance of, e.g. "web@.service" of "web@blue.service"; a unit that is none
 * is given back as it is.
 */
export function templateOf(name: string): string {
  return name.replace(/^([^@]*@).*(\.[a-z]+)$/, "$1$2");
}

/**
 * Text as the instance of a template such as "web@.service", escaped; as `systemd-escape --template=TEMPLATE
 * TEXT`. Null when the result is no unit's name.
 */
export function instantiate(template: string, text: string): string | null {
  const parts = parseUnitName(template);
  if (parts?.instance !== "" || text === "") return null;
  return valid(`${parts.prefix}@${escapeUnitName(text)}.${parts.type}`);
}

/** Like instantiate, with the path escaped as a path; as `systemd-escape --path --template=TEMPLATE PATH`. */
export function instantiatePath(template: string, path: string): string | null {
  const [parts, escaped] = [parseUnitName(template), escapePath(path)];
  return parts?.instance !== "" || escaped === null
    ? null
    : valid(`${parts.prefix}@${escaped}.${parts.type}`);
}

/**
 * The instance of a unit's name, unescaped; as `systemd-escape --unescape --instance NAME`. Null when there
 * is none.
 */
export function instanceOf(name: string): string | null {
  const instance = parseUnitName(name)?.instance ?? "";
  return instance === "" ? null : unescapeUnitName(instance);
}

/**
 * The instance of a unit's name as a path; as `systemd-escape --unescape --instance --path NAME`. Null when
 * there is none.
 */
export function instancePathOf(name: string): string | null {
  const instance = parseUnitName(name)?.instance ?? "";
  return instance === "" ? null : unescapePath(instance);
}

/**
 * What an operator typed, made a unit's name: a path becomes a mount's or device's, other text gets a type;
 * as `systemd-escape --mangle`. Null for text that cannot.
 */
export function mangleUnitName(text: string, type = "service"): string | null {
  if (text === "") return null;
  if (parseUnitName(text) !== null) return text;
  const escaped = text.startsWith("/") ? escapePath(text) : null;
  const path =
    escaped === null
      ? null
      : valid(`${escaped}.${/^\/+(?:dev|sys)(?:\/|$)/.test(text) ? "device" : "mount"}`);
  if (path !== null) return path;
  const mangled = [...new TextEncoder().encode(text)].map(mangleByte).join("");
  return valid(mangled) ?? valid(`${mangled}.${type}`);
}

const TYPES: ReadonlySet<string> = new Set(
  "service socket target device mount automount swap timer path slice scope".split(" "),
);

function valid(name: string): string | null {
  return parseUnitName(name) === null ? null : name;
}

function mangleByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === "/") return "-";
  return /^[A-Za-z0-9:_.\\@-]$/.test(character) ? character : `\\x${byte.toString(16).padStart(2, "0")}`;
}
