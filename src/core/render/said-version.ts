/** How a release is asked for its version, and as whom. */
import type { SaidVersion } from "../model/artifact.ts";
import type { Service } from "../model/service.ts";

/** The overflow user and group of the kernel (user_namespaces(7)), which own nothing. */
const UNPRIVILEGED = "65534";

/**
 * What to run in a release's folder; null: nothing. It runs as the service's user, and without any rights
 * where that is root or made at each start.
 */
export function saidVersion({ artifact, account, service }: Service): SaidVersion | null {
  if (artifact?.says === undefined) return null;
  const lastOf = (name: string): string | undefined =>
    service.findLast((directive) => directive.name === name)?.value;
  const isDynamic = /^(?:1|yes|true|on)$/i.test(lastOf("DynamicUser") ?? "");
  const user = lastOf("User") ?? account?.user ?? "root";
  const isUsable = !isDynamic && /^[a-z_][a-z0-9_.-]{0,31}$/.test(user) && user !== "root";
  return { ...artifact.says, user: isUsable ? user : UNPRIVILEGED };
}
