/** The operator's own files, read to be fixed and written back whole or not at all. */

import { randomBytes } from "node:crypto";
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemReason, UsageError } from "../core/errors.ts";

/**
 * A file's text; null when it is not UTF-8, so that writing it back would change bytes that no one meant.
 * Throws UsageError when it cannot be read.
 */
export async function readFixable(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${systemReason(error)}`);
  });
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return Buffer.from(text).equals(bytes) ? text : null;
}

/**
 * Puts `after` in the place of `before`, with the mode that the file has; a link stays one. Throws UsageError
 * when it cannot be written or was changed meanwhile.
 */
export async function writeFixed(path: string, before: string, after: string): Promise<void> {
  const real = await realpath(path);
  const part = join(dirname(real), `.${basename(real)}.${randomBytes(8).toString("hex")}`);
  try {
    await writeFile(part, after, { flag: "wx", mode: 0o600, flush: true });
    await chmod(part, (await stat(real)).mode & 0o777);
    if ((await readFile(real, "utf8")) !== before)
      throw new UsageError(`${path} changed while it was being fixed; nothing was written to it`);
    await rename(part, real);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} could not be written: ${systemReason(error)}`);
  }
}
