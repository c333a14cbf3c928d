/**
 * Makes text that others wrote harmless for a terminal and for a CI log: hosts, repositories and servers are
 * hostile (SEC-19).
 */

/** Longest line that is shown, in UTF-8 bytes. */
export const MAX_LINE_BYTES = 4096;
/** Longest text that is shown of one source, in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 1024 * 1024;

const LINE_NOTE = "… (line cut)";
const TEXT_NOTE = "… (text cut at 1 MiB)";

/**
 * Text that is safe to print: whole escape sequences, C0 (except newline and tab), DEL, C1 and the bidi
 * controls U+202A–E and U+2066–9 are gone, lone surrogates are U+FFFD, CI commands are disarmed, a line is at
 * most 4 KiB and the whole at most 1 MiB. Idempotent.
 */
export function sanitize(text: string): string {
  const lines: string[] = [];
  let left = MAX_TEXT_BYTES;
  for (const line of stripControls(text.slice(0, 4 * MAX_TEXT_BYTES)).split("\n")) {
    const kept = capBytes(line, MAX_LINE_BYTES, LINE_NOTE);
    left -= Buffer.byteLength(kept) + 1;
    if (left < 64) return [...lines, TEXT_NOTE].join("\n");
    lines.push(kept);
  }
  return lines.join("\n");
}

/** The same for what must stay one line: newlines become spaces. */
export function sanitizeLine(text: string): string {
  const start = text.slice(0, 4 * MAX_LINE_BYTES).replace(/[\r\n]+/g, " ");
  return capBytes(stripControls(start), MAX_LINE_BYTES, LINE_NOTE);
}

/**
 * Strips and disarms as sanitize does, without its caps: for text whose whole length matters, e.g. a rendered
 * file.
 */
export function stripControls(text: string): string {
  const plain = text.replace(ESCAPE_SEQUENCE, "").replace(CONTROLS, "").toWellFormed();
  return disarmAnnotations(plain);
}

/**
 * ECMA-48: CSI with its parameters, the string sequences (OSC, DCS, SOS, PM, APC) with their payload on one
 * line, and the two-character ones.
 */
const ESCAPE_SEQUENCE = new RegExp(
  [
    /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/,
    /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\n\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)/,
    /\u001b[ -/]*[0-~]/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * GitHub takes `::name` at a line's start; `##[…]`, `##vso[…]` and `##teamcity[…]` are taken anywhere in a
 * line.
 */
function disarmAnnotations(text: string): string {
  return text.replace(/^(\s*):(?=:[A-Za-z])/gm, "$1: ").replace(/##(?=(?:[A-Za-z]{0,16})\[)/g, "## ");
}

/** The longest start of a line that fits with its note; never cuts a character in two. */
function capBytes(line: string, maxBytes: number, note: string): string {
  if (Buffer.byteLength(line) <= maxBytes) return line;
  const room = maxBytes - Buffer.byteLength(note);
  let end = 0;
  let bytes = 0;
  for (const character of line) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    end += character.length;
  }
  return line.slice(0, end) + note;
}
