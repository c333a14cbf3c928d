/**
 * Saved plans on the disk: written whole or not at all, for their owner alone, and never over anything else.
 */
import { randomBytes } from "node:crypto";
import { lstat, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { readNamedFile } from "./read-file.ts";

const MAX_BYTES = 256 * 1024 * 1024;
const START = /^\{\s*"schema": "svcdeploy\.saved-plan\//;

/** Throws UsageError where a plan cannot be written: no folder, or something there that is no saved plan. */
export async function requirePlanPath(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => null);
  if (folder?.isDirectory() !== true)
    throw new UsageError(`--out ${path}: the folder ${dirname(path)} does not exist`);
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isFile()) throw new UsageError(`--out ${path}: it exists and is not a file`);
  const start = found.size > MAX_BYTES ? "" : await readFile(path, "utf8").catch(() => "");
  if (!START.test(start))
    throw new UsageError(
      `--out ${path}: it exists and is not a saved plan, so it is not overwritten`,
      "Name another file.",
    );
}

/** Writes a plan, mode 0600, in place of an older one. Throws UsageError. */
export async function writePlanFile(path: string, text: string): Promise<void> {
  await requirePlanPath(path);
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString("hex")}`);
  try {
    await writeFile(part, text, { flag: "wx", mode: 0o600, flush: true });
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    if (error instanceof Error && "code" in error)
      throw new UsageError(`--out ${path}: it could not be written (${String(error.code)})`);
    throw error;
  }
}

/** A plan's text. Throws UsageError when it cannot be read. */
export async function readPlanFile(path: string): Promise<string> {
  const read = await readNamedFile(path, MAX_BYTES);
  if (!read.ok) throw new UsageError(`The saved plan ${read.reason}`);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes);
}
