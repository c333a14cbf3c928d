/** Who holds the ports that health checks of the host's own address asked. */
import type { DeployedService, UnitResource } from "../core/model/resource.ts";
import type { HealthResult } from "../core/model/verify.ts";
import { checkLabel } from "../core/verify/health.ts";
import { judgeOwner, localPort } from "../core/verify/port-owner.ts";
import { portsQuestion } from "../host/ports-answer.ts";
import type { Remote } from "../remote/remote.ts";
import { ask } from "./ask.ts";
import type { DeployContext } from "./context.ts";

/**
 * The results of checks that passed, with what is to be known of who answered: one question for all of them.
 * declared: all units of the services. Throws ConnectError or HostError.
 */
export async function withOwners(
  remote: Remote,
  services: readonly DeployedService[],
  declared: readonly UnitResource[],
  results: readonly HealthResult[],
  context: DeployContext,
): Promise<readonly HealthResult[]> {
  const asked = new Map(
    services.flatMap(({ name, health }) =>
      health.flatMap((check) => {
        const port = localPort(check);
        return port === null ? [] : [[`${name} ${checkLabel(check)}`, port] as const];
      }),
    ),
  );
  if (asked.size === 0) return results;
  const ports = new Set([...asked.values()].map(({ port }) => port));
  const listeners = await ask(remote, portsQuestion, [...ports], context);
  return results.map((result) => {
    const port = asked.get(`${result.service} ${result.check}`);
    if (port === undefined || !result.ok) return result;
    const own = new Set(declared.filter(({ service }) => service === result.service).map(({ unit }) => unit));
    const { ok, note } = judgeOwner(port, own, listeners);
    if (note === "") return result;
    return ok ? { ...result, note } : { ...result, ok, detail: `${note}\n${result.detail}` };
  });
}
