/** All notices on a target, its changes and the host as it is, whatever units then owe. */
import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";
import { aliasNotices } from "./alias-notices.ts";
import { foreignNotices } from "./foreign-notices.ts";
import { hostNotices } from "./host-notices.ts";
import { liveNotices } from "./live-notices.ts";
import { otherProjectNotices } from "./other-projects.ts";
import { ownerNotices } from "./owner-notices.ts";
import { pathNotices } from "./path-notices.ts";
import { programNotices } from "./program-notices.ts";
import { unitNotices } from "./unit-notices.ts";
import { versionNotices } from "./version-notices.ts";

/** In the order of their subjects: the host, paths, other projects, owners, units. */
export function targetNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return [
    ...hostNotices(target, observation, changes),
    ...pathNotices(target, observation, changes),
    ...programNotices(target, observation, changes),
    ...versionNotices(target, observation, changes),
    ...liveNotices(changes, observation),
    ...otherProjectNotices(target, observation, changes),
    ...ownerNotices(target, observation),
    ...unitNotices(target, observation),
    ...aliasNotices(target, observation),
    ...foreignNotices(target, observation, changes),
  ];
}
