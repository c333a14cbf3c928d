/** What `ansible-inventory --list` and `--graph` print of a fleet. */
import { type Fleet, membersOf, type Variables } from "./fleet.ts";
import { type Value, type ValueMap, valueJson } from "./value.ts";

/** Variables that Ansible sets itself and leaves out of lists. */
const INTERNAL = new Set(
  (
    "ansible_config_file ansible_diff_mode ansible_facts ansible_forks ansible_inventory_sources " +
    "ansible_limit ansible_playbook_python ansible_run_tags ansible_skip_tags ansible_verbosity " +
    "ansible_version group_names groups inventory_dir inventory_file inventory_hostname " +
    "inventory_hostname_short omit playbook_dir"
  ).split(" "),
);

/** The JSON of --list, keys sorted. */
export function fleetList(fleet: Fleet, variablesOf: (host: string) => Variables): string {
  const list: { [key: string]: Value } = Object.create(null);
  const waiting = ["all"];
  const seen = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const group = fleet.groups.get(name);
    const hosts = name === "all" ? [] : [...(group?.hosts ?? [])];
    const children = [...(group?.children ?? [])];
    if (hosts.length + children.length > 0)
      list[name] = mapOf([
        ...(hosts.length > 0 ? [["hosts", hosts] as const] : []),
        ...(children.length > 0 ? [["children", children] as const] : []),
      ]);
    for (const child of children.filter((each) => !seen.has(each))) {
      seen.add(child);
      waiting.push(child);
    }
  }
  const hostvars: [string, Value][] = [];
  // Of a host called all, Ansible's default pattern selects that host alone.
  for (const host of fleet.hosts.has("all") ? ["all"] : membersOf(fleet, "all")) {
    const shown = [...variablesOf(host)].filter(([name]) => !INTERNAL.has(name));
    if (shown.length > 0) hostvars.push([host, mapOf(shown.map(([name, { value }]) => [name, value]))]);
  }
  list._meta = mapOf([["hostvars", mapOf(hostvars)]]);
  return `${valueJson(list)}\n`;
}

function mapOf(entries: readonly (readonly [string, Value])[]): ValueMap {
  const map: { [key: string]: Value } = Object.create(null);
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** The lines of --graph: groups with @, hosts below them. */
export function fleetGraph(fleet: Fleet, top = "all"): readonly string[] {
  const lines: string[] = [];
  const waiting: { readonly name: string; readonly depth: number; readonly isGroup: boolean }[] = [
    { name: top, depth: 0, isGroup: true },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, depth, isGroup } = next;
    const shown = isGroup ? `@${name}:` : name;
    lines.push(depth === 0 ? shown : `${"  |".repeat(depth)}--${shown}`);
    if (!isGroup) continue;
    const group = fleet.groups.get(name);
    const below = [
      ...[...(group?.children ?? [])].map((child) => ({ name: child, depth: depth + 1, isGroup: true })),
      ...(name === "all" ? [] : [...(group?.hosts ?? [])]).map((host) => ({
        name: host,
        depth: depth + 1,
        isGroup: false,
      })),
    ];
    waiting.push(...below.toReversed());
  }
  return lines;
}
