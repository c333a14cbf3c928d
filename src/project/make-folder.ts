/**
 * Makes a folder with its parents. Node's own recursive mkdir never returns below /proc, where a folder is
 * missing and none can be made.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../core/errors.ts";

/**
 * Makes the folder and the missing ones above it with this mode; one that is there stays as it is. Throws
 * UsageError naming the folder that cannot be made.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const code = await tryToMake(path, mode);
  if (code === null || code === "EEXIST") return;
  if (code !== "ENOENT" || dirname(path) === path) throw unmade(path, code);
  await makeFolder(dirname(path), mode);
  const again = await tryToMake(path, mode);
  if (again !== null && again !== "EEXIST") throw unmade(path, again);
}

async function tryToMake(path: string, mode: number): Promise<string | null> {
  try {
    await mkdir(path, { mode });
    return null;
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
}

function unmade(path: string, code: string): UsageError {
  return new UsageError(`the folder ${path} cannot be made (${code})`);
}
