/** `svcdeploy schemas`: writes the JSON Schemas of a project's files for the editor. */
import { resolve } from "node:path";
import { SCHEMA_FOLDER, writeSchemas } from "../project/write-schemas.ts";
import { indent, line } from "../report/lines/text.ts";
import type { Arguments } from "./options/arguments.ts";
import type { FOLDER } from "./options/by-command.ts";
import type { Surroundings } from "./surroundings.ts";

/** Writes them and says what an editor needs to be told. Throws UsageError where they cannot be written. */
export async function schemas(
  { options }: Arguments<typeof FOLDER>,
  { stdout, workingDirectory }: Surroundings,
): Promise<number> {
  const names = await writeSchemas(resolve(workingDirectory, options.project));
  stdout.print([
    line(`Wrote ${names.join(", ")} into ${SCHEMA_FOLDER}.`),
    line("A file's first line names its schema, for every editor with a YAML language server:"),
    ...indent([line(`# yaml-language-server: $schema=../${SCHEMA_FOLDER}/service.schema.json`)], 2),
  ]);
  return 0;
}
