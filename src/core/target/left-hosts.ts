/**
 * Hosts that left the inventory, or every play, while services of ours were on them: by what this machine
 * remembers of its own runs.
 */
import type { Host, Project } from "../model/declared.ts";
import type { AppliedHost, LeftHost } from "../model/run.ts";
import { removedBy } from "./removal-play.ts";
import { BARE_PLAY } from "./select.ts";

/** A host that was looked at, and the transactions that its own record names. */
export type LookedAtHost = { readonly name: string; readonly recorded: ReadonlySet<string> };

/**
 * By name. A machine that answers now by another name, and one that went to another environment, have not
 * left; nor has one from which all was removed.
 */
export function leftHosts(
  applied: readonly AppliedHost[],
  { environment, hosts, plays }: Pick<Project, "environment" | "hosts" | "plays">,
  looked: readonly LookedAtHost[],
): readonly LeftHost[] {
  const named = new Set([
    ...looked.map(({ name }) => name),
    ...plays.flatMap((play) => (play.services.length === 0 ? [] : play.hosts)),
  ]);
  const known = new Set(looked.flatMap(({ recorded }) => [...recorded]));
  return [...Map.groupBy(applied, ({ host }) => host)]
    .flatMap(([host, runs]) => {
      const last = runs.at(-1);
      const isElsewhere = last?.environment !== environment;
      const isRenamed = runs.some(({ transaction }) => transaction !== null && known.has(transaction));
      const services = servicesLeft(runs);
      if (last === undefined || named.has(host) || isElsewhere || isRenamed || services.length === 0)
        return [];
      return [{ host, left: isIn(host, hosts) ? "plays" : "inventory", services, at: last.at } as const];
    })
    .toSorted((one, other) => (one.host < other.host ? -1 : 1));
}

function isIn(name: string, hosts: readonly Host[]): boolean {
  return hosts.some((host) => host.name === name);
}

function servicesLeft(runs: readonly AppliedHost[]): readonly string[] {
  const left = new Set<string>();
  for (const { play, services } of runs) {
    const removed = removedBy(play);
    // What is planned for such a host is that all of it is removed.
    if (play === BARE_PLAY) left.clear();
    else if (removed !== null) left.delete(removed);
    else for (const service of services) left.add(service);
  }
  return [...left].sort();
}
