/** Users and groups that are named but neither there nor made by this plan. */

import type { Observation } from "../../model/observation.ts";
import type { Notice } from "../../model/plan.ts";
import type { HostTarget, Resource } from "../../model/resource.ts";
import { refusal } from "./host-notices.ts";

/** A refusal for each missing owner, owning group or supplementary group, once. */
export function ownerNotices(target: HostTarget, observation: Observation): readonly Notice[] {
  const accounts = target.resources.filter((resource) => resource.kind === "account");
  const users = new Set([...observation.users.keys(), ...accounts.map(({ user }) => user)]);
  const groups = new Set([...observation.groups.keys(), ...accounts.map(({ group }) => group)]);
  const texts = target.resources.flatMap((resource) => [
    ...ownersOf(resource)
      .filter((user) => !isThere(user, users))
      .map((user) =>
        refusal(
          "missing-user",
          `user ${user} is not on the host and no account makes it, but ${nameOf(resource)} shall be its own`,
        ),
      ),
    ...groupsOf(resource)
      .filter((group) => !isThere(group, groups))
      .map((group) =>
        refusal(
          "missing-group",
          `group ${group} is not on the host and no account makes it, but ${nameOf(resource)} needs it`,
        ),
      ),
  ]);
  return [...new Map(texts.map((notice) => [notice.text, notice])).values()];
}

function isThere(name: string, known: ReadonlySet<string>): boolean {
  return known.has(name) || /^\d+$/.test(name);
}

function ownersOf(resource: Resource): readonly string[] {
  return resource.kind === "file" || resource.kind === "directory" ? [resource.owner] : [];
}

function groupsOf(resource: Resource): readonly string[] {
  if (resource.kind === "account") return resource.groups;
  return resource.kind === "file" || resource.kind === "directory" ? [resource.group] : [];
}

function nameOf(resource: Resource): string {
  if (resource.kind === "account") return `account ${resource.user}`;
  return resource.kind === "unit" ? resource.unit : resource.path;
}
