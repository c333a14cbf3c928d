/** Reads the unit files named on the command line: files as they are, folders walked. */
import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import { dropInFolders } from "../core/lint/drop-in-folders.ts";
import { fileKind, type LintFile } from "../core/lint/from-files.ts";
import { readNamedFile } from "./read-file.ts";

/** No unit file that a human wrote is larger. */
const MAX_UNIT_BYTES = 1024 * 1024;

/**
 * The unit files, drop-ins, environment and logrotate files behind these names, each once. A named unit
 * brings the drop-ins beside it. In folders links, hidden files and what is of no known kind are left out.
 * Throws UsageError for a name that cannot be read, is of no known kind, or leads to nothing.
 */
export async function readLintFiles(
  names: readonly string[],
  workingDirectory: string,
): Promise<readonly LintFile[]> {
  const paths = new Set((await Promise.all(names.map((name) => findPaths(name, workingDirectory)))).flat());
  if (paths.size === 0)
    throw new UsageError(
      `There is no unit file in ${names.join(", ")}`,
      "Files are recognised by their names, e.g. app.service or app.service.d/x.conf",
    );
  const files: LintFile[] = [];
  for (const path of paths) files.push({ path, text: await readText(resolve(workingDirectory, path)) });
  return files;
}

async function findPaths(name: string, workingDirectory: string): Promise<readonly string[]> {
  const stats = await statOf(name, workingDirectory);
  if (stats.isDirectory()) return walk(name.replace(/(?<=.)\/+$/, ""), workingDirectory);
  if (fileKind(name) === null)
    throw new UsageError(
      `${name} does not have the name of a unit file`,
      "Units end in .service, .socket, .timer, .mount, .slice, …; drop-ins are NAME.service.d/X.conf; " +
        "logrotate files are in logrotate.d/.",
    );
  return [name, ...(await dropInsOf(name, workingDirectory))];
}

async function dropInsOf(name: string, workingDirectory: string): Promise<readonly string[]> {
  const folders = dropInFolders(basename(name)).map((folder) => join(dirname(name), folder));
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(resolve(workingDirectory, folder), { withFileTypes: true }).catch(
        () => [],
      );
      return entries
        .map((entry) => join(folder, entry.name))
        .filter((path) => ["drop-in", "left-over"].includes(fileKind(path) ?? ""));
    }),
  );
  return found.flat();
}

/** Links are enablement and aliases; what they lead to is found where it is. */
async function walk(folder: string, workingDirectory: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(workingDirectory, folder), { withFileTypes: true }).catch(
    (error: unknown) => {
      throw new UsageError(`${folder} cannot be read: ${error instanceof Error ? error.message : "unknown"}`);
    },
  );
  const found: string[] = [];
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (isFolderToWalk(entry)) found.push(...(await walk(path, workingDirectory)));
    else if (entry.isFile() && fileKind(path) !== null) found.push(path);
  }
  return found;
}

function isFolderToWalk(entry: Dirent): boolean {
  return (
    entry.isDirectory() &&
    !entry.name.startsWith(".") &&
    entry.name !== "node_modules" &&
    !/\.(?:wants|requires|upholds)$/.test(entry.name)
  );
}

async function statOf(name: string, workingDirectory: string): Promise<Stats> {
  try {
    return await stat(resolve(workingDirectory, name));
  } catch {
    throw new UsageError(`${name} does not exist`);
  }
}

async function readText(path: string): Promise<string> {
  const read = await readNamedFile(path, MAX_UNIT_BYTES);
  if (!read.ok) throw new UsageError(read.reason);
  return new TextDecoder("utf-8").decode(read.bytes);
}
