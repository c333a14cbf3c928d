/** Writes a report where the operator wants it: whole or not at all, for every user to read. */

import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemReason, UsageError } from "../core/errors.ts";

/**
 * Throws UsageError when no report can be written to this path: its folder is not there or not ours to write,
 * or something else than a file is there.
 */
export async function checkReportFile(path: string): Promise<void> {
  const folder = dirname(path);
  const parent = await lookAt(folder);
  if (parent === null)
    throw new UsageError(
      `--report: the folder ${folder} does not exist`,
      "Create it first; svcdeploy writes only the file.",
    );
  if (!parent.isDirectory()) throw new UsageError(`--report: ${folder} is not a folder`);
  if ((await lookAt(path))?.isFile() === false)
    throw new UsageError(`--report: ${path} exists and is not a regular file`);
  await access(folder, constants.W_OK | constants.X_OK).catch(() => {
    throw new UsageError(`--report: nothing can be written in the folder ${folder}`);
  });
}

/**
 * Replaces the file by a rename, mode 0644 whatever the umask. Throws UsageError, and leaves what stood
 * there, when that fails.
 */
export async function writeReport(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${basename(path).slice(0, 200)}.${randomBytes(6).toString("hex")}.part`);
  try {
    const file = await open(part, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.chmod(0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw new UsageError(`the report ${path} could not be written (${systemReason(error)})`);
  }
}

async function lookAt(path: string): Promise<Awaited<ReturnType<typeof stat>> | null> {
  try {
    return await stat(path);
  } catch {
    return null;
  }
}
