/** Whether ssh(1)'s own configuration knows a host by name: it is not followed, but a failure names it. */
import type { KeyFileReader } from "./key-files.ts";
import { matchesPattern } from "./known-hosts.ts";

/**
 * The file:line of the Host line that names this address (ssh_config(5), Host), in the user's file; null
 * where none does. A line for every host (`*`) names none.
 */
export async function placeInSshConfig(
  address: string,
  home: string | null,
  readKeyFile: KeyFileReader,
): Promise<string | null> {
  if (home === null) return null;
  const file = await readKeyFile(`${home}/.ssh/config`);
  if (file.kind !== "text") return null;
  const index = file.text.split(/\r?\n/).findIndex((line) => isNamed(line, address));
  return index < 0 ? null : `${file.path}:${index + 1}`;
}

function isNamed(line: string, address: string): boolean {
  const written = /^\s*host(?:\s+|\s*=\s*)(.+)$/i.exec(line)?.[1];
  const patterns = (written ?? "").split(/\s+/).map((word) => word.replace(/^"(.*)"$/, "$1"));
  const isMatch = (pattern: string): boolean => pattern !== "" && matchesPattern(address, pattern);
  if (patterns.some((pattern) => pattern.startsWith("!") && isMatch(pattern.slice(1)))) return false;
  return patterns.some((pattern) => /[^*?]/.test(pattern) && isMatch(pattern));
}
