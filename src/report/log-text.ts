/**
 * Journal entries of several hosts as lines: time, host and unit only where there is more than one of them,
 * and the message.
 */

import type { LogEntry } from "../core/logs/log-entry.ts";
import { formatJson } from "./lines/json.ts";
import { type Line, line, type Style, styled, truncate } from "./lines/text.ts";
import { dayOf, two } from "./lines/time-text.ts";

/**
 * How the lines of one command look. Widths: of the longest host and unit; 0: there is only one, it need not
 * be named.
 */
export type LogLayout = {
  readonly hostWidth: number;
  readonly unitWidth: number;
  readonly tints: ReadonlyMap<string, Style>;
};

const TINTS: readonly Style[] = ["tint1", "tint2", "tint3", "tint4", "tint5", "tint6"];
/** A name longer than this is cut: the message matters more. */
const MAX_NAME = 24;

/**
 * The layout for these hosts and units. inventory: all hosts of the environment, so that a host keeps its
 * colour whatever is selected.
 */
export function makeLogLayout(
  hosts: readonly string[],
  units: readonly string[],
  inventory: readonly string[],
): LogLayout {
  const width = (names: readonly string[]): number =>
    names.length < 2 ? 0 : Math.min(MAX_NAME, Math.max(...names.map((name) => name.length)));
  return { hostWidth: width(hosts), unitWidth: width(units.map(unitName)), tints: tintHosts(inventory) };
}

/**
 * The lines of an entry, each with the whole prefix, so that grep finds what belongs together. The time is
 * the local one.
 */
export function entryLines(entry: LogEntry, { hostWidth, unitWidth, tints }: LogLayout): readonly Line[] {
  const time = styled("dim", clockTime(entry.at));
  const host =
    hostWidth === 0 ? [] : [styled(tints.get(entry.host) ?? "plain", ` ${column(entry.host, hostWidth)}`)];
  const unit = unitWidth === 0 ? [] : [styled("plain", ` ${column(unitName(entry.unit), unitWidth)}`)];
  return entry.message
    .split("\n")
    .map((text) =>
      line(time, ...host, ...unit, styled("dim", " | "), styled(messageStyle(entry.priority), text)),
    );
}

/** A line for the day, printed before the first entry of each. */
export function dayLine(at: number): Line {
  const date = new Date(at);
  const [sign, minutes] = [date.getTimezoneOffset() > 0 ? "-" : "+", Math.abs(date.getTimezoneOffset())];
  const zone = `UTC${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return line(styled("dim", `── ${dayOf(at)}, ${zone}`));
}

/** What is shown where lines of a host are missing. */
export function droppedLine(host: string, count: number): Line {
  return line(
    styled(
      "warn",
      `… ${count.toLocaleString("en-GB")} ${count === 1 ? "line" : "lines"} of ${host} dropped: it ` +
        `writes faster than this terminal shows`,
    ),
  );
}

const SCHEMA = "svcdeploy.log/1";

/** One entry for machines, as one line: schema svcdeploy.log/1. */
export function entryJson({ host, unit, at, priority, pid, message }: LogEntry): string {
  return formatJson(
    { schema: SCHEMA, host, unit, time: new Date(at).toISOString(), priority, pid, message },
    0,
  );
}

/** Missing lines for machines. */
export function droppedJson(host: string, count: number): string {
  return formatJson({ schema: SCHEMA, host, dropped: count }, 0);
}

/** By name where that is free, the next free one otherwise; from the seventh host on colours repeat. */
function tintHosts(hosts: readonly string[]): ReadonlyMap<string, Style> {
  const taken = new Set<number>();
  return new Map(
    hosts.map((host) => {
      const wanted = hash(host) % TINTS.length;
      const free = TINTS.map((_, index) => (wanted + index) % TINTS.length).find(
        (index) => !taken.has(index),
      );
      taken.add(free ?? wanted);
      return [host, TINTS[free ?? wanted] ?? "plain"] as const;
    }),
  );
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** Up to LOG_ERR what a service says is trouble, LOG_WARNING may be (syslog(3)). */
function messageStyle(priority: number | null): Style {
  if (priority === null || priority > 4) return "plain";
  return priority === 4 ? "warn" : "bad";
}

function unitName(unit: string): string {
  return unit.replace(/\.service$/, "");
}

function column(text: string, width: number): string {
  return truncate(text, width).padEnd(width);
}

function clockTime(at: number): string {
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
