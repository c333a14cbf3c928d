/** The system account that a service runs as. */
import type { AccountResource } from "../model/resource.ts";
import type { Service } from "../model/service.ts";

/** The account, or nothing when the service declares none or runs as root, which every host has. */
export function renderAccount(service: Service): readonly AccountResource[] {
  if (service.account === null || service.account.user === "root") return [];
  const { user, group, groups, home } = service.account;
  return [{ kind: "account", id: `account:${user}`, service: service.name, user, group, groups, home }];
}
