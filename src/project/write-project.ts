/** Writes a new project's files into a folder that is empty or not there yet. */
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { ProjectFile } from "../core/init/project-files.ts";
import { makeFolder } from "./make-folder.ts";

const MOST_NAMED = 10;

/**
 * Makes the folder when it is missing. Throws UsageError, naming what is there, when it holds anything but
 * .git: nothing is ever overwritten.
 */
export async function writeProject(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const present = (await entriesOf(folder)).filter((name) => name !== ".git").sort();
  if (present.length > 0) {
    const more = present.length > MOST_NAMED ? ` and ${present.length - MOST_NAMED} more` : "";
    throw new UsageError(
      `${folder} is not empty; it contains ${present.slice(0, MOST_NAMED).join(", ")}${more}`,
      "Nothing was written. Go to an empty folder, or name a new one with --project DIR.",
    );
  }
  for (const { path, text, kind } of files) {
    await makeFolder(dirname(join(folder, path)));
    await writeFile(join(folder, path), text, { flag: "wx", mode: kind === "program" ? 0o755 : 0o644 });
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT") return [];
    if (code === "ENOTDIR") throw new UsageError(`${folder} is not a folder`);
    if (code === "EACCES") throw new UsageError(`${folder} cannot be read`);
    throw error;
  }
}
