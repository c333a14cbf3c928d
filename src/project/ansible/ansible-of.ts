/** Reads what the `ansible:` of an environment's inventory names. */
import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { ansibleSources } from "../../core/config/inventory.ts";
import type { SourceText } from "../../core/config/project.ts";
import { MAX_FILE_SIZE, parseYaml, problemAt, type TreePath } from "../../core/config/yaml.ts";
import { ConfigError, type Problem, UsageError } from "../../core/errors.ts";
import { readProjectFile } from "../read-file.ts";
import type { AnsibleInventory } from "./read-inventory.ts";

/** Whether programs that a project names may be run. */
export type ProgramPolicy = "run" | "refuse";

/** What SVCDEPLOY_NO_EXEC says, which --no-exec sets. */
export function programPolicy(environment: Readonly<Record<string, string | undefined>>): ProgramPolicy {
  return (environment.SVCDEPLOY_NO_EXEC ?? "") === "" || environment.SVCDEPLOY_NO_EXEC === "0"
    ? "run"
    : "refuse";
}

/** The inventory, null where none is named; the mistakes of reading it. */
export type AnsibleOf = { readonly ansible: AnsibleInventory | null; readonly problems: readonly Problem[] };

/**
 * Reads it. Paths count from the inventory's folder, and stay within the project, or within the git work
 * tree that the project is in. group_vars/ and host_vars/ are read beside each source, in the project's
 * folder and in playbooks/.
 */
export async function readAnsibleOf(
  root: string,
  text: SourceText,
  programs: ProgramPolicy,
): Promise<AnsibleOf> {
  // Most inventories name none: they are not read twice, and the readers are not loaded.
  if (!text.text.includes("ansible")) return { ansible: null, problems: [] };
  const document = parseYaml(text.text, text.file);
  const named = ansibleSources(document);
  if (document.isBroken || named.length === 0) return { ansible: null, problems: [] };
  const fail = (path: TreePath, message: string, hint: string | null): AnsibleOf => ({
    ansible: null,
    problems: [problemAt(text.text, document.placeOf(path), message, hint)],
  });
  const sources: string[] = [];
  for (const { text: name, path } of named) {
    const source = resolve(root, dirname(text.file), name);
    const real = await realpath(source).catch(() => null);
    if (real === null)
      return fail(path, `${relative(root, source)} does not exist`, "paths count from this file");
    const limit = await realpath(outermost(root));
    if (real !== limit && !real.startsWith(limit + sep))
      return fail(path, `${name} points outside the project and its git work tree, to ${real}`, null);
    sources.push(source);
  }
  const nameOf = (path: string): string => relative(root, path) || ".";
  const { readAnsibleInventory } = await import("./read-inventory.ts");
  const request = { sources, playbookFolders: [root, join(root, "playbooks")], programs, nameOf };
  try {
    return { ansible: await readAnsibleInventory(request), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { ansible: null, problems: error.problems };
    throw error;
  }
}

/** The same of an environment, by its name. Throws UsageError where its inventory cannot be read. */
export async function readEnvironmentsAnsible(
  root: string,
  environment: string,
  programs: ProgramPolicy,
): Promise<AnsibleOf> {
  const file = `inventory/${environment}.yaml`;
  const read = await readProjectFile(root, file, MAX_FILE_SIZE);
  if (!read.ok) throw new UsageError(read.reason, "--env names a file of inventory/; -i reads any inventory");
  return await readAnsibleOf(root, { file, text: new TextDecoder().decode(read.bytes) }, programs);
}

/** The git work tree around the project, else the project itself. */
function outermost(root: string): string {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return root;
  }
}
