/**
 * The types that YAML 1.1 gives to words without quotes, as Ansible's parser does: `yes` is true, 0755 is
 * octal, 1:30 counts in sixties, 2026-11-30 is a date, `1e5` a text.
 */
import type { Value } from "./value.ts";

/** undefined: the word cannot have the type that it looks like, such as the date 2026-13-45. */
export function readPlain(word: string): Value | undefined {
  if (/^(?:~|null|Null|NULL|)$/.test(word)) return null;
  if (TRUE.test(word)) return true;
  if (FALSE.test(word)) return false;
  // These have types of their own in YAML 1.1, which no reader knows for a value.
  if (word === "=" || word === "<<") return undefined;
  if (!/^[-+.0-9]/.test(word)) return word;
  if (INTEGER.test(word)) return readInteger(word);
  if (FLOAT.test(word)) return readFloat(word);
  return TIME.test(word) ? readTime(word) : word;
}

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
/** A whole word in one of these forms. */
function oneOf(...forms: readonly string[]): RegExp {
  return new RegExp(`^(?:${forms.join("|")})$`);
}

const INTEGER = oneOf(
  "[-+]?0b[01_]+",
  "[-+]?0[0-7_]+",
  "[-+]?(?:0|[1-9][0-9_]*)",
  "[-+]?0x[0-9a-fA-F_]+",
  "[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+",
);
const FLOAT = oneOf(
  String.raw`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?`,
  String.raw`\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?`,
  String.raw`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*`,
  String.raw`[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
);
const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})`;
const DAY = String.raw`(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)`;
const CLOCK = String.raw`(\d\d?):(\d{2}):(\d{2})(?:\.(\d*))?`;
const ZONE = String.raw`(?:[ \t]*(?:Z|([-+])(\d\d?)(?::(\d{2}))?))?`;
const TIME = oneOf(DATE, DAY + CLOCK + ZONE);

/** The number of a word that is tagged or looks like one; undefined: it is none. */
export function readInteger(word: string): bigint | undefined {
  const text = word.replaceAll("_", "");
  const sign = text.startsWith("-") ? -1n : 1n;
  const digits = text.replace(/^[-+]/, "");
  if (/^0b[01]+$/.test(digits) || /^0x[0-9a-fA-F]+$/.test(digits)) return sign * BigInt(digits);
  if (/^0[0-7]+$/.test(digits)) return sign * BigInt(`0o${digits.slice(1)}`);
  if (/^\d+$/.test(digits) && digits.length < 4300) return sign * BigInt(digits);
  if (!/^\d+(?::\d+)+$/.test(digits)) return undefined;
  return sign * digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
}

/** The same for a float. */
export function readFloat(word: string): number | undefined {
  const text = word.replaceAll("_", "").toLowerCase();
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  if (digits.includes(":")) return sign * digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  const value = Number(digits);
  return Number.isNaN(value) || digits === "" ? undefined : sign * value;
}

function readTime(word: string): string | undefined {
  const [, ...parts] = TIME.exec(word) ?? [];
  const at = (index: number): number => Number(parts[index] ?? 0);
  if (parts[0] !== undefined) return isDate(at(0), at(1), at(2)) ? word : undefined;
  const [hours, minutes, seconds] = [at(6), at(7), at(8)];
  if (!isDate(at(3), at(4), at(5)) || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const two = (value: number): string => String(value).padStart(2, "0");
  const fraction = (parts[9] ?? "").slice(0, 6).padEnd(6, "0");
  const shown = fraction === "000000" ? "" : `.${fraction}`;
  const zone = word.endsWith("Z")
    ? "+00:00"
    : parts[10] === undefined
      ? ""
      : zoneOf(parts[10], at(11), at(12));
  const day = `${parts[3]}-${two(at(4))}-${two(at(5))}`;
  return `${day}T${two(hours)}:${two(minutes)}:${two(seconds)}${shown}${zone}`;
}

function zoneOf(sign: string, hours: number, minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours === 0 && minutes === 0 ? "+00:00" : `${sign}${two(hours)}:${two(minutes)}`;
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  // The years repeat after 400 of them.
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
