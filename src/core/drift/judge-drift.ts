/**
 * Makes a host's drift of what was read from it: findings and failed live checks, without what rules ignore.
 */
import type { SvcdeployError } from "../errors.ts";
import type { Observation } from "../model/observation.ts";
import type { Finding } from "../model/plan.ts";
import type { HostTarget } from "../model/resource.ts";
import type { HealthResult } from "../model/verify.ts";
import { findDrift } from "../plan/drift.ts";
import type { DriftHost } from "./host-drift.ts";
import { ignoreFindings, type Rules } from "./ignore.ts";

/** The drift of one host in one play. health: of all services of the host; empty where none was asked. */
export function judgeDrift(
  target: HostTarget,
  observation: Observation,
  health: readonly HealthResult[],
  rules: Rules,
): DriftHost {
  const found = findDrift(target, observation);
  const stuck = stuckServices(target, health, found).map(healthFinding);
  const { kept, ignored } = ignoreFindings([...found, ...stuck], target.host.name, rules, observation);
  return { ...about(target), findings: kept, ignored, clock: observation.facts.clock, error: null };
}

/** The same of a host that could not be looked at. */
export function unseenDrift(target: HostTarget, error: SvcdeployError): DriftHost {
  return { ...about(target), findings: [], ignored: [], clock: null, error };
}

function about(target: HostTarget): Pick<DriftHost, "host" | "play" | "services"> {
  return { host: target.host.name, play: target.play, services: target.services.map(({ name }) => name) };
}

/** Live checks that failed; of a service that does not run that is no news. */
function stuckServices(
  { services }: HostTarget,
  health: readonly HealthResult[],
  found: readonly Finding[],
): readonly HealthResult[] {
  const own = new Set(services.map(({ name }) => name));
  const stopped = new Set(found.filter(({ kind }) => kind === "not-running").map(({ service }) => service));
  return health.filter(
    ({ role, ok, service }) => role === "live" && !ok && own.has(service) && !stopped.has(service),
  );
}

/** The process is there and does not answer. */
function healthFinding({ service, check, detail }: HealthResult): Finding {
  return {
    kind: "health",
    service,
    subject: check,
    text: detail,
    origin: "host",
    since: null,
    change: null,
  };
}
