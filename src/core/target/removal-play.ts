/** The play that takes one service off hosts, whatever the project's own plays say. */
import { fillRollout } from "../config/playbook.ts";
import type { Host, Project } from "../model/declared.ts";
import type { PlayTargets } from "../model/resource.ts";
import { emptyTarget } from "./play-targets.ts";

const REMOVE = "remove";

/** The service that a play of this name takes off hosts; null: it is another play. */
export function removedBy(play: string): string | null {
  return play.startsWith(`${REMOVE} `) ? play.slice(REMOVE.length + 1) : null;
}

/**
 * One target for each host, which removes this service alone; batches and limits as the environment's
 * defaults.
 */
export function removalPlay(project: Project, hosts: readonly Host[], service: string): PlayTargets {
  const name = `${REMOVE} ${service}`;
  const removal = { pruning: "everything", declared: new Set<string>(), earlier: [], only: service } as const;
  return {
    play: { name, rollout: fillRollout({}, project) },
    targets: hosts.map((host) => ({ ...emptyTarget(project.name, host, name), declared: [], removal })),
  };
}
