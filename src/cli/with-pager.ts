/** Gives --no-pager to the commands whose output may be long. */
import type { Options } from "yargs";
import { isGiven, type RawArguments } from "./options.ts";
import type { Surroundings } from "./surroundings.ts";

type Run = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
type Pageable = {
  readonly name: string;
  readonly options: Readonly<Record<string, Options>>;
  readonly load: () => Promise<Run>;
};

const PAGED: readonly string[] = [
  "render",
  "plan",
  "apply",
  "drift",
  "rollback",
  "history",
  "show",
  "why",
  "explain",
  "graph",
  "env",
];
const NO_PAGER: Options = { type: "boolean", describe: "print long output as it is" };

/** The command as it is, or with the option and what it does. */
export function withPager<Command extends Pageable>(command: Command): Command {
  const { name, options, load } = command;
  if (!PAGED.includes(name)) return command;
  const loadPaged = async (): Promise<Run> => {
    const run = await load();
    return async (raw, surroundings) =>
      await run(raw, isGiven(raw, "no-pager") ? { ...surroundings, pager: null } : surroundings);
  };
  return { ...command, options: { ...options, "no-pager": NO_PAGER }, load: loadPaged };
}
