/**
 * Names of hosts as Ansible reads them: a port behind a colon, ranges between square brackets. What is
 * accepted where follows the reference, its slips included, so that the same line names the same hosts.
 */

const DIGITS = "[0-9]+";
const NUMERIC_RANGE = `\\[(?:${DIGITS}:${DIGITS})(?::${DIGITS})?\\]`;
const HEX_RANGE = `\\[(?:[0-9a-f]+:[0-9a-f]+)(?::${DIGITS})?\\]`;
const ANY_RANGE = `\\[(?:[a-z]:[a-z]|${DIGITS}:${DIGITS})(?::${DIGITS})?\\]`;
const OCTET = `(?:[01]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]|${NUMERIC_RANGE})`;
const WORD = "\\p{L}\\p{N}_";
const LABEL = `(?:[${WORD}]|${ANY_RANGE})(?:[${WORD}\\-]|${ANY_RANGE})*(?<![_\\-])`;
const PART = `(?:[0-9a-f]{1,4}|${HEX_RANGE})`;

/** Ways to write an IPv6 address. Only the last is held to end there: the reference does it so. */
const IPV6 = [
  `(?:${PART}:){7}${PART}`,
  `(?:${PART}:){1,6}:`,
  ...[1, 2, 3, 4, 5, 6].map((count) => `(?:${PART}:){${count}}(?::${PART}){1,${7 - count}}`),
  `:(?::${PART}){1,6}`,
  `${PART}?::`,
  `(?:0:){6}(?:${PART}\\.){3}${PART}`,
  `::(?:ffff:)?(?:${PART}\\.){3}${PART}`,
  `(?:0:){5}ffff:(?:${PART}\\.){3}${PART}\\n?$`,
].join("|");

const BRACKETED = /^\[(.+)\]:([0-9]+)\n?$/;
const WITH_PORT = /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)\n?$/;
const KNOWN = [`^(?:${OCTET}\\.){3}${OCTET}\\n?$`, `^(?:${IPV6})`, `^${LABEL}(?:\\.${LABEL})*\\n?$`].map(
  (source) => new RegExp(source, "iu"),
);

/** A host's name, perhaps with ranges, and the port behind it. */
export type HostAddress = { readonly host: string; readonly port: number | null };

/** Takes an address apart; null: it is none. */
export function parseAddress(text: string): HostAddress | null {
  let host = text;
  let port: number | null = null;
  for (const form of [BRACKETED, WITH_PORT]) {
    const [, name, digits] = form.exec(host) ?? [];
    if (name === undefined) continue;
    host = name;
    port = Number(digits);
  }
  return host !== "" && KNOWN.some((form) => form.test(host)) ? { host, port } : null;
}

/** The names that a text with ranges stands for, or why the range is none. */
export type RangeNames =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Expands every range of a host's name. At most `most` names are made. */
export function expandHostRange(text: string, most: number): RangeNames {
  if (!text.includes("[")) return { ok: true, names: [text] };
  const parts = text.replace("[", "|").replace("]", "|").split("|");
  const [head = "", range = "", tail = ""] = parts;
  if (parts.length !== 3) return { ok: false, reason: `"${text}" is neither a name nor a range of names` };
  const steps = stepsOf(range, most);
  if (!steps.ok) return steps;
  const names: string[] = [];
  for (const step of steps.names) {
    const inner = expandHostRange(head + step + tail, most - names.length);
    if (!inner.ok) return inner;
    names.push(...inner.names);
  }
  return { ok: true, names };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function stepsOf(range: string, most: number): RangeNames {
  const refuse = (reason: string): RangeNames => ({ ok: false, reason: `the range [${range}] ${reason}` });
  const bounds = range.split(":");
  if (bounds.length !== 2 && bounds.length !== 3) return refuse("is not FIRST:LAST or FIRST:LAST:STEP");
  const [written = "", last = "", stepText = "1"] = bounds;
  const first = written === "" ? "0" : written;
  if (last === "") return refuse("has no last value");
  const width = first.length > 1 && first.startsWith("0") ? first.length : 0;
  if (width > 0 && last.length !== width)
    return refuse("pads its first number with zeros: both must be equally long");
  const step = pythonInt(stepText);
  if (step === null || step === 0) return refuse("needs a step that is a number and not 0");
  const [from, to] = [LETTERS.indexOf(first), LETTERS.indexOf(last)];
  const isLetters = from >= 0 && to >= 0;
  if (isLetters && from > to) return refuse("runs backwards");
  const [begin, end] = isLetters ? [from, to] : [pythonInt(first), pythonInt(last)];
  if (begin === null || end === null) return refuse("is neither of numbers nor of letters");
  if (isLetters && step < 0) return { ok: true, names: [] };
  if ((end - begin) / step >= most) return refuse(`gives more than ${most} names`);
  const names: string[] = [];
  for (let at = begin; step > 0 ? at <= end : at > end + 1; at += step)
    names.push(isLetters ? LETTERS.charAt(at) : zeroFilled(at, width));
  return { ok: true, names };
}

function pythonInt(text: string): number | null {
  return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll("_", "")) : null;
}

function zeroFilled(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, "0")}` : String(value).padStart(width, "0");
}
