/** The lines between controller and host: what may be sent, and how an answer differs from noise. */
import { HostError } from "../core/errors.ts";
import { HOST_FOLDER } from "../core/model/host-folder.ts";
import { sanitizeLine } from "../core/sanitize.ts";

/** The folder that every script is given on its first line. */
export const stateFolder = HOST_FOLDER;
/** systemctl's scope for system units. */
export const systemScope = "--system";

const FIELD = /^(?!~)[A-Za-z0-9._@:+=,~/\\%-]{1,4096}$/;

/** Whether a value, for example one that a host told, may be a field. */
export function isField(value: string): boolean {
  return FIELD.test(value);
}

/**
 * One field of a line for a host's script: no blank, no control character, nothing a shell could read as
 * syntax. Throws on anything else.
 */
export function field(value: string): string {
  if (!isField(value))
    throw new Error(
      `a value that must not reach a host's script reached the protocol: ${JSON.stringify(value)}`,
    );
  return value;
}

/** One tab-separated line of fields. */
export function line(...fields: readonly string[]): string {
  return `${fields.map(field).join("\t")}\n`;
}

/**
 * The lines of an answer that carry its nonce, without it, in order: `NONCE word rest` → { word, rest }.
 * Everything else is noise (a login shell's greeting, a locale's warning).
 */
export function framed(
  output: string,
  nonce: string,
): readonly { readonly word: string; readonly rest: string }[] {
  const found = [];
  for (const text of output.split("\n")) {
    const frame = frameOf(text, nonce);
    if (frame !== null) found.push(frame);
  }
  return found;
}

/** One line's frame, or null for noise. */
export function frameOf(
  text: string,
  nonce: string,
): { readonly word: string; readonly rest: string } | null {
  const start = text.indexOf(`${nonce} `);
  if (start < 0) return null;
  const body = text.slice(start + nonce.length + 1);
  const blank = body.indexOf(" ");
  return blank < 0 ? { word: body, rest: "" } : { word: body.slice(0, blank), rest: body.slice(blank + 1) };
}

/** The state that a transaction's frames last named, or null. */
export function lastState(output: string, nonce: string): TransactionState | null {
  const states = framed(output, nonce).filter((frame) => frame.word === "state");
  const last = states.at(-1);
  return last === undefined ? null : parseState(last.rest);
}

/** A transaction's state as its journal has it, with the detail behind the word. */
export type TransactionState = { readonly name: string; readonly detail: string };

/** Splits a state line; the detail is the host's text, sanitised. */
export function parseState(text: string): TransactionState {
  const [name = "", ...rest] = text.split(" ");
  return { name: /^[A-Z_]{1,32}$/.test(name) ? name : "UNREADABLE", detail: sanitizeLine(rest.join(" ")) };
}

/** A state with its detail, in one text. */
export function sayState({ name, detail }: TransactionState): string {
  return detail === "" ? name : `${name}: ${detail}`;
}

/**
 * True for a transaction that was confirmed and whose bookkeeping failed: the host keeps what is new, and
 * tries again.
 */
export function isStuckBehindItsConfirmation({ name }: TransactionState): boolean {
  return name === "COMMITTING";
}

/** States after which a transaction no longer changes. */
export function isFinal(state: TransactionState): boolean {
  return ["CONFIRMED", "ROLLEDBACK", "ROLLBACK_FAILED", "REFUSED", "GONE"].includes(state.name);
}

/** Throws HostError for an answer that makes no sense, with what the script wrote on standard error. */
export function badAnswer(host: string, what: string, stderr: string): never {
  const said = sanitizeLine(stderr.trim().split("\n").at(-1) ?? "");
  throw new HostError("host-answer", host, `${host}: ${what}${said === "" ? "" : `; its output: ${said}`}`);
}
