/**
 * One question to a host: the script that answers it, its input, and what may come out. Every question has
 * the same frame on the wire: a nonce is its first line, and what carries no nonce is noise (a login shell's
 * greeting, a locale's warning). A host may lie: limits bound what it sends, and decode believes nothing.
 */
import type { HostError } from "../core/errors.ts";
import type { RunOptions, Script } from "../remote/remote.ts";
import { badAnswer, field, framed } from "./frames.ts";

/** How long an answer may take and, where the Remote's own cap does not fit, how many bytes it may have. */
export type Limits = Pick<RunOptions, "timeoutMilliseconds" | "maxOutputBytes">;

/**
 * Where an answer starts and ends. block: it is the lines between `NONCE begin` and `NONCE end`. Otherwise it
 * is the lines that start with the nonce, and the first word of the last one is among these.
 */
export type Frame = "block" | { readonly lastWords: readonly string[] };

/**
 * A question, e.g. statusQuestion. about: what the answer is about, for people. encode: everything behind the
 * nonce; throws on a value that must not reach a script. decode: throws HostError("host-answer") by
 * refuseAnswer. refusal: why the host did not do it, asked before anything else, also of an answer without an
 * end: a script that refuses may stop there.
 */
export type Question<Order, Answer> = {
  readonly script: Script;
  readonly about: string;
  readonly frame: Frame;
  readonly limits: Limits;
  readonly encode: (order: Order) => string | Uint8Array;
  readonly decode: (reply: Reply, order: Order) => Answer;
  readonly refusal?: (reply: Reply, order: Order) => HostError | null;
};

/** What a script wrote. nonce: that of the question; 32 hex digits, new for each. */
export type ScriptOutput = {
  readonly host: string;
  readonly nonce: string;
  readonly stdout: string;
  readonly stderr: string;
};

/** The lines of an answer, without its frame. Where each line has the nonce, it is taken off. */
export type Reply = ScriptOutput & { readonly script: string; readonly lines: readonly string[] };

/** A question as its script's standard input. */
export function writeQuestion<Order, Answer>(
  { encode }: Question<Order, Answer>,
  order: Order,
  nonce: string,
): string | Uint8Array {
  const head = `${field(nonce)}\n`;
  const body = encode(order);
  return typeof body === "string" ? head + body : Buffer.concat([Buffer.from(head), body]);
}

/** The answer in what a script wrote. Throws HostError: cut off, senseless, or the host refused. */
export function readAnswer<Order, Answer>(
  question: Question<Order, Answer>,
  order: Order,
  said: ScriptOutput,
): Answer {
  const { lines, isWhole } = question.frame === "block" ? cutBlock(said) : cutMarked(said, question.frame);
  const reply: Reply = { ...said, script: question.script.name, lines };
  const refusal = question.refusal?.(reply, order) ?? null;
  if (refusal !== null) throw refusal;
  if (!isWhole) refuseAnswer(reply, `the answer about ${question.about} is cut off`);
  return question.decode(reply, order);
}

/** Throws HostError for an answer that makes no sense: which host, which script, what that complained of. */
export function refuseAnswer({ host, script, stderr }: Reply, what: string): never {
  badAnswer(host, `${what} (${script})`, stderr);
}

type Cut = { readonly lines: readonly string[]; readonly isWhole: boolean };

// A greeting without a newline of its own may stand before the first line.
function cutBlock({ nonce, stdout }: ScriptOutput): Cut {
  const lines = stdout.split("\n");
  const begin = lines.findIndex((text) => text.endsWith(`${nonce} begin`));
  if (begin < 0) return { lines: [], isWhole: false };
  const end = lines.indexOf(`${nonce} end`);
  const isWhole = end > begin;
  return { lines: lines.slice(begin + 1, isWhole ? end : undefined), isWhole };
}

function cutMarked({ nonce, stdout }: ScriptOutput, { lastWords }: Exclude<Frame, "block">): Cut {
  const frames = framed(stdout, nonce);
  const last = frames.at(-1)?.word ?? "";
  return { lines: frames.map(({ word, rest }) => `${word} ${rest}`), isWhole: lastWords.includes(last) };
}
