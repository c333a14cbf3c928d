/**
 * The redactor: the second net that takes secrets out of any text, in every form that text is likely to carry
 * them (SEC-08).
 */
import type { Secret } from "./secret.ts";

/**
 * Takes secrets out of text. redact works on a whole text; stream is for text that comes in pieces cut
 * anywhere.
 */
export type Redactor = {
  readonly redact: (text: string) => string;
  readonly stream: () => RedactorStream;
};

/** push gives what is safe to print so far; end gives the rest. */
export type RedactorStream = { readonly push: (chunk: string) => string; readonly end: () => string };

/**
 * Shorter secrets are left alone: redacting "ab" or "1" would make every text unreadable and prove the value.
 */
const MIN_LENGTH = 4;
/**
 * Lines of a secret of several lines are looked for one by one from this length on: a diff or an indent
 * prefixes each.
 */
const MIN_LINE_LENGTH = 8;

/**
 * Makes a redactor for these secrets; each hit reads `<secret NAME>`. Of several that start at one place the
 * longest counts.
 */
export function makeRedactor(secrets: readonly Secret[]): Redactor {
  const needles = makeNeedles(secrets);
  if (needles.size === 0)
    return { redact: (text) => text, stream: () => ({ push: (chunk) => chunk, end: () => "" }) };
  const index = makeIndex(needles);
  return { redact: (text) => scan(text, index, "end").shown, stream: () => makeStream(index) };
}

/** Holds back the end of the text from where a secret may have begun. */
function makeStream(index: Index): RedactorStream {
  let held = "";
  const push = (chunk: string): string => {
    const { shown, rest } = scan(held + chunk, index, "more");
    held = rest;
    return shown;
  };
  return { push, end: () => scan(held, index, "end").shown };
}

/**
 * Secrets by their first characters: there may be thousands of them, and each a million characters long, so
 * no regular expression holds them.
 */
type Index = {
  readonly byStart: ReadonlyMap<string, readonly { readonly needle: string; readonly shown: string }[]>;
  /** By pairOf: whether a secret starts like that at all, which in most places none does. */
  readonly pairs: Uint8Array;
  /** One, two or three characters that a secret starts with. */
  readonly beginnings: ReadonlySet<string>;
};

function makeIndex(needles: ReadonlyMap<string, string>): Index {
  const longestFirst = [...needles]
    .map(([needle, shown]) => ({ needle, shown }))
    .sort((a, b) => b.needle.length - a.needle.length);
  const pairs = new Uint8Array(65_536);
  for (const { needle } of longestFirst) pairs[pairOf(needle, 0)] = 1;
  return {
    pairs,
    byStart: Map.groupBy(longestFirst, ({ needle }) => needle.slice(0, MIN_LENGTH)),
    beginnings: new Set(
      longestFirst.flatMap(({ needle }) =>
        Array.from({ length: MIN_LENGTH - 1 }, (_, length) => needle.slice(0, length + 1)),
      ),
    ),
  };
}

/** From left to right. rest: what comes from where a secret may go on in the next piece. */
function scan(
  text: string,
  { byStart, pairs, beginnings }: Index,
  next: "more" | "end",
): { readonly shown: string; readonly rest: string } {
  let shown = "";
  let from = 0;
  let at = 0;
  while (at <= text.length - MIN_LENGTH) {
    const candidates =
      pairs[pairOf(text, at)] === 1 ? byStart.get(text.slice(at, at + MIN_LENGTH)) : undefined;
    const hit = candidates?.find(
      ({ needle }) => text.startsWith(needle, at) || (next === "more" && mayGoOn(text, at, needle)),
    );
    if (hit === undefined) {
      at += 1;
      continue;
    }
    shown += text.slice(from, at);
    if (!text.startsWith(hit.needle, at)) return { shown, rest: text.slice(at) };
    shown += hit.shown;
    at += hit.needle.length;
    from = at;
  }
  while (next === "more" && at < text.length && !beginnings.has(text.slice(at))) at += 1;
  const cut = next === "more" ? at : text.length;
  return { shown: shown + text.slice(from, cut), rest: text.slice(cut) };
}

/** A number for the two characters at a place. */
function pairOf(text: string, at: number): number {
  return ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);
}

function mayGoOn(text: string, at: number, needle: string): boolean {
  return needle.length > text.length - at && needle.startsWith(text.slice(at));
}

function makeNeedles(secrets: readonly Secret[]): Map<string, string> {
  const needles = new Map<string, string>();
  for (const secret of secrets) {
    for (const form of formsOf(secret.reveal()))
      if (!needles.has(form)) needles.set(form, `<secret ${secret.name}>`);
  }
  return needles;
}

function formsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length > 1 ? lines.filter((line) => line.length >= MIN_LINE_LENGTH) : [];
  return [value, value.trim(), ...parts].filter((part) => part.length >= MIN_LENGTH).flatMap(encodedForms);
}

/**
 * A value as it is in text, URL, JSON, shell, C-quoted (systemd) and in base64 at each of the three
 * alignments.
 */
function encodedForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const systemd = value.replace(/[\\"]/g, "\\$&");
  const environment = value.replace(/[\\"$`]/g, "\\$&");
  const url = encodeURIComponent(value.toWellFormed());
  const forms = [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    systemd,
    environment,
    url,
    url.replace(/%20/g, "+"),
    lowerPercent(url),
  ];
  return [
    ...forms,
    value.replaceAll("'", "'\\''"),
    ...base64Forms(value),
    Buffer.from(value).toString("hex"),
  ];
}

function lowerPercent(url: string): string {
  return url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

/**
 * The characters that only the secret decides when its bytes start at offset 0, 1 or 2 of a base64 group;
 * both alphabets.
 */
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
