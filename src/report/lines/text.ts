/**
 * Styled text as data: reporters make lines, the sink cleans and paints them. So a colour can never come from
 * a host's words.
 */
import { sanitizeLine } from "../../core/sanitize.ts";

/** What a piece of text is, not which colour it has. */
export type Style =
  | "plain"
  | "strong"
  | "dim"
  | "added"
  | "removed"
  | "hunk"
  | "good"
  | "bad"
  | "warn"
  | Tint;
/** Colours without a meaning, to tell things apart. */
export type Tint = "tint1" | "tint2" | "tint3" | "tint4" | "tint5" | "tint6";
/** A piece of a line. */
export type Span = { readonly style: Style; readonly text: string };
/** One line, without its newline. */
export type Line = readonly Span[];

/** A line from plain strings and spans. */
export function line(...parts: readonly (string | Span)[]): Line {
  return parts.map((part) => (typeof part === "string" ? { style: "plain", text: part } : part));
}

/** A span of this style. */
export function styled(style: Style, text: string): Span {
  return { style, text };
}

/** The lines moved right by so many spaces; empty lines stay empty. */
export function indent(lines: readonly Line[], spaces: number): readonly Line[] {
  return lines.map((each) =>
    each.length === 0 ? each : [{ style: "plain", text: " ".repeat(spaces) }, ...each],
  );
}

/** The lines as text without colours, cleaned, each ended by a newline. */
export function plainText(lines: readonly Line[]): string {
  return lines.map((each) => `${plainLine(each)}\n`).join("");
}

/** One line as text without colours, cleaned. */
export function plainLine(spans: Line): string {
  return sanitizeLine(spans.map((span) => span.text).join(""));
}

/** "1 host", "2 hosts", "0 changes". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * Text in lines of at most so many columns, broken at spaces; its own newlines stay. A longer word stands
 * alone on its line. What is indented by four is to be copied and stays in one line.
 */
export function wrap(text: string, columns: number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => wrapParagraph(paragraph, columns));
}

/**
 * A head and a text after it (joined without a blank) within so many columns; what does not fit continues in
 * lines moved right by so many spaces. The text's own newlines stay.
 */
export function hang(head: Line, text: string, columns: number, spaces: number): readonly Line[] {
  const width = [...head.map((span) => span.text).join("")].length;
  const mark = "x".repeat(Math.max(0, width - spaces));
  const [first = "", ...rest] = wrap(mark + text, columns - spaces);
  const whole = first.startsWith(mark) ? first.slice(mark.length) : first;
  return [[...head, ...line(whole)], ...rest.map((part) => line(" ".repeat(spaces) + part))];
}

/** The line as it is when it fits; else broken at spaces, all of it in the style that its first span has. */
export function breakLine(spans: Line, columns: number): readonly Line[] {
  const text = spans.map((span) => span.text).join("");
  if ([...text].length <= columns) return [spans];
  return wrap(text, columns - 4).map((part, index) =>
    line(styled(spans[0]?.style ?? "plain", index === 0 ? part : `    ${part}`)),
  );
}

/** Text cut to so many columns, with an ellipsis where something is missing. */
export function truncate(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

/** "0.4 s", "12 s", "3 min 05 s". */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

function wrapParagraph(paragraph: string, columns: number): readonly string[] {
  const lead = /^\s*/.exec(paragraph)?.[0] ?? "";
  if (lead.length >= 4) return [paragraph];
  const lines: string[] = [];
  let current = "";
  for (const word of paragraph.trim().split(" ")) {
    const longer = current === "" ? lead + word : `${current} ${word}`;
    if (current !== "" && longer.length > columns) {
      lines.push(current);
      current = lead + word;
    } else current = longer;
  }
  return [...lines, current];
}
