/** Writes rendered files below a folder of the operator's, as they would stand on the hosts. */
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { FileResource } from "../core/model/resource.ts";
import { makeFolder } from "./make-folder.ts";

/** A file and the host that it is for. */
export type RenderedFile = { readonly host: string; readonly file: FileResource };

/**
 * Writes each file's exact bytes to FOLDER/HOST/path: folders 0700, files 0600, because secrets are among
 * them. Throws UsageError when the folder is there and not empty: nothing that is there is overwritten or
 * mixed with.
 */
export async function writeRendered(folder: string, files: readonly RenderedFile[]): Promise<void> {
  if ((await entriesOf(folder)).length > 0)
    throw new UsageError(`${folder} is not empty`, "Give --out a new or an empty folder.");
  for (const { host, file } of files) {
    const path = join(folder, host, file.path);
    await makeFolder(dirname(path), 0o700);
    await writeFile(path, file.content, { flag: "wx", mode: 0o600 });
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR")
      throw new UsageError(`${folder} is not a folder`);
    throw error;
  }
}
