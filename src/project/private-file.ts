/** Small files with something secret in them, named on the command line: for their owner alone. */
import { stat } from "node:fs/promises";
import { UsageError } from "../core/errors.ts";
import { readNamedFile } from "./read-file.ts";

const MAX_BYTES = 64 * 1024;

/**
 * The file's text. option: which option names it, for messages. Throws UsageError when it cannot be read, or
 * when others than its owner can.
 */
export async function readPrivateFile(path: string, option: string): Promise<string> {
  const stats = await stat(path).catch(() => null);
  if (stats !== null && (stats.mode & 0o077) !== 0)
    throw new UsageError(
      `${option}: ${path} can be read by others`,
      `Make it readable for its owner only: chmod 600 ${path}`,
    );
  const read = await readNamedFile(path, MAX_BYTES);
  if (!read.ok) throw new UsageError(`${option}: ${read.reason}`);
  return new TextDecoder().decode(read.bytes);
}
