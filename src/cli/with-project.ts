/**
 * Which project and environment a command is for where the command line does not say: as git finds its own.
 */
import { relative, resolve } from "node:path";
import { nameList, UsageError } from "../core/errors.ts";
import type { OptionTable, RawArguments } from "./options/arguments.ts";
import { wordsOf } from "./options/arguments.ts";
import { SELECTION } from "./options/groups.ts";
import { flag } from "./options/option.ts";
import type { Surroundings } from "./surroundings.ts";

type Run = (raw: RawArguments, surroundings: Surroundings) => Promise<number>;
type Placed = { readonly name: string; readonly options: OptionTable; readonly load: () => Promise<Run> };

const NO_EXEC = { "no-exec": flag("run no program that the project names") } as const satisfies OptionTable;

/**
 * The command as it is, or finding the project in the folders above and the environment in SVCDEPLOY_ENV or,
 * where the project has one alone, in its inventory. The command throws UsageError where there is no project,
 * or several environments to choose from.
 */
export function withProject<Command extends Placed>(command: Command): Command {
  const { options, load } = command;
  if (options.project === undefined || options.env === undefined) return command;
  const loadPlaced = async (): Promise<Run> => {
    const run = await load();
    return async (raw, surroundings) => await run(await placed(command, raw, surroundings), surroundings);
  };
  return { ...command, options: { ...options, ...NO_EXEC }, load: loadPlaced };
}

async function placed(
  { name, options }: Placed,
  given: RawArguments,
  { workingDirectory, environment }: Surroundings,
): Promise<RawArguments> {
  const raw = await withFiles(given, workingDirectory);
  // -i names an inventory that needs no project.
  if (raw.inventory !== undefined) return raw;
  const { findProject, listEnvironments, requireProject } = await import("../project/load.ts");
  const folder = typeof raw.project === "string" ? raw.project : ".";
  const found = folder === "." ? await findProject(workingDirectory) : null;
  const project = found === null ? folder : relative(workingDirectory, found) || ".";
  // A saved plan names its own environment.
  const isNeeded = options.env === SELECTION.env || (name === "apply" && wordsOf(raw).length < 2);
  if (!isNeeded || raw.env !== undefined) return { ...raw, project };
  const fromVariable = environment.SVCDEPLOY_ENV ?? "";
  if (fromVariable !== "") return { ...raw, project, env: fromVariable };
  const root = resolve(workingDirectory, project);
  const [only, ...more] = await listEnvironments(root);
  if (only === undefined) await requireProject(root);
  if (only !== undefined && more.length > 0)
    throw new UsageError(
      `--env is required: there are ${nameList([only, ...more])}`,
      `E.g. --env ${only}, or set SVCDEPLOY_ENV.`,
    );
  return only === undefined ? { ...raw, project } : { ...raw, project, env: only };
}

async function withFiles(raw: RawArguments, folder: string): Promise<RawArguments> {
  if (typeof raw.limit !== "string" || !raw.limit.includes("@")) return raw;
  const { withLimitFiles } = await import("./limit-files.ts");
  return { ...raw, limit: await withLimitFiles(raw.limit, folder) };
}
