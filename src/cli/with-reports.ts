/** Gives --report to the commands that write reports. */
import type { Options } from "yargs";
import { isReported, REPORT_KINDS } from "../report/files/report-kinds.ts";
import type { RawArguments } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

type Run = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
type Reportable = {
  readonly name: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly load: () => Promise<Run>;
};

const REPORT: Options = {
  type: "string",
  array: true,
  describe: `also write KIND=FILE: ${REPORT_KINDS.join(", ")}`,
  requiresArg: true,
};

/**
 * The command as it is, or with the option and what it does. What writes the reports is loaded only where it
 * is given.
 */
export function withReports<Command extends Reportable>(command: Command): Command {
  const { name, options, load } = command;
  if (!isReported(name)) return command;
  const loadReported = async (): Promise<Run> => {
    const run = await load();
    return async (raw, surroundings) => {
      if (raw.report === undefined && raw.prometheus === undefined) return await run(raw, surroundings);
      const { runReported } = await import("./run-reported.ts");
      return await runReported(name, run, raw, surroundings);
    };
  };
  return { ...command, options: { ...options, report: REPORT }, load: loadReported };
}
