/** `svcdeploy completion`: prints what a shell loads to complete our command lines. */
import { UsageError } from "../core/errors.ts";
import { isShell, SCRIPTS, SHELLS } from "./complete/scripts.ts";
import type { Arguments } from "./options/arguments.ts";
import { suggest } from "./suggest.ts";
import type { Surroundings } from "./surroundings.ts";

/** Prints the script. Throws UsageError for another shell. */
export async function completion(
  { operands: [shell = ""] }: Arguments<Record<never, never>>,
  { stdout }: Surroundings,
): Promise<number> {
  if (!isShell(shell)) {
    const message =
      shell === "" ? "completion needs the name of a shell" : `There is no completion for ${shell}`;
    throw new UsageError(message, suggest(shell, SHELLS, "svcdeploy completion "));
  }
  stdout.write(SCRIPTS[shell]);
  return 0;
}
