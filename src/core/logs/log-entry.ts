/**
 * One entry of a host's journal, from an unchecked line of `journalctl -o json`
 * (systemd.journal-fields(7)).
 */
import { stripControls } from "../sanitize.ts";

/** An entry as it is shown. */
export type LogEntry = {
  readonly host: string;
  /** One of the units that were asked for. */
  readonly unit: string;
  /** Milliseconds since the epoch, by the host's clock until it is corrected. */
  readonly at: number;
  /** 0 (emerg) to 7 (debug), as syslog has it; null: none given. */
  readonly priority: number | null;
  readonly pid: number | null;
  /** Without control characters and secrets; may have several lines. */
  readonly message: string;
  /** Where a reader continues; null: a shape that is not sent back to any host. */
  readonly cursor: string | null;
};

/**
 * How entries are read. units: those that were asked for. redact: takes secrets out of a text of any length.
 */
export type EntryReader = {
  readonly host: string;
  readonly units: readonly string[];
  readonly redact: (text: string) => string;
};

/**
 * The longest message that is kept, in UTF-16 units: more is no log line, and every one is held in memory for
 * a moment.
 */
export const MAX_MESSAGE = 65_536;

/** The entry of one line; null for a line that is none. */
export function parseEntry(line: string, { host, units, redact }: EntryReader): LogEntry | null {
  const fields = parseObject(line);
  if (fields === null) return null;
  const microseconds = wholeNumber(fields.__REALTIME_TIMESTAMP, 16);
  const unit = unitOf(fields, units);
  if (microseconds === null || unit === null) return null;
  const priority = wholeNumber(fields.PRIORITY, 1);
  return {
    host,
    unit,
    at: microseconds / 1000,
    priority: priority === null || priority > 7 ? null : priority,
    pid: wholeNumber(fields._PID, 10),
    message: cut(redact(stripControls(messageOf(fields.MESSAGE)).replace(/\n+$/, ""))),
    cursor: typeof fields.__CURSOR === "string" && CURSOR.test(fields.__CURSOR) ? fields.__CURSOR : null,
  };
}

/** sd_journal_get_cursor(3): sequence number, boot, monotonic and wall clock, checksum. */
const CURSOR =
  /^s=[0-9a-f]{32};i=[0-9a-f]{1,16};b=[0-9a-f]{32};m=[0-9a-f]{1,16};t=[0-9a-f]{1,16};x=[0-9a-f]{1,16}$/;

type Fields = { readonly [field: string]: unknown };

function parseObject(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Fields that start with an underscore are journald's own; UNIT counts from PID 1 alone, COREDUMP_UNIT and
 * OBJECT_… from their handlers.
 */
function unitOf(fields: Fields, units: readonly string[]): string | null {
  const told =
    fields._PID === "1"
      ? [fields.UNIT, fields._SYSTEMD_UNIT]
      : [fields._SYSTEMD_UNIT, fields.COREDUMP_UNIT, fields.OBJECT_SYSTEMD_UNIT];
  return units.find((unit) => told.includes(unit)) ?? null;
}

/**
 * A field that is no UTF-8 text comes as an array of its bytes, one that occurs several times as an array of
 * its values.
 */
function messageOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "(a message without text)";
  const bytes = value.filter(
    (each) => typeof each === "number" && Number.isInteger(each) && each >= 0 && each <= 255,
  );
  if (bytes.length > 0 && bytes.length === value.length)
    return Buffer.from(bytes).toString("utf8").replaceAll("\u0000", "␀");
  return value.map(messageOf).join("\n");
}

function cut(message: string): string {
  return message.length <= MAX_MESSAGE
    ? message
    : `${message.slice(0, MAX_MESSAGE).toWellFormed()}… (message cut)`;
}

function wholeNumber(value: unknown, digits: number): number | null {
  return typeof value === "string" && /^\d+$/.test(value) && value.length <= digits ? Number(value) : null;
}
