/**
 * Markdown for pull requests: folded blocks whose content can neither end its fence nor become markup, and a
 * cap on the whole.
 */
import { sanitizeLine } from "../../core/sanitize.ts";
import { type Line, plainLine, plural } from "./text.ts";

/** GitHub takes comments of up to 65 536 characters; the rest is room for what a bot adds. */
export const MAX_MARKDOWN_BYTES = 60_000;

/** A folded block with these lines; a block without lines is one line of text. */
export function hostBlock(title: string, lines: readonly Line[]): string {
  const summary = escapeHtml(sanitizeLine(title));
  if (lines.length === 0) return `- ${summary}\n`;
  const text = forDiffFence(lines);
  const fence = fenceFor(text);
  return `<details><summary>${summary}</summary>\n\n${fence}diff\n${text}${fence}\n\n</details>\n`;
}

/** Heading and as many blocks as fit, in order; the note says how many are missing and how to see them. */
export function joinBlocks(heading: string, blocks: readonly string[], whole: string): string {
  const kept: string[] = [];
  let bytes = Buffer.byteLength(heading) + 300 + Buffer.byteLength(whole);
  for (const block of blocks) {
    bytes += Buffer.byteLength(block) + 1;
    if (bytes > MAX_MARKDOWN_BYTES) break;
    kept.push(block);
  }
  const missing = blocks.length - kept.length;
  const note =
    missing === 0
      ? []
      : [`_${plural(missing, "block")} left out, because a comment holds no more than 60 kB; ${whole}_\n`];
  return [heading, ...kept, ...note].join("\n");
}

/** Text for a table cell or a paragraph: nothing in it is markup, a mention or a cell's end. */
export function escapeInline(text: string): string {
  return escapeHtml(sanitizeLine(text)).replace(
    /[\\`*_[\]|~@#!]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** The three characters that HTML, and a message to Slack, take for their own. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * In a diff fence the first character colours a line, so a line's own sign is put there and its indent after
 * it.
 */
function forDiffFence(lines: readonly Line[]): string {
  return lines.map((spans) => `${signFirst(spans)}\n`).join("");
}

function signFirst(spans: Line): string {
  const text = plainLine(spans);
  const signed = spans.find((span) => span.text.trim() !== "");
  if (signed === undefined || (signed.style !== "added" && signed.style !== "removed")) return text;
  const at = text.search(/\S/);
  return text.slice(at, at + 1) + text.slice(0, at) + text.slice(at + 1);
}

/** A fence longer than every run of backticks in the text. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(longest + 1);
}
