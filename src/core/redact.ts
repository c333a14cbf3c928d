/** The redactor: the second net that takes secrets out of any text, in every form that text is likely to carry them (SEC-08). */
import type { Secret } from "./secret.ts";

/** Takes secrets out of text. redact works on a whole text; stream is for text that comes in pieces cut anywhere. */
export type Redactor = {
  readonly redact: (text: string) => string;
  readonly stream: () => RedactorStream;
};

/** push gives what is safe to print so far; end gives the rest. */
export type RedactorStream = { readonly push: (chunk: string) => string; readonly end: () => string };

/** Shorter secrets are left alone: redacting "ab" or "1" would make every text unreadable and prove the value. */
const MIN_LENGTH = 4;
/** Lines of a secret of several lines are looked for one by one from this length on: a diff or an indent prefixes each. */
const MIN_LINE_LENGTH = 8;

/** Makes a redactor for these secrets; each hit reads `<secret NAME>`. */
export function makeRedactor(secrets: readonly Secret[]): Redactor {
  const needles = makeNeedles(secrets);
  if (needles.size === 0) return { redact: (text) => text, stream: () => ({ push: (chunk) => chunk, end: () => "" }) };
  const longestFirst = [...needles.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escapePattern).join("|"), "g");
  const redact = (text: string): string => text.replace(pattern, (found) => needles.get(found) ?? "<secret>");
  return { redact, stream: () => makeStream(redact, longestFirst) };
}

/**
 * Holds back the longest end of the text that could be the start of a secret, and everything from the start of a hit that such an end belongs to.
 */
function makeStream(redact: (text: string) => string, needles: readonly string[]): RedactorStream {
  const longest = needles[0]?.length ?? 0;
  let held = "";
  const push = (chunk: string): string => {
    held += chunk;
    const cut = safeLength(held, needles, longest);
    const ready = held.slice(0, cut);
    held = held.slice(cut);
    return redact(ready);
  };
  return { push, end: () => redact(held) };
}

/** Where the text may be cut: before the first place from which a secret could still be unfinished, and never inside a complete one. */
function safeLength(text: string, needles: readonly string[], longest: number): number {
  let cut = text.length;
  for (let start = Math.max(0, text.length - longest + 1); start < text.length; start += 1) {
    const tail = text.slice(start);
    if (needles.some((needle) => needle.length > tail.length && needle.startsWith(tail))) {
      cut = start;
      break;
    }
  }
  for (let moved = true; moved; ) {
    moved = false;
    for (const needle of needles) {
      const start = straddles(text, needle, cut);
      if (start === null) continue;
      cut = start;
      moved = true;
    }
  }
  return cut;
}

/** The start of an occurrence of the needle that lies across the cut; null when there is none. */
function straddles(text: string, needle: string, cut: number): number | null {
  const start = text.indexOf(needle, Math.max(0, cut - needle.length + 1));
  return start >= 0 && start < cut ? start : null;
}

function makeNeedles(secrets: readonly Secret[]): Map<string, string> {
  const needles = new Map<string, string>();
  for (const secret of secrets) {
    for (const form of formsOf(secret.reveal())) if (!needles.has(form)) needles.set(form, `<secret ${secret.name}>`);
  }
  return needles;
}

function formsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length > 1 ? lines.filter((line) => line.length >= MIN_LINE_LENGTH) : [];
  return [value, value.trim(), ...parts].filter((part) => part.length >= MIN_LENGTH).flatMap(encodedForms);
}

/** A value as it stands in text, URL, JSON, shell, C-quoted (systemd) and in base64 at each of the three alignments. */
function encodedForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const systemd = value.replace(/[\\"]/g, "\\$&");
  const environment = value.replace(/[\\"$`]/g, "\\$&");
  const url = encodeURIComponent(value.toWellFormed());
  const forms = [value, json, JSON.stringify(json).slice(1, -1), systemd, environment, url, url.replace(/%20/g, "+"), lowerPercent(url)];
  return [...forms, value.replaceAll("'", "'\\''"), ...base64Forms(value), Buffer.from(value).toString("hex")];
}

function lowerPercent(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

/** The characters that only the secret decides when its bytes start at offset 0, 1 or 2 of a base64 group; both alphabets. */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const from = offset === 0 ? 0 : offset + 1;
    const whole = Math.floor(((offset + bytes.length) * 8) / 6);
    const stable = text.slice(from, whole);
    if (stable.length < MIN_LENGTH) return [];
    return [stable, stable.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
