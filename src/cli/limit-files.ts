/** `--limit @FILE`: the patterns of a file, a line each, as Ansible's retry files have them. */
import { resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { readNamedFile } from "../project/read-file.ts";

const MAX_BYTES = 1024 * 1024;

/** The pattern with what its files say. Paths count from `folder`. Throws UsageError for a file that is none. */
export async function withLimitFiles(pattern: string, folder: string): Promise<string> {
  const parts = pattern.split(/([,:]?@[^,:]+)/);
  const whole = parts.map(async (part) => {
    const [, sign = "", file] = /^([,:]?)@([^,:]+)$/.exec(part) ?? [];
    return file === undefined ? part : sign + (await patternsOf(file, folder)).join(",");
  });
  return (await Promise.all(whole)).join("");
}

async function patternsOf(file: string, folder: string): Promise<readonly string[]> {
  const read = await readNamedFile(resolve(folder, file), MAX_BYTES);
  if (!read.ok)
    throw new UsageError(`--limit @${file}: ${read.reason}`, "@FILE names a file with a host a line");
  const lines = new TextDecoder()
    .decode(read.bytes)
    .split("\n")
    .map((line) => line.trim());
  const patterns = lines.filter((line) => line !== "");
  if (patterns.length === 0) throw new UsageError(`--limit @${file}: the file names no host`);
  return patterns;
}
