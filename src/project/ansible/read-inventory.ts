/** Reads an Ansible inventory: files, folders, programs, lists of hosts, and the variables beside them. */
import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { access, open, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  completeFleet,
  type Fleet,
  groupsAbove,
  makeFleet,
  refuse,
  type Source,
} from "../../core/config/ansible/fleet.ts";
import { readHostList, readSourceInto } from "../../core/config/ansible/read-source.ts";
import { readHostOutput, readListOutput } from "../../core/config/ansible/script-output.ts";
import {
  layVariables,
  type ReadFleet,
  readVarsFiles,
  type VarsLayer,
} from "../../core/config/ansible/variables.ts";
import { ConfigError } from "../../core/errors.ts";
import { readNamedFile } from "../read-file.ts";
import { PROGRAM_LIMITS, type ProgramLimits, runInventory } from "./run-inventory.ts";
import { readVarsFolder } from "./vars-files.ts";

/** What is read, and what may be done for it. */
export type InventoryRequest = {
  /** Absolute paths, or lists of hosts with a comma in them; later ones are laid over earlier ones. */
  readonly sources: readonly string[];
  /** Folders with group_vars/ and host_vars/ beside the playbook. */
  readonly playbookFolders: readonly string[];
  /** refuse: programs are refused by name. */
  readonly programs: "run" | "refuse";
  /** How messages name a path. */
  readonly nameOf: (path: string) => string;
  readonly limits?: ProgramLimits;
};

/** An inventory that was read. read: every path that was read or run. */
export type AnsibleInventory = ReadFleet & { readonly read: readonly string[] };

const MAX_BYTES = 64 * 1024 * 1024;
/** Names in a folder that are no inventories (ansible.cfg: inventory ignore extensions, as it comes). */
const IGNORED =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|~$|\.(?:py[co]|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)$/;
const AT_ONCE = 8;

/** Reads all of it. Throws ConfigError for the first source that cannot be read. */
export async function readAnsibleInventory(request: InventoryRequest): Promise<AnsibleInventory> {
  const fleet = makeFleet();
  const reading: Reading = { fleet, request, read: [] };
  for (const source of request.sources) await readOne(reading, source);
  completeFleet(fleet);
  const folders = await Promise.all(request.sources.filter((each) => !each.includes(",")).map(folderOf));
  const used = new Set([...fleet.hosts.values()].flatMap((host) => groupsAbove(fleet, host)));
  const layers: VarsLayer[] = [];
  for (const folder of [...new Set([...folders, ...request.playbookFolders])]) {
    const readText = (path: string): Promise<Source> => textAt(reading, path);
    layers.push(readVarsFiles(await readVarsFolder(folder, used, fleet.hosts.keys(), readText)));
  }
  const lay = layVariables(fleet, layers);
  return {
    fleet,
    variablesOf: (name) => {
      const host = fleet.hosts.get(name);
      return host === undefined ? new Map() : lay(host);
    },
    sealed: layers.flatMap(({ sealed }) => sealed),
    read: reading.read,
  };
}

type Reading = { readonly fleet: Fleet; readonly request: InventoryRequest; readonly read: string[] };

async function folderOf(source: string): Promise<string> {
  return (await stat(source)).isDirectory() ? source : dirname(source);
}

async function readOne(reading: Reading, path: string): Promise<void> {
  const { fleet, request } = reading;
  if (path.includes(",")) return readHostList(fleet, { file: path, text: path });
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) {
    const names = (await readdir(path)).filter((name) => !IGNORED.test(name)).sort();
    for (const name of names) await readOne(reading, join(path, name));
    if (names.length > 0) return;
    const file = request.nameOf(path);
    const hint = "in a folder, files that end in .ini, .cfg, .txt, .md … are passed over, as in Ansible";
    refuse({ file, text: "" }, { file, line: 1, column: 1 }, "the folder has no inventory", hint);
  }
  if (found !== null && (await isProgram(path))) return await readProgram(reading, path);
  readSourceInto(fleet, await textAt(reading, path));
}

/** Executable, and of a kind that the kernel runs: an INI file with the bit set is a text. */
async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return false;
  }
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString("latin1").startsWith("#!") || buffer.toString("latin1") === "\x7fELF";
  } finally {
    await file.close();
  }
}

async function readProgram({ fleet, request, read }: Reading, path: string): Promise<void> {
  const name = request.nameOf(path);
  const nowhere: Source = { file: name, text: "" };
  const place = { file: name, line: 1, column: 1 };
  if (request.programs === "refuse")
    refuse(
      nowhere,
      place,
      "the inventory is a program, and programs are not run (--no-exec, SVCDEPLOY_NO_EXEC=1)",
      "write what it prints for --list into a file, and name that",
    );
  read.push(path);
  const ask = async (...words: readonly string[]): Promise<Source> => {
    const printed = await runInventory(path, words, request.limits ?? PROGRAM_LIMITS);
    if (!printed.ok)
      refuse(
        nowhere,
        place,
        `the inventory program ${printed.reason}`,
        `run it by hand: ${name} ${words.join(" ")}`,
      );
    return { file: `${name} ${words.join(" ")}`, text: printed.text };
  };
  const waiting = readListOutput(fleet, await ask("--list"));
  for (let at = 0; at < waiting.length; at += AT_ONCE) {
    const hosts = waiting.slice(at, at + AT_ONCE);
    const outputs = await Promise.all(hosts.map((host) => ask("--host", host)));
    for (const [index, host] of hosts.entries()) {
      const output = outputs[index];
      if (output !== undefined) readHostOutput(fleet, output, host);
    }
  }
}

async function textAt({ request, read }: Reading, path: string): Promise<Source> {
  const file = request.nameOf(path);
  const found = await readNamedFile(path, MAX_BYTES);
  const fail = (message: string): never => {
    throw new ConfigError([{ place: { file, line: 1, column: 1 }, message, hint: null, excerpt: "" }]);
  };
  if (!found.ok) return fail(found.reason);
  read.push(path);
  if (!isUtf8(found.bytes)) return fail("the file is not UTF-8 text");
  return { file, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(found.bytes) };
}
