/** The hosts of an inventory, once its files are read: what each layer says, the higher over the lower. */
import type { Host, Place, TreeMap } from "../model/declared.ts";
import type { AnsibleHost } from "./ansible/fleet-hosts.ts";
import type { ResolvedGroup } from "./groups.ts";
import type { WrittenHost } from "./inventory-schema.ts";
import { emptyMap, mergeMaps } from "./merge.ts";

/** The systemd version that rendering uses where the inventory says nothing. */
export const DEFAULT_SYSTEMD = 247;
/** Until a host counts as unreachable where the inventory says nothing. */
const CONNECT_TIMEOUT_SECONDS = 10;
/** Variables and labels that are laid at most. */
export const MAX_LAID = 300_000;

/** A host as it is written; below: as an Ansible inventory has it. */
export type InventoryEntry = {
  readonly name: string;
  readonly written: WrittenHost;
  readonly place: Place;
  readonly below?: AnsibleHost;
};

type Groups = ReadonlyMap<string, readonly ResolvedGroup[]>;

/** Makes them. null: laying everything over every host would take more than an inventory is worth. */
export function makeHosts(
  entries: readonly InventoryEntry[],
  defaults: WrittenHost,
  groups: Groups,
  resolvePath: (path: string) => string,
): readonly Host[] | null {
  const sizeOf = (map: object | undefined) => Object.keys(map ?? {}).length;
  const layered = entries.map((entry) => ({ entry, mine: groups.get(entry.name) ?? [] }));
  let laid = 0;
  for (const { entry, mine } of layered) {
    laid +=
      sizeOf(defaults.vars) +
      sizeOf(defaults.labels) +
      sizeOf(entry.written.vars) +
      sizeOf(entry.written.labels);
    for (const group of mine) laid += sizeOf(group.vars);
    if (laid > MAX_LAID) return null;
  }
  return layered.map(({ entry, mine }) => makeHost(entry, defaults, mine, resolvePath));
}

function makeHost(
  entry: InventoryEntry,
  defaults: WrittenHost,
  mine: readonly ResolvedGroup[],
  resolvePath: (path: string) => string,
): Host {
  const { below } = entry;
  const layers = [
    defaults.vars ?? emptyMap(),
    below?.vars ?? emptyMap(),
    ...mine.map((group) => group.vars),
    entry.written.vars ?? emptyMap(),
  ];
  const own = { ...defaults, ...below?.written, ...entry.written };
  const vars = layers.reduce(mergeMaps, emptyMap());
  const user = own.user ?? "root";
  return {
    name: entry.name,
    address: own.address ?? entry.name,
    port: own.port ?? 22,
    user,
    become: own.become ?? (user === "root" ? "none" : "sudo"),
    identity: own.identity === undefined ? null : resolvePath(own.identity),
    knownHosts: own.knownHosts === undefined ? null : resolvePath(own.knownHosts),
    connectTimeoutSeconds: own.connectTimeout ?? CONNECT_TIMEOUT_SECONDS,
    groups: [...new Set([...(below?.groups ?? []), ...mine.map((group) => group.name)])].sort(),
    vars,
    labels: { ...defaults.labels, ...entry.written.labels },
    systemd: own.systemd ?? DEFAULT_SYSTEMD,
    required: own.required ?? false,
    ...(own.sharedHost === true ? { sharedHost: true } : {}),
    ...(below === undefined ? {} : limitsOf(below, vars, entry.written)),
    place: entry.place,
  };
}

/** What of Ansible's is not used, less what the file says instead. */
function limitsOf(
  below: AnsibleHost,
  vars: TreeMap,
  written: WrittenHost,
): Pick<Host, "unusable" | "refused"> {
  const unusable = [...below.unusable].filter(([path]) => !Object.hasOwn(vars, path));
  const refused = below.refused.filter(
    ({ replacedBy }) => replacedBy === null || written[replacedBy] === undefined,
  );
  return {
    ...(unusable.length === 0 ? {} : { unusable: new Map(unusable) }),
    ...(refused.length === 0 ? {} : { refused }),
  };
}
