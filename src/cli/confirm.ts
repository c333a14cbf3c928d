/** The question before hosts are changed. */
import { createInterface } from "node:readline/promises";
import { UsageError } from "../core/errors.ts";
import type { Project } from "../core/model.ts";
import { line, styled } from "../report/text.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * True when the operator agrees: by typing the environment's name where it is marked as production, else by y.
 * Throws UsageError when nobody can be asked.
 */
export async function confirm(project: Project, surroundings: Surroundings): Promise<boolean> {
  mustBeAskable(surroundings);
  const { environment } = project;
  const question = project.protected
    ? [line("This is a production environment. Type its name, ", styled("strong", environment), ", to go on:")]
    : [line(`Apply this to ${environment}? [y/N]`)];
  surroundings.stderr.print(question);
  const answer = (await readAnswer(surroundings)).trim();
  return project.protected ? answer === environment : /^y(es)?$/i.test(answer);
}

/** Throws UsageError when there is no terminal to ask on. */
export function mustBeAskable({ asking }: Surroundings): void {
  if (asking === "possible") return;
  throw new UsageError(
    "apply asks before it changes hosts, and there is no terminal to ask on",
    "Give --yes to apply without a question, e.g. in CI.",
  );
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
