/** The question before hosts are changed. */
import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { UsageError } from "../../core/errors.ts";
import { sanitizeLine } from "../../core/sanitize.ts";
import { hang, type Line, line, styled } from "../../report/lines/text.ts";
import type { Surroundings } from "../surroundings.ts";

/** What is asked about. sum: what it comes to, e.g. `2 restarts, 4 files changed on 3 hosts`. */
export type ApprovalQuestion = {
  readonly environment: string;
  readonly protected: boolean;
  readonly verb: "Apply" | "Roll back";
  readonly sum: string;
};

/** Whom to ask: a terminal's input, and where the question is written. */
export type QuestionAsked = Pick<Surroundings, "asking" | "stderr"> & { readonly stdin: Readable };

/** What the operator said. said: why a no changes nothing, in one sentence. */
export type Agreement = { readonly agreed: true } | { readonly agreed: false; readonly said: string };

/**
 * The operator agrees by typing the environment's name where it is protected, else by y. What was typed
 * before the question is no answer to it; the end of input, before the question or at it, is a no. Throws
 * UsageError when there is no terminal to ask on.
 */
export async function confirm(question: ApprovalQuestion, asked: QuestionAsked): Promise<Agreement> {
  mustBeAskable(asked);
  await dropTypedAhead(asked);
  asked.stderr.print(questionLines(question, asked.stderr.columns));
  return judgeAnswer(question, (await readAnswer(asked)).trim());
}

/** Whether a typed line agrees. */
export function judgeAnswer(question: ApprovalQuestion, answer: string): Agreement {
  const { environment } = question;
  if (question.protected ? answer === environment : /^y(es)?$/i.test(answer)) return { agreed: true };
  const isWrongName = question.protected && answer !== "";
  const given = sanitizeLine(answer.slice(0, MAX_ECHO));
  const said = isWrongName ? `"${given}" is not "${environment}": nothing was changed.` : UNCHANGED;
  return { agreed: false, said };
}

const UNCHANGED = "Nothing was changed.";
/** Of a wrong name, in characters. */
const MAX_ECHO = 60;

/** The question within so many columns. */
export function questionLines(question: ApprovalQuestion, columns: number): readonly Line[] {
  const { environment, verb, sum } = question;
  const isApply = verb === "Apply";
  if (question.protected)
    return hang(
      line(styled("strong", environment)),
      ` is protected. To ${isApply ? "apply this" : "roll it back like this"} (${sum}), type the ` +
        "environment's name:",
      columns,
      0,
    );
  const text = isApply ? `Apply this to ${environment}` : `Roll ${environment} back like this`;
  return hang(line(), `${text} (${sum})? [y/N]`, columns, 0);
}

/** Throws UsageError when there is no terminal to ask on. */
export function mustBeAskable({ asking }: Pick<Surroundings, "asking">, command = "apply"): void {
  if (asking === "possible") return;
  throw new UsageError(
    `${command} asks before it changes hosts, but there is no terminal to ask on`,
    `Use --yes to ${command === "apply" ? "apply" : "go on"} without a question, e.g. in CI.`,
  );
}

const TYPED_AHEAD_MILLISECONDS = 50;

/** Discards what was typed while the plan was being made: no one agrees to a plan unseen. */
async function dropTypedAhead({ stdin }: QuestionAsked): Promise<void> {
  const drop = (): void => {};
  stdin.on("data", drop);
  await setTimeout(TYPED_AHEAD_MILLISECONDS);
  stdin.off("data", drop);
  stdin.pause();
}

/** One line; end of input counts as an empty one. An input that has ended never says so again. */
async function readAnswer({ stdin }: QuestionAsked): Promise<string> {
  if (stdin.readableEnded || stdin.destroyed) return "";
  const reader = createInterface({ input: stdin });
  const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  const asked = new Promise<string>((resolve) => reader.once("line", resolve));
  try {
    return await Promise.race([asked, ended]);
  } finally {
    reader.close();
  }
}
