/** The play that takes one service off hosts, whatever the project's own plays say. */
import { fillRollout } from "../config/playbook.ts";
import type { Host, Project } from "../model/declared.ts";
import type { PlayTargets } from "../model/resource.ts";
import { emptyTarget } from "./play-targets.ts";

/**
 * One target for each host, which removes this service alone; batches and limits as the environment's
 * defaults.
 */
export function removalPlay(project: Project, hosts: readonly Host[], service: string): PlayTargets {
  const name = `remove ${service}`;
  const removal = { pruning: "everything", declared: new Set<string>(), earlier: [], only: service } as const;
  return {
    play: { name, rollout: fillRollout({}, project) },
    targets: hosts.map((host) => ({ ...emptyTarget(project.name, host, name), declared: [], removal })),
  };
}
