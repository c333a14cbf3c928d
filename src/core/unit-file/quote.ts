/**
 * One writer per place where text lands in a file that systemd or logrotate reads: what is written is read
 * back byte for byte, or refused.
 */
import { endsInContinuation } from "./lines.ts";
import { trimWhitespace } from "./parse.ts";

/** Text ready to be written, or the reason why the format cannot carry it. */
export type Quoted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * The right side of `Name=`, systemd's syntax in it kept (specifiers, quotes, lists). Both ends are trimmed,
 * as systemd does.
 */
export function formatUnitValue(value: string): Quoted {
  const text = trimWhitespace(value);
  if (/[\n\r]/.test(text)) return refuse("a unit file's value is one line, and this one holds a line break");
  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) return refuse(`it holds the control character ${nameOf(text)}`);
  if (endsInContinuation(text)) return refuse("it ends in a backslash, which would join it to the next line");
  return refuseBadUnicode(text) ?? accept(text);
}

/**
 * A unit value that stands for itself: "%" is doubled, so that no specifier is expanded (systemd.unit(5)).
 */
export function formatLiteralUnitValue(value: string): Quoted {
  if (value !== trimWhitespace(value))
    return refuse("it starts or ends with white space, which systemd takes off");
  const written = formatUnitValue(value);
  return written.ok ? accept(doublePercent(written.text)) : written;
}

/**
 * One argument (not the program's path) of an Exec line, literally: quoted, C-escaped, "%" and "$" doubled
 * (systemd.service(5), "Command lines").
 */
export function formatExecArgument(argument: string): Quoted {
  if (argument.includes("\0")) return refuse("a program's argument cannot hold NUL");
  const text = doublePercent(escapeC(argument)).replaceAll("$", "$$$$");
  return refuseBadUnicode(argument) ?? accept(`"${text}"`);
}

/** One assignment for `Environment=`, literally: quoted, C-escaped, "%" doubled (systemd.exec(5)). */
export function formatEnvironmentAssignment(name: string, value: string): Quoted {
  return refuseEnvironment(name, value) ?? accept(`"${name}=${doublePercent(escapeC(value))}"`);
}

/**
 * One assignment of a file for `EnvironmentFile=`, without its line end. In double quotes systemd takes every
 * byte, line breaks too, but for `"`, `\`, `` ` `` and `$` (env-file.c).
 */
export function formatEnvironmentFileAssignment(name: string, value: string): Quoted {
  return refuseEnvironment(name, value) ?? accept(`${name}="${value.replace(/["\\`$]/g, "\\$&")}"`);
}

/** A path or glob of a logrotate file, quoted (logrotate(8)). */
export function formatLogrotatePath(path: string): Quoted {
  if (!path.startsWith("/")) return refuse("logrotate needs an absolute path");
  if (/[\x00-\x1f\x7f]/.test(path)) return refuse(`it holds the control character ${nameOf(path)}`);
  if (/["\\{}]/.test(path))
    return refuse('logrotate cannot carry a quote, a backslash or a brace in a path (", \\, {, })');
  return refuseBadUnicode(path) ?? accept(`"${path}"`);
}

function accept(text: string): Quoted {
  return { ok: true, text };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/**
 * systemd takes surrogates and noncharacters for invalid UTF-8 (utf8.c), and then refuses the whole unit or
 * environment file.
 */
function refuseBadUnicode(text: string): Quoted | null {
  if (!text.isWellFormed()) return refuse("it is not valid Unicode (a lone surrogate)");
  return /\p{Noncharacter_Code_Point}/u.test(text)
    ? refuse("it holds a Unicode noncharacter, which systemd takes for invalid UTF-8")
    : null;
}

function refuseEnvironment(name: string, value: string): Quoted | null {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return refuse("the name of a variable is letters, digits and _, and does not start with a digit");
  if (value.includes("\0")) return refuse("an environment variable cannot hold NUL");
  return refuseBadUnicode(value);
}

function doublePercent(text: string): string {
  return text.replaceAll("%", "%%");
}

function escapeC(text: string): string {
  const short: ReadonlyMap<string, string> = new Map([
    ["\n", "\\n"],
    ["\t", "\\t"],
    ["\r", "\\r"],
    ["\\", "\\\\"],
    ['"', '\\"'],
  ]);
  return text.replace(/[\x01-\x1f\x7f\\"]/g, (character) => short.get(character) ?? `\\x${hex(character)}`);
}

function nameOf(text: string): string {
  const found = /[\x00-\x08\x0b-\x1f\x7f]|[\n\t]/.exec(text)?.[0] ?? "";
  return `0x${hex(found)}`;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, "0");
}
