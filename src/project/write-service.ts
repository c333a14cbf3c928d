/** Writes a new service file into a project; what is there is never overwritten. */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * file: services/NAME.yaml, its name already checked. Throws UsageError when it is there or cannot be
 * written.
 */
export async function writeService(root: string, file: string, text: string): Promise<void> {
  const path = join(root, file);
  await makeFolder(dirname(path));
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o644 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    if (code === "EEXIST")
      throw new UsageError(
        `${file} already exists`,
        "Choose another name with --name, or print the text with --stdout.",
      );
    throw new UsageError(`${file} cannot be written (${code})`);
  }
}
