/** What a command is, and how its code gets the values of the options that it declares. */
import { type Arguments, argumentsOf, type OptionTable, type RawArguments } from "./options/arguments.ts";
import type { Surroundings } from "./surroundings.ts";
import { withPager } from "./with-pager.ts";
import { withProject } from "./with-project.ts";
import { withReports } from "./with-reports.ts";

/** A command's work: arguments in, exit code out. */
export type CommandRun = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;

/** A command: what it is called, does and takes, and the file with its work, loaded only when it runs. */
export type Command = {
  readonly name: string;
  readonly describe: string;
  /** What a user should know beyond that, in a sentence or two. */
  readonly more?: string;
  readonly example: string;
  /**
   * What may stand behind the name without an option's name: as the usage shows it, and how many at most;
   * absent: nothing.
   */
  readonly operands?: { readonly show: string; readonly most: number };
  readonly options: OptionTable;
  readonly load: () => Promise<CommandRun>;
};

/** The same as it is declared: the work takes the values of these options, by name. */
type DeclaredCommand<Table extends OptionTable> = Omit<Command, "options" | "load"> & {
  readonly options: Table;
  readonly load: () => Promise<
    (given: Arguments<NoInfer<Table>>, surroundings: Surroundings) => Promise<number>
  >;
};

/** The command with all its options, those of reports and the pager included. */
export function command<Table extends OptionTable>({ load, ...about }: DeclaredCommand<Table>): Command {
  const loadUntyped = async (): Promise<CommandRun> => {
    const run = await load();
    return async (raw, surroundings) => await run(argumentsOf(about.options, raw), surroundings);
  };
  return withPager(withReports(withProject({ ...about, load: loadUntyped })));
}
