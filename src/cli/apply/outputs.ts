/** Which formats of standard output go with a run, and which with a plan alone. */
import { UsageError } from "../../core/errors.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { APPLY, PLAN } from "../options/by-command.ts";
import type { RunOutput } from "../run-shown.ts";

type Output = OptionValues<typeof APPLY>["output"];

/** The format of what changes hosts. hint: what to do instead. Throws UsageError for one of a plan alone. */
export function runOutput(output: Output, hint: string): RunOutput {
  if (output === "markdown") throw new UsageError("--output markdown works with --dry-run only", hint);
  return output;
}

/** The format of what only shows a plan. Throws UsageError for one of a run alone. */
export function planOutput(output: Output): OptionValues<typeof PLAN>["output"] {
  if (output === "ndjson")
    throw new UsageError(
      "--output ndjson reports progress, and a dry run has none",
      "Use text, json or markdown.",
    );
  return output;
}

/** How a rollback or a removal ends: only shown, or carried out, each with its format. Throws UsageError. */
export function endOf({ "dry-run": isDry, output }: Pick<OptionValues<typeof APPLY>, "dry-run" | "output">) {
  return isDry
    ? ({ kind: "dry-run", output: planOutput(output) } as const)
    : ({ kind: "run", output: runOutput(output, "Add --dry-run, or use text, json or ndjson.") } as const);
}
