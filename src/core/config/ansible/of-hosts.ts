/** The hosts of a project's own inventory as a fleet, so that every inventory is listed in one form. */
import type { Host, HostGroups, Place, Tree } from "../../model/declared.ts";
import { isTreeList } from "../../model/tree.ts";
import { addGroup, addHost, completeFleet, makeFleet, type Variables } from "./fleet.ts";
import type { Value } from "./value.ts";
import type { ReadFleet } from "./variables.ts";

/**
 * The fleet. Each group has all its hosts itself. placeOf: where a host's variable is written. What our keys
 * say is there under Ansible's names.
 */
export function fleetOfHosts(
  hosts: readonly Host[],
  groups: HostGroups,
  placeOf: (host: Host, variable: string) => Place,
): ReadFleet {
  const fleet = makeFleet();
  const source = { file: "", text: "" };
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const add = (name: string, group: string): void => {
    const host = byName.get(name);
    if (host !== undefined) addHost(fleet, source, { name, port: null, place: host.place }, group);
  };
  for (const [group, members] of groups) {
    if (group === "all" || group === "ungrouped") continue;
    addGroup(fleet, group, hosts[0]?.place ?? { file: "", line: 1, column: 1 });
    for (const name of members) add(name, group);
  }
  for (const { name, groups: mine } of hosts) if (mine.length === 0) add(name, "ungrouped");
  completeFleet(fleet);
  return { fleet, variablesOf: (name) => variablesOf(byName.get(name), placeOf), sealed: [] };
}

function variablesOf(host: Host | undefined, placeOf: (host: Host, variable: string) => Place): Variables {
  if (host === undefined) return new Map();
  const { address, port, user, identity, place } = host;
  const own: Variables = new Map([
    ["ansible_host", { value: address, place }],
    ["ansible_port", { value: BigInt(port), place }],
    ["ansible_user", { value: user, place }],
  ]);
  if (identity !== null) own.set("ansible_ssh_private_key_file", { value: identity, place });
  for (const [name, tree] of Object.entries(host.vars))
    own.set(name, { value: valueOfTree(tree), place: placeOf(host, name) });
  return own;
}

function valueOfTree(tree: Tree): Value {
  if (typeof tree === "number") return Number.isSafeInteger(tree) ? BigInt(tree) : tree;
  if (isTreeList(tree)) return tree.map(valueOfTree);
  if (tree === null || typeof tree !== "object") return tree;
  const map: { [key: string]: Value } = Object.create(null);
  for (const [key, inner] of Object.entries(tree)) map[key] = valueOfTree(inner);
  return map;
}
