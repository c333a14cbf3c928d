/** Finds and reads the files of group_vars/ and host_vars/ as Ansible does. */
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Source } from "../../core/config/ansible/fleet.ts";
import type { VarsFiles } from "../../core/config/ansible/variables.ts";
import { systemCode } from "../../core/errors.ts";

/** Reads one file as text. Throws ConfigError where it cannot. */
export type ReadText = (path: string) => Promise<Source>;

/** In this order; of one name the first that is there counts. */
const ENDS = ["", ".yml", ".yaml", ".json"];
const MAX_FILES = 50_000;

/** The files beside an inventory or a playbook, for the groups and hosts of these names. */
export async function readVarsFolder(
  folder: string,
  groups: Iterable<string>,
  hosts: Iterable<string>,
  readText: ReadText,
): Promise<VarsFiles> {
  return {
    groups: await readFor(join(folder, "group_vars"), groups, readText),
    hosts: await readFor(join(folder, "host_vars"), hosts, readText),
  };
}

async function readFor(
  folder: string,
  names: Iterable<string>,
  readText: ReadText,
): Promise<ReadonlyMap<string, readonly Source[]>> {
  const present = new Set(await namesIn(folder));
  const found = new Map<string, readonly Source[]>();
  if (present.size === 0) return found;
  for (const name of names) {
    const end = ENDS.find((each) => present.has(name + each));
    if (end === undefined) continue;
    const paths = await filesAt(join(folder, name + end));
    found.set(name, await Promise.all(paths.map(readText)));
  }
  return found;
}

/** The file itself, or all files of a folder and the folders in it, in the order of their names. */
async function filesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [path];
  const files: string[] = [];
  for (const name of await namesIn(path)) {
    if (name.startsWith(".") || name.endsWith("~")) continue;
    const inner = join(path, name);
    const isFolder = (await stat(inner)).isDirectory();
    if (isFolder && extname(name) === "") files.push(...(await filesAt(inner)));
    else if (!isFolder && ENDS.includes(extname(name))) files.push(inner);
    if (files.length > MAX_FILES) break;
  }
  return files;
}

/** Sorted by code unit, as the reference sorts; a folder that is not there is empty. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}
