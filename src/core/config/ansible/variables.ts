/**
 * The variables of a host as Ansible lays them over each other: those of groups from `all` downwards, the
 * files of group_vars/ over all of them, then the host's own and the files of host_vars/.
 */
import {
  depthsOf,
  type Fleet,
  type FleetHost,
  groupsAbove,
  refuse,
  type Source,
  type Variables,
} from "./fleet.ts";
import { dataOf, nameOf } from "./node.ts";
import { keyText, VAULT_HEADER } from "./value.ts";
import { readNodes } from "./yaml-inventory.ts";

/** An inventory that was read, with the variables of each host. sealed: encrypted files, not read. */
export type ReadFleet = {
  readonly fleet: Fleet;
  readonly variablesOf: (host: string) => Variables;
  readonly sealed: readonly string[];
};

/** Files of a folder by the group or host that they are for, in the order in which they are laid. */
export type VarsFiles = {
  readonly groups: ReadonlyMap<string, readonly Source[]>;
  readonly hosts: ReadonlyMap<string, readonly Source[]>;
};

/** The same, read. */
export type VarsLayer = {
  readonly groups: ReadonlyMap<string, Variables>;
  readonly hosts: ReadonlyMap<string, Variables>;
  /** Encrypted files: what is in them is not known. */
  readonly sealed: readonly string[];
};

/** Reads group_vars/ and host_vars/ of one folder. Throws ConfigError for the first file that is no map. */
export function readVarsFiles(files: VarsFiles): VarsLayer {
  const sealed: string[] = [];
  const layer = (of: VarsFiles["groups"]): ReadonlyMap<string, Variables> =>
    new Map([...of].map(([name, sources]) => [name, readVars(sources, sealed)]));
  return { groups: layer(files.groups), hosts: layer(files.hosts), sealed };
}

function readVars(sources: readonly Source[], sealed: string[]): Variables {
  const found: Variables = new Map();
  for (const source of sources) {
    if (source.text.startsWith(VAULT_HEADER)) {
      sealed.push(source.file);
      continue;
    }
    const { node, placeAt } = readNodes(source);
    if (node === null || (node.kind === "leaf" && !node.value)) continue;
    if (node.kind === "list" && node.items.length === 0) continue;
    if (node.kind !== "map")
      refuse(source, placeAt(node.offset), `a map of variables is expected here, this is ${nameOf(node)}`);
    for (const { key, offset, node: value } of node.entries)
      found.set(keyText(key), { value: dataOf(value), place: placeAt(offset) });
  }
  return found;
}

/** Gives the variables of each host. layers: beside the inventory first, then beside the playbook. */
export function layVariables(fleet: Fleet, layers: readonly VarsLayer[]): (host: FleetHost) => Variables {
  const depths = depthsOf(fleet);
  const ranks = new Map(
    [...fleet.groups.values()]
      .sort(
        (a, b) =>
          (depths.get(a.name) ?? 0) - (depths.get(b.name) ?? 0) ||
          a.priority - b.priority ||
          (a.name < b.name ? -1 : 1),
      )
      .map(({ name }, rank) => [name, rank]),
  );
  const rankOf = (name: string): number => ranks.get(name) ?? 0;
  return (host) => {
    const groups = [
      "all",
      ...groupsAbove(fleet, host)
        .filter((name) => name !== "all")
        .sort((a, b) => rankOf(a) - rankOf(b)),
    ];
    const laid: Variables = new Map();
    const lay = (variables: Variables | undefined): void => {
      for (const [name, found] of variables ?? []) laid.set(name, found);
    };
    for (const group of groups) lay(fleet.groups.get(group)?.vars);
    for (const { groups: files } of layers) lay(files.get("all"));
    for (const { groups: files } of layers) for (const group of groups.slice(1)) lay(files.get(group));
    lay(host.vars);
    for (const { hosts: files } of layers) if (!host.name.startsWith("/")) lay(files.get(host.name));
    return laid;
  };
}
