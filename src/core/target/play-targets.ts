/** The targets of plays, play by play and host by host. */
import type { Host } from "../model/declared.ts";
import type { HostTarget, PlayTargets } from "../model/resource.ts";

/** One host with its targets in every play that has it. */
export type HostTargets = { readonly host: Host; readonly targets: readonly HostTarget[] };

/** A target that asks nothing of a host: to look at it, or to report why nothing happens there. */
export function emptyTarget(project: string, host: Host, play: string): HostTarget {
  return { project, host, play, services: [], resources: [], owners: new Map(), declared: null };
}

/** The targets of all plays, in the order of the plays; a host of several plays has several. */
export function targetsOf(plays: readonly PlayTargets[]): readonly HostTarget[] {
  return plays.flatMap(({ targets }) => targets);
}

/** Every host once, in the order of its first target. */
export function byHost(targets: readonly HostTarget[]): readonly HostTargets[] {
  const hosts = Map.groupBy(targets, ({ host }) => host.name);
  return [...hosts.values()].flatMap((own) => own.slice(0, 1).map(({ host }) => ({ host, targets: own })));
}
