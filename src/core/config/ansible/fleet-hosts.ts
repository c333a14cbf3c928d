/** The hosts of an Ansible inventory in our terms: how each is reached, its variables, and what is refused. */
import type {
  HostGroups,
  HostRefusal,
  Place,
  Tree,
  TreeMap,
  UnusableVariable,
} from "../../model/declared.ts";
import { refuseAddress, refuseInventoryName, refuseLogin } from "../allow-lists.ts";
import type { WrittenHost } from "../inventory-schema.ts";
import { type FleetHost, groupsAbove, membersOf, type Variables } from "./fleet.ts";
import { isValueList, isValueMap, type Sourced, treeOf, type Value, whyUnusable } from "./value.ts";
import type { ReadFleet } from "./variables.ts";

/** A host as the inventory has it. groups: without all and ungrouped. */
export type AnsibleHost = {
  readonly name: string;
  readonly place: Place;
  readonly written: WrittenHost;
  readonly groups: readonly string[];
  readonly vars: TreeMap;
  readonly unusable: ReadonlyMap<string, UnusableVariable>;
  readonly refused: readonly AnsibleRefusal[];
};

/** replacedBy: the key of ours that says it instead; null: there is none. */
export type AnsibleRefusal = HostRefusal & { readonly replacedBy: keyof typeof NAMES | null };

/** Every host, in the order of the group all. */
export function ansibleHosts(read: ReadFleet): readonly AnsibleHost[] {
  return membersOf(read.fleet, "all").flatMap((name) => {
    const host = read.fleet.hosts.get(name);
    return host === undefined ? [] : [makeAnsibleHost(read, host)];
  });
}

/** The hosts of each group, all and ungrouped too. */
export function ansibleGroups({ fleet }: ReadFleet): HostGroups {
  return new Map([...fleet.groups.keys()].map((name) => [name, membersOf(fleet, name)]));
}

function makeAnsibleHost({ fleet, variablesOf }: ReadFleet, host: FleetHost): AnsibleHost {
  const variables = variablesOf(host.name);
  const refused: AnsibleRefusal[] = [];
  const written = readConnection(variables, refused);
  refuseWays(variables, refused);
  refuseHost(host, refused);
  const groups = groupsAbove(fleet, host).filter((name) => name !== "all" && name !== "ungrouped");
  return { name: host.name, place: host.place, written, groups, refused, ...usableVars(variables) };
}

const NAMES = {
  address: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
  identity: ["ansible_private_key_file", "ansible_ssh_private_key_file"],
} as const;

/** The first of these variables that is there. */
function find(
  variables: Variables,
  names: readonly string[],
): { readonly name: string; readonly found: Sourced } | null {
  for (const name of names) {
    const found = variables.get(name);
    if (found !== undefined && found.value !== null) return { name, found };
  }
  return null;
}

function readConnection(variables: Variables, refused: AnsibleRefusal[]): WrittenHost {
  const read = (key: keyof typeof NAMES, check: (text: string) => string | null): string | null => {
    const named = find(variables, NAMES[key]);
    if (named === null) return null;
    const { value, place } = named.found;
    const isText = typeof value === "string" || typeof value === "bigint";
    const reason = whyUnusable(value) ?? (isText ? check(String(value)) : "is no text");
    if (reason === null) return String(value);
    refused.push({ message: `${named.name}: ${reason}`, hint: USE_OURS, place, replacedBy: key });
    return null;
  };
  const address = read("address", refuseAddress);
  const port = read("port", (text) =>
    /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535 ? null : "a port is a number from 1 to 65535",
  );
  const user = read("user", refuseLogin);
  const identity = read("identity", (text) =>
    /^[^\p{Cc}]{1,4000}$/u.test(text) && !text.startsWith("-") ? null : "this is no path of a key",
  );
  return {
    ...(address === null ? {} : { address }),
    ...(port === null ? {} : { port: Number(port) }),
    ...(user === null ? {} : { user }),
    ...(identity === null ? {} : { identity }),
  };
}

const USE_OURS = "write it for this host under hosts: in the environment's own file";
/** Ansible's names of connections that are SSH. */
const SSH = [
  "ssh",
  "smart",
  "paramiko",
  "paramiko_ssh",
  "ansible.builtin.ssh",
  "ansible.builtin.paramiko_ssh",
];
const SUDO = ["sudo", "ansible.builtin.sudo"];
const ARGUMENTS = [
  "ansible_ssh_common_args",
  "ansible_ssh_extra_args",
  "ansible_ssh_args",
  "ansible_ssh_executable",
];

/** What an inventory may ask for that this tool does not do: refused by name, never passed over. */
function refuseWays(variables: Variables, refused: AnsibleRefusal[]): void {
  const refuse = (name: string, good: readonly string[], hint: string): void => {
    const found = variables.get(name);
    if (found === undefined || isNothing(found.value) || good.includes(String(found.value))) return;
    const shown = typeof found.value === "string" ? found.value : "this value";
    const reason = whyUnusable(found.value) ?? `${shown} is not supported`;
    refused.push({ message: `${name}: ${reason}`, hint, place: found.place, replacedBy: null });
  };
  refuse("ansible_connection", SSH, "hosts are reached over SSH alone");
  for (const name of ["ansible_become_method", "ansible_become_exe"])
    refuse(name, SUDO, "sudo is the one way to root");
  refuse("ansible_become_user", ["root"], "units and their files need root");
  refuse("ansible_become_flags", ["-H -S -n", "-n", "-H"], "sudo is run as `sudo -n`");
  for (const name of ARGUMENTS)
    refuse(name, [], "arguments for ssh are not passed on: write address, port, user");
}

function isNothing(value: Value): boolean {
  return value === null || value === "" || (isValueList(value) && value.length === 0);
}

function refuseHost({ name, place, ports }: FleetHost, refused: AnsibleRefusal[]): void {
  const reason = refuseInventoryName(name);
  if (reason !== null)
    refused.push({
      message: `the host's name "${name}": ${reason}`,
      hint: "give it a name, and its address as ansible_host",
      place,
      replacedBy: null,
    });
  const [first, other] = [
    ...new Map(ports.filter(({ port }) => port !== null).map((each) => [each.port, each])).values(),
  ];
  if (first === undefined || other === undefined) return;
  const message = `the host "${name}" has the port ${other.port} here, and ${first.port} in line ${first.place.line} of ${first.place.file}`;
  refused.push({
    message,
    hint: "Ansible would take the first; keep one of them",
    place: other.place,
    replacedBy: "port",
  });
}

/** Variables that can be used, and those that cannot, which are left out. */
function usableVars(variables: Variables): Pick<AnsibleHost, "vars" | "unusable"> {
  const vars: { [key: string]: Tree } = Object.create(null);
  const unusable = new Map<string, UnusableVariable>();
  for (const [name, { value, place }] of variables) {
    const tree = usableTree(value, name, (path, reason) => unusable.set(path, { reason, place }));
    if (tree !== undefined && !RESERVED.has(name)) vars[name] = tree;
  }
  return { vars, unusable };
}

const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** A map without what cannot be used; of a list with such an item nothing. */
function usableTree(
  value: Value,
  path: string,
  report: (path: string, reason: string) => void,
): Tree | undefined {
  const reason = whyUnusable(value);
  if (reason === null) return treeOf(value);
  if (!isValueMap(value)) {
    report(path, reason);
    return undefined;
  }
  const map: { [key: string]: Tree } = Object.create(null);
  for (const [key, inner] of Object.entries(value)) {
    const tree = usableTree(inner, `${path}.${key}`, report);
    if (tree !== undefined) map[key] = tree;
  }
  return map;
}
