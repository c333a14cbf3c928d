/** The last border: any error becomes text on standard error and an exit code. */
import { ConfigError, SvcdeployError } from "../core/errors.ts";
import { EXIT, exitCodeOfError } from "../core/exit-code.ts";
import { configProblems } from "../report/config-problems.ts";
import { errorLines } from "../report/lines/error-text.ts";
import { type Line, line, styled } from "../report/lines/text.ts";
import type { Surroundings } from "./surroundings.ts";

/** Shows the error and gives its exit code. */
export function reportError(error: unknown, { stderr }: Surroundings): number {
  stderr.print(linesOf(error, stderr.columns));
  return exitCodeOfError(error);
}

function linesOf(error: unknown, columns: number): readonly Line[] {
  if (error instanceof ConfigError) return configProblems(error, columns);
  if (error instanceof SvcdeployError) return errorLines(error, columns);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    line(styled("bad", `This is a bug in svcdeploy (exit ${EXIT.bug}); its authors need the lines below.`)),
    ...stack.split("\n").map((text) => line(styled("dim", text))),
    line(
      "Please report it with your command and these lines; first remove names that you want to keep private.",
    ),
  ];
}
