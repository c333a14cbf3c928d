/** Gives --report to the commands that write reports. */
import { isReported, REPORT_KINDS } from "../report/files/report-kinds.ts";
import { type OptionTable, type RawArguments, valuesOf } from "./options/arguments.ts";
import { PASSED_ON } from "./options/groups.ts";
import { words } from "./options/option.ts";
import type { Surroundings } from "./surroundings.ts";

type Run = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
type Reportable = {
  readonly name: string;
  readonly options: OptionTable;
  readonly load: () => Promise<Run>;
};

const REPORTED = {
  report: words(`also write KIND=FILE: ${REPORT_KINDS.join(", ")}`),
  prometheus: PASSED_ON.prometheus,
} as const satisfies OptionTable;

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
      const { report, prometheus } = valuesOf(REPORTED, raw);
      const ordered = prometheus === null ? report : [...report, `prometheus=${prometheus}`];
      if (ordered.length === 0) return await run(raw, surroundings);
      const { runReported } = await import("./run-reported.ts");
      return await runReported({ command: name, run, ordered }, raw, surroundings);
    };
  };
  return { ...command, options: { ...options, report: REPORTED.report }, load: loadReported };
}
