/** The question before hosts are changed. */
import { createInterface } from "node:readline/promises";
import { setTimeout } from "node:timers/promises";
import { UsageError } from "../../core/errors.ts";
import { hang, type Line, line, styled } from "../../report/lines/text.ts";
import type { Surroundings } from "../surroundings.ts";

/** What is asked about. sum: what it comes to, e.g. `2 restarts, 4 files changed on 3 hosts`. */
export type ApprovalQuestion = {
  readonly environment: string;
  readonly protected: boolean;
  readonly verb: "Apply" | "Roll back";
  readonly sum: string;
};

/**
 * True when the operator agrees: by typing the environment's name where it is protected, else by y. What was
 * typed before the question is no answer to it. Throws UsageError when there is no terminal to ask on.
 */
export async function confirm(question: ApprovalQuestion, surroundings: Surroundings): Promise<boolean> {
  mustBeAskable(surroundings);
  const { environment } = question;
  await dropTypedAhead(surroundings);
  surroundings.stderr.print(questionLines(question, surroundings.stderr.columns));
  const answer = (await readAnswer(surroundings)).trim();
  return question.protected ? answer === environment : /^y(es)?$/i.test(answer);
}

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
export function mustBeAskable({ asking }: Surroundings, command = "apply"): void {
  if (asking === "possible") return;
  throw new UsageError(
    `${command} asks before it changes hosts, but there is no terminal to ask on`,
    `Use --yes to ${command === "apply" ? "apply" : "go on"} without a question, e.g. in CI.`,
  );
}

const TYPED_AHEAD_MILLISECONDS = 50;

/** Discards what was typed while the plan was being made: no one agrees to a plan unseen. */
async function dropTypedAhead({ stdin }: Surroundings): Promise<void> {
  const drop = (): void => {};
  stdin.on("data", drop);
  await setTimeout(TYPED_AHEAD_MILLISECONDS);
  stdin.off("data", drop);
  stdin.pause();
}

/** One line; end of input counts as an empty one. */
async function readAnswer({ stdin }: Surroundings): Promise<string> {
  const reader = createInterface({ input: stdin });
  const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  const asked = new Promise<string>((resolve) => reader.once("line", resolve));
  try {
    return await Promise.race([asked, ended]);
  } finally {
    reader.close();
  }
}
