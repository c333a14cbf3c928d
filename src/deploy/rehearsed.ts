/**
 * Plans with what the host says of the files that they write; where they write none that it could read,
 * nothing is asked or loaded.
 */
import type { Observation } from "../core/model/observation.ts";
import { type Planned, rehearsalOf } from "../core/rehearsal/rehearsal.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";

/** The plans of one host, with notices more. Throws ConnectError. */
export async function rehearsed(
  remote: Remote,
  planned: readonly Planned[],
  { facts }: Observation,
  context: DeployContext,
): Promise<readonly Planned[]> {
  // Who is not root is refused anyway, and may write nothing to /run.
  const request = facts.uid === 0 ? rehearsalOf(planned) : null;
  if (request === null) return planned;
  const { rehearse } = await import("./rehearse.ts");
  const notices = await rehearse(remote, planned, { request, systemd: facts.systemd }, context);
  return planned.map(({ target, plan }) => ({
    target,
    plan: { ...plan, notices: [...plan.notices, ...(notices.get(target) ?? [])] },
  }));
}
