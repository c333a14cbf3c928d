/** Writes the JSON Schemas into a project, where its files' first lines tell an editor to look. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { schemaFiles } from "../core/config/json-schema.ts";
import { UsageError } from "../core/errors.ts";
import { makeFolder } from "./make-folder.ts";

/** Where they are, from the project folder. */
export const SCHEMA_FOLDER = ".svcdeploy/schemas";

/** Writes or renews them; returns their names. Throws UsageError naming the file that cannot be written. */
export async function writeSchemas(root: string): Promise<readonly string[]> {
  const folder = join(root, SCHEMA_FOLDER);
  await makeFolder(folder);
  const files = schemaFiles();
  for (const { name, text } of files) {
    await writeFile(join(folder, name), text).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${join(folder, name)} cannot be written (${error.code})`);
    });
  }
  return files.map(({ name }) => name);
}
