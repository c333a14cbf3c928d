/**
 * Makes a folder of the user's own with the missing ones above it. Node's own recursive mkdir never returns
 * below /proc.
 */
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/** Folders that are made get the mode 0700; one that is there stays as it is. Throws what mkdir(2) says. */
export function makePrivateFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makePrivateFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another run may have been quicker.
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
  }
}
