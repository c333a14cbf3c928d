/** Users and groups that are named but neither there nor made by this plan. */

import type { Observation } from "../../model/observation.ts";
import type { Notice } from "../../model/plan.ts";
import type { HostTarget, Resource } from "../../model/resource.ts";
import { nameOf, neededFor, subjectOf } from "../../resources/registry.ts";
import { refusal } from "./host-notices.ts";

/** A refusal for each missing owner, owning group or supplementary group, once. */
export function ownerNotices(target: HostTarget, observation: Observation): readonly Notice[] {
  const accounts = target.resources.filter((resource) => resource.kind === "account");
  const users = new Set([...observation.users.keys(), ...accounts.map(({ user }) => user)]);
  const groups = new Set([...observation.groups.keys(), ...accounts.map(({ group }) => group)]);
  const texts = target.resources.flatMap((resource) => [
    ...neededFor(resource)
      .users.filter((user) => !isThere(user, users))
      .map((user) =>
        refusal(
          "missing-user",
          `user ${user} is not on the host and no account: creates it, but it is to own ${called(resource)}`,
        ),
      ),
    ...neededFor(resource)
      .groups.filter((group) => !isThere(group, groups))
      .map((group) =>
        refusal(
          "missing-group",
          `group ${group} is not on the host and no account: creates it, but ${called(resource)} needs it`,
        ),
      ),
  ]);
  return [...new Map(texts.map((notice) => [notice.text, notice])).values()];
}

function isThere(name: string, known: ReadonlySet<string>): boolean {
  return known.has(name) || /^\d+$/.test(name);
}

function called(resource: Resource): string {
  return resource.kind === "account" ? nameOf(resource) : subjectOf(resource);
}
