/**
 * Plans a rollback: what is kept is held against the hosts as they are now, and what cannot go back is
 * refused before anything.
 */

import type { Project } from "../core/model/declared.ts";
import type { Observation } from "../core/model/observation.ts";
import type { Notice, Plan } from "../core/model/plan.ts";
import type { HostTarget } from "../core/model/resource.ts";
import { manifestEntry } from "../core/plan/manifest.ts";
import { requireFree } from "../core/plan/notices/host-notices.ts";
import { outlookOf } from "../core/plan/outlook.ts";
import { makePlan } from "../core/plan/plan.ts";
import type { PlannedHost, PlannedPlay } from "../core/plan/planned.ts";
import { APPLY_INSTEAD } from "../core/rollback/generations.ts";
import {
  type HostChoices,
  refusal,
  refusedPlay,
  rollbackTargets,
} from "../core/rollback/rollback-targets.ts";
import { targetsOf } from "../core/target/play-targets.ts";
import type { DeployContext } from "./context.ts";
import { type OnObserved, observeHosts, type UnfinishedPolicy } from "./observe.ts";

/**
 * The plays as rollout takes them; refused hosts stand in a play of their own at the end. service: the only
 * one asked for, else null.
 */
export async function planRollback(
  project: Project,
  found: readonly HostChoices[],
  service: string | null,
  context: DeployContext,
  unfinished: UnfinishedPolicy,
): Promise<readonly PlannedPlay[]> {
  const { plays, refused } = rollbackTargets(project, found, service);
  const observed = new Map(
    (await observeHosts(targetsOf(plays), context, unfinished, onlyIfFree)).map((each) => [
      each.host.name,
      each.result,
    ]),
  );
  const planned = plays.map(({ play, targets }) => ({
    play,
    hosts: targets.map((target): PlannedHost => {
      const result = observed.get(target.host.name);
      if (result === undefined) throw new Error(`${target.host.name} was not observed`);
      return result.ok
        ? planHost(project, target, result.observation)
        : { target, plan: null, error: result.error };
    }),
  }));
  const [going, staying] = [
    planned.map(onlyPlanned),
    planned.flatMap(({ hosts }) => hosts.filter(isRefused)),
  ];
  const left = [...staying, ...refused.map((each): PlannedHost => ({ ...each, plan: null }))];
  return [
    ...going.filter(({ hosts }) => hosts.length > 0),
    ...(left.length === 0 ? [] : [{ play: refusedPlay(left), hosts: left }]),
  ];
}

const onlyIfFree: OnObserved = async (remote, _targets, observation) =>
  requireFree(remote.host.name, observation);

/** A host that cannot go back, or cannot be asked, keeps no other host from going back. */
function isRefused(host: PlannedHost): boolean {
  return outlookOf(host).kind === "lost";
}

function onlyPlanned({ play, hosts }: PlannedPlay): PlannedPlay {
  return { play, hosts: hosts.filter((host) => !isRefused(host)) };
}

function planHost(project: Project, target: HostTarget, observation: Observation): PlannedHost {
  const plan = makePlan(target, observation);
  const lost = plan.changes.flatMap(({ resource }) => (resource.kind === "release" ? [resource] : []));
  const [first] = lost;
  if (first !== undefined) {
    const reason = `its release ${first.path} is no longer on the host, and a rollback sends nothing`;
    return {
      ...refusal(project, target.host, { service: first.service, reason, hint: APPLY_INSTEAD }),
      plan: null,
    };
  }
  const notices = [...plan.notices, ...sharedNotices(target, plan, observation)];
  return { target, plan: { ...plan, notices }, error: null, machineId: observation.facts.machineId };
}

/** What changes and another service of the project owns as well. */
function sharedNotices(target: HostTarget, plan: Plan, { manifest }: Observation): readonly Notice[] {
  const own = new Set(target.services.map(({ name }) => name));
  return plan.changes.flatMap(({ resource }) => {
    const { kind, path } = manifestEntry(target.project, resource);
    const others = manifest
      .filter((entry) => entry.kind === kind && entry.path === path && !own.has(entry.service))
      .map((entry) => entry.service);
    if (others.length === 0) return [];
    const text = `${kind} ${path} also belongs to ${others.join(", ")}, which would get the older one as well`;
    return [{ severity: "warning" as const, code: "shared", text }];
  });
}
