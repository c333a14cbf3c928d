/** Health checks: what one is called, and what an answer to it means. */

import type { Tree, TreeMap } from "../model/declared.ts";
import type { Check } from "../model/service.ts";
import { isTreeMap } from "../model/tree.ts";
import { sanitize } from "../sanitize.ts";

/** What one attempt came to; detail is for the operator, sanitised, several lines allowed. */
export type CheckResult = { readonly ok: boolean; readonly detail: string };

/** An HTTP answer. body: as much of it as was read; truncated when there was more. */
export type HttpAnswer = {
  readonly status: number;
  readonly body: string;
  readonly truncated?: boolean;
  readonly milliseconds: number;
};

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** A check that asks over HTTP. */
export type HttpCheck = Extract<Check, { kind: "http" }>;

/** A check's name in output, e.g. `http http://127.0.0.1:8080/readyz`; always one line. */
export function checkLabel(check: Check): string {
  switch (check.kind) {
    case "http":
      return oneLine(check.url);
    case "tcp":
      return `tcp ${oneLine(inBrackets(check.address))}:${check.port}`;
    case "command":
      return `command ${cut(oneLine(check.command.join(" ")), 120)}`;
  }
}

/**
 * Whether an answer is the expected one: status, then JSON fields, then time. A failure shows the status and
 * the body's first lines, of which redact takes the secrets before they are cut.
 */
export function judgeHttp(
  check: HttpCheck,
  answer: HttpAnswer,
  redact: Redact = (text) => text,
): CheckResult {
  const took = `HTTP ${answer.status} in ${Math.round(answer.milliseconds)} ms`;
  if (answer.status !== check.status)
    return failure(
      `${took}, expected ${check.status}${redirected(answer.status)}`,
      excerpt(redact(answer.body)),
    );
  const wrong = check.json === null ? [] : wrongFields(check.json, answer, redact);
  if (wrong.length > 0) return failure(took, wrong.join("\n"));
  if (answer.milliseconds > check.withinMilliseconds)
    return failure(`${took}, expected within ${check.withinMilliseconds} ms`, "");
  return { ok: true, detail: took };
}

/**
 * How a failed check reads: a live check that fails says that the process is stuck; a ready check, what it
 * waits for.
 */
export function failureText(check: Check, detail: string): string {
  return check.role === "live" ? `process stuck: ${detail}` : detail;
}

const EXCERPT_LINES = 5;
const EXCERPT_CHARACTERS = 600;

/** The first lines of text from a host, sanitised and capped; empty stays empty. */
export function excerpt(text: string): string {
  const lines = sanitize(text.slice(0, 4 * EXCERPT_CHARACTERS))
    .trim()
    .split("\n");
  const shown = cut(lines.slice(0, EXCERPT_LINES).join("\n"), EXCERPT_CHARACTERS);
  return lines.length > EXCERPT_LINES && !shown.endsWith("…") ? `${shown}\n…` : shown;
}

function failure(first: string, rest: string): CheckResult {
  return { ok: false, detail: rest === "" ? first : `${first}\n${rest}` };
}

function redirected(status: number): string {
  return status >= 300 && status < 400 ? " (redirects are not followed)" : "";
}

function wrongFields(expected: TreeMap, answer: HttpAnswer, redact: Redact): readonly string[] {
  if (answer.truncated === true)
    return [`the body is too large to be checked: more than ${answer.body.length} characters`];
  const parsed = parse(answer.body);
  if (parsed === undefined) return [`the body is not JSON: ${excerpt(redact(answer.body))}`];
  return mismatches(expected, parsed, []).map((text) => cut(redact(text), EXCERPT_CHARACTERS));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function mismatches(expected: Tree, actual: unknown, path: readonly string[]): readonly string[] {
  if (isTreeMap(expected)) {
    if (!isTreeMap(actual)) return [mismatch(path, expected, actual)];
    return Object.entries(expected).flatMap(([key, value]) =>
      mismatches(value, Object.hasOwn(actual, key) ? actual[key] : undefined, [...path, key]),
    );
  }
  return sameValue(expected, actual) ? [] : [mismatch(path, expected, actual)];
}

/** Lists must be the same in length and order; maps inside them must have at least the expected fields. */
function sameValue(expected: Tree, actual: unknown): boolean {
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => mismatches(item, actual[index], []).length === 0)
    );
  }
  return expected === actual;
}

function mismatch(path: readonly string[], expected: Tree, actual: unknown): string {
  const found = actual === undefined ? "missing" : JSON.stringify(actual);
  return oneLine(
    `${path.length === 0 ? "the body" : path.join(".")}: expected ${JSON.stringify(expected)}, found ` +
      `${found}`,
  );
}

/** An IPv6 address as a URL writes it. */
function inBrackets(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function oneLine(text: string): string {
  return sanitize(text).replace(/[\n\t]/g, " ");
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}
