/** logs.sh's question and answer: the order encoded for it, its lines told apart. */
import { sanitizeLine } from "../core/sanitize.ts";
import { field, frameOf, line, systemScope } from "./frames.ts";

/**
 * From where on the journal is read. cursor: from that entry on, the entry itself included; ago: seconds;
 * moment: seconds since the epoch, by the host's clock.
 */
export type LogStart =
  | { readonly kind: "oldest" }
  | { readonly kind: "cursor"; readonly cursor: string }
  | { readonly kind: "ago"; readonly seconds: number }
  | { readonly kind: "moment"; readonly clock: number };

/**
 * What to print. once: what there is, and the start of each unit's invocation; follow: that and what comes.
 * lines: the last so many of all units.
 */
export type LogOrder = {
  readonly mode: "once" | "follow";
  readonly units: readonly string[];
  readonly lines: number | "all";
  readonly start: LogStart;
  /** 0 to 7: only entries of this priority or a graver one. */
  readonly priority: number | null;
};

/** logs.sh's standard input. nonce: 32 hex digits, new for each question. */
export function encodeLogs(order: LogOrder, nonce: string): string {
  const parts = [
    `${field(nonce)}\n${systemScope}\n`,
    line("mode", order.mode),
    line("lines", String(order.lines)),
    startLine(order.start),
  ];
  if (order.priority !== null) parts.push(line("priority", String(order.priority)));
  for (const unit of order.units) parts.push(line("unit", unit));
  return `${parts.join("")}end\n`;
}

/**
 * One line of the answer. entry: a journal entry's JSON, unchecked. start: the moment of a unit's first entry
 * in its current invocation, in milliseconds.
 */
export type LogLine =
  | { readonly kind: "entry"; readonly json: string }
  | { readonly kind: "clock"; readonly clock: number }
  | { readonly kind: "login"; readonly uid: number; readonly groups: readonly string[] }
  | { readonly kind: "journald"; readonly state: string }
  | { readonly kind: "start"; readonly unit: string; readonly at: number }
  | { readonly kind: "noise" };

/**
 * Tells what a line is. An entry starts with a brace, so nothing that is logged can pass for one of the
 * script's own lines.
 */
export function decodeLogLine(text: string, nonce: string): LogLine {
  if (text.startsWith("{")) return { kind: "entry", json: text };
  const frame = frameOf(text, nonce);
  const [first = "", second = ""] = frame?.rest.split(" ") ?? [];
  switch (frame?.word) {
    case "clock":
      return /^\d{1,12}$/.test(first) ? { kind: "clock", clock: Number(first) } : { kind: "noise" };
    case "login":
      return {
        kind: "login",
        uid: /^\d{1,10}$/.test(first) ? Number(first) : -1,
        groups: frame.rest.split(" ").slice(1),
      };
    case "journald":
      return { kind: "journald", state: sanitizeLine(first).slice(0, 32) };
    case "start":
      return /^\d{1,12}\.\d{6}$/.test(second)
        ? { kind: "start", unit: first, at: Number(second) * 1000 }
        : { kind: "noise" };
    default:
      return { kind: "noise" };
  }
}

function startLine(start: LogStart): string {
  switch (start.kind) {
    case "oldest":
      return "";
    case "cursor":
      return line("cursor", start.cursor.replaceAll(";", ","));
    case "ago":
      return line("ago", String(Math.ceil(start.seconds)));
    case "moment":
      return line("moment", String(start.clock));
  }
}
