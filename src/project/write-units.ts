/**
 * Writes the timer's files into a folder that the operator named; replaces only what install-timer wrote
 * itself.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemReason, UsageError } from "../core/errors.ts";
import { TIMER_MARK } from "../core/timer/timer-units.ts";
import { makeFolder } from "./make-folder.ts";

/** A unit file's name and text. */
export type UnitText = { readonly name: string; readonly text: string };

/**
 * Writes them, mode 0644, and gives their paths. Throws UsageError when something else is there or it
 * cannot be written.
 */
export async function writeUnits(folder: string, units: readonly UnitText[]): Promise<readonly string[]> {
  try {
    await makeFolder(folder);
    for (const { name } of units) {
      const found = await readFile(join(folder, name), "utf8").catch(missing);
      if (found !== null && !found.startsWith(TIMER_MARK))
        throw new UsageError(
          `${join(folder, name)} exists and was not written by install-timer`,
          "Nothing was written.",
        );
    }
    for (const { name, text } of units) await writeFile(join(folder, name), text, { mode: 0o644 });
    return units.map(({ name }) => join(folder, name));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--out ${folder}: it cannot be written (${systemReason(error)})`);
  }
}

function missing(error: unknown): null {
  if (systemReason(error) === "ENOENT") return null;
  throw error;
}
