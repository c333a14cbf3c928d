/** One text of an Ansible inventory: which format it has is found as Ansible finds it. */
import { ConfigError } from "../../errors.ts";
import { expandHostRange, parseAddress } from "./address.ts";
import { addHost, type Fleet, MAX_FLEET_HOSTS, refuse, type Source } from "./fleet.ts";
import { readIni } from "./ini.ts";
import { VAULT_HEADER } from "./value.ts";
import { readYamlInventory } from "./yaml-inventory.ts";

/** Files with these ends, and without any, are tried as YAML first; what is not YAML is read as INI. */
const YAML_ENDS = [".yaml", ".yml", ".json"];

/** Reads a file of any format. Throws ConfigError with the mistake of the format that it looks like. */
export function readSourceInto(fleet: Fleet, source: Source): void {
  const start = { file: source.file, line: 1, column: 1 };
  const end = endOf(source.file);
  if (source.text.startsWith(VAULT_HEADER))
    refuse(
      source,
      start,
      "the inventory is encrypted with ansible-vault, which is not decrypted yet",
      "ansible-vault decrypt writes it out",
    );
  if (end === ".toml")
    refuse(
      source,
      start,
      "inventories in TOML are not read",
      "ansible-inventory --list --yaml writes it as YAML",
    );
  const isIni = end !== "" && !YAML_ENDS.includes(end);
  const asYaml = isIni ? null : mistakesOf(() => readYamlInventory(fleet, source));
  if (isIni) readIni(fleet, source);
  if (asYaml === null) return;
  const asIni = mistakesOf(() => readIni(fleet, source));
  if (asIni === null) return;
  throw end !== "" || /^\s*(?:---|\{|[\w-]+:\s*$)/m.test(source.text.slice(0, 2000)) ? asYaml : asIni;
}

function mistakesOf(read: () => void): ConfigError | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function endOf(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return /^\.*[^.].*?(\.[^.]*)$/.exec(name)?.[1] ?? "";
}

/** Reads `web1,web2:2222,`: hosts instead of a file. Throws ConfigError for a range that is none. */
export function readHostList(fleet: Fleet, source: Source): void {
  const place = { file: source.file, line: 1, column: 1 };
  for (const word of source.text.split(",").map((each) => each.trim())) {
    if (word === "" || fleet.hosts.has(word)) continue;
    const address = parseAddress(word);
    const expanded =
      address === null
        ? { ok: true as const, names: [word] }
        : expandHostRange(address.host, MAX_FLEET_HOSTS);
    if (!expanded.ok) refuse(source, place, expanded.reason);
    for (const name of expanded.names)
      addHost(fleet, source, { name, port: address?.port ?? null, place }, "ungrouped");
  }
}
