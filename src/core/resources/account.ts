/**
 * What must be known of an account: only what is missing is made, an existing user or group stays as it is.
 */
import { createHash } from "node:crypto";
import type { State } from "../model/plan.ts";
import type { AccountResource } from "../model/resource.ts";
import type { ResourceRow } from "./row.ts";

/**
 * Its state: user, group, and the supplementary groups, sorted and joined by commas (absent when there are
 * none). A missing group or membership is left out of what is there.
 */
export const account: ResourceRow<AccountResource> = {
  subject: ({ user }) => user,
  type: null,
  desired: ({ user, group, groups }) => describe(user, group, groups),
  actual: (resource, { users, groups }) => {
    const user = users.get(resource.user);
    if (user === undefined) return null;
    const joined = resource.groups.filter((name) => {
      const group = groups.get(name);
      return group !== undefined && (group.gid === user.gid || group.members.includes(resource.user));
    });
    return describe(resource.user, groups.has(resource.group) ? resource.group : null, joined);
  },
  asks: ({ user, group, groups }) => ({ users: [user], groups: [group, ...groups] }),
  needs: ({ groups }) => ({ users: [], groups }),
  owned: ({ group, groups }) => ({ sha256: accountDigest(group, groups) }),
  detail: ({ group, groups, home }) =>
    ` (group ${group}${groups.length === 0 ? "" : `, in ${groups.join(", ")}`}, home ${home})`,
  dropped: "kept",
  restarts: () => null,
  line: ({ user, group, home, groups }) => ({
    line: "account",
    user,
    group,
    home,
    groups: groups.join(",") || "-",
  }),
};

/** What a manifest keeps of an account's groups, whatever their order. */
export function accountDigest(group: string, groups: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([group, [...groups].sort()]))
    .digest("hex");
}

function describe(user: string, group: string | null, groups: readonly string[]): State {
  return {
    user,
    ...(group === null ? {} : { group }),
    ...(groups.length === 0 ? {} : { groups: [...groups].sort().join(",") }),
  };
}
