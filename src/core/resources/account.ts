/**
 * What must be known of an account: only what is missing is made, an existing user or group stays as it is.
 */

import type { Observation } from "../model/observation.ts";
import type { State } from "../model/plan.ts";
import type { AccountResource } from "../model/resource.ts";

/** user, group, and the supplementary groups, sorted and joined by commas (absent when there are none). */
export function desired(resource: AccountResource): State {
  return describe(resource.user, resource.group, resource.groups);
}

/** What is there of it: a missing group or membership is left out; null when the user is missing. */
export function actual(resource: AccountResource, observation: Observation): State | null {
  const user = observation.users.get(resource.user);
  if (user === undefined) return null;
  const joined = resource.groups.filter((name) => {
    const group = observation.groups.get(name);
    return group !== undefined && (group.gid === user.gid || group.members.includes(resource.user));
  });
  return describe(resource.user, observation.groups.has(resource.group) ? resource.group : null, joined);
}

function describe(user: string, group: string | null, groups: readonly string[]): State {
  return {
    user,
    ...(group === null ? {} : { group }),
    ...(groups.length === 0 ? {} : { groups: [...groups].sort().join(",") }),
  };
}
