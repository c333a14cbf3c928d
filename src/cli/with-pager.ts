/** Gives --no-pager to the commands whose output may be long. */
import { type OptionTable, type RawArguments, valuesOf } from "./options/arguments.ts";
import { flag } from "./options/option.ts";
import type { Surroundings } from "./surroundings.ts";

type Run = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
type Pageable = {
  readonly name: string;
  readonly options: OptionTable;
  readonly load: () => Promise<Run>;
};

const PAGED: readonly string[] = [
  "render",
  "plan",
  "apply",
  "drift",
  "rollback",
  "remove",
  "history",
  "show",
  "why",
  "explain",
  "graph",
  "env",
];
const PAGER = { "no-pager": flag("print long output as it is") } as const satisfies OptionTable;

/** The command without a pager, or with the option and what it does. */
export function withPager<Command extends Pageable>(command: Command): Command {
  const { name, options, load } = command;
  const isPaged = PAGED.includes(name);
  const loadPaged = async (): Promise<Run> => {
    const run = await load();
    return async (raw, surroundings) => {
      const isPlain = !isPaged || valuesOf(PAGER, raw)["no-pager"];
      return await run(raw, isPlain ? { ...surroundings, pager: null } : surroundings);
    };
  };
  return { ...command, options: isPaged ? { ...options, ...PAGER } : options, load: loadPaged };
}
