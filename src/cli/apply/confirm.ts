/** The question before hosts are changed. */
import { createInterface } from "node:readline/promises";
import { setTimeout } from "node:timers/promises";
import { UsageError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import { line, styled } from "../../report/lines/text.ts";
import type { Surroundings } from "../surroundings.ts";

/**
 * True when the operator agrees: by typing the environment's name where it is protected, else by y. What was
 * typed before the question is no answer to it. Throws UsageError when nobody can be asked.
 */
export async function confirm(
  project: Project,
  surroundings: Surroundings,
  verb: "Apply" | "Roll back" = "Apply",
): Promise<boolean> {
  mustBeAskable(surroundings);
  const { environment } = project;
  const short =
    verb === "Apply" ? `Apply this to ${environment}? [y/N]` : `Roll ${environment} back like this? [y/N]`;
  const question = project.protected
    ? [
        line(
          styled("strong", environment),
          ` is protected. To ${verb === "Apply" ? "apply this" : "roll it back like this"}, type the environment's name:`,
        ),
      ]
    : [line(short)];
  await dropTypedAhead(surroundings);
  surroundings.stderr.print(question);
  const answer = (await readAnswer(surroundings)).trim();
  return project.protected ? answer === environment : /^y(es)?$/i.test(answer);
}

/** Throws UsageError when there is no terminal to ask on. */
export function mustBeAskable({ asking }: Surroundings, command = "apply"): void {
  if (asking === "possible") return;
  throw new UsageError(
    `${command} asks before it changes hosts, and there is no terminal to ask on`,
    `Give --yes to ${command === "apply" ? "apply" : "go on"} without a question, e.g. in CI.`,
  );
}

const TYPED_AHEAD_MILLISECONDS = 50;

/** Reads away what was typed while the plan was still being made: nobody agrees to what he has not seen. */
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
