/**
 * Whether the services of one host are well: units over their settle time and health checks, side by side.
 */

import type { DeployedService, HostTarget, UnitResource } from "../core/model/resource.ts";
import type { BeforeAct, HealthResult, Verdict } from "../core/model/verify.ts";
import type { Remote } from "../remote/remote.ts";
import type { DeployContext } from "./context.ts";
import { type ServiceCheck, waitHealthy } from "./health.ts";
import { withOwners } from "./port-owners.ts";
import { settleUnits } from "./settle.ts";

/** What was found; ok when every unit and every check is. */
export type Judgement = {
  readonly ok: boolean;
  readonly verdicts: readonly Verdict[];
  readonly health: readonly HealthResult[];
};

/** What to judge. deadlineSeconds bounds the retries of the health checks. */
export type JudgementOrder = {
  readonly units: readonly UnitResource[];
  readonly services: readonly DeployedService[];
  /** All units of the services, also those that are not judged. */
  readonly declared: readonly UnitResource[];
  /** Units whose process the actions were to leave alone, as they were before. */
  readonly before?: ReadonlyMap<string, BeforeAct>;
  readonly settleSeconds: number;
  readonly deadlineSeconds: number;
  /** Hears which check is still waited for. */
  readonly onWaiting: (text: string) => void;
};

const SUCCESSES = 2;
/** How much longer the health of the others is waited for once a unit has failed. */
const GRACE_MILLISECONDS = 2000;

/**
 * Judges units and ready checks. Once a unit has failed the other checks get a moment more. Throws
 * ConnectError or HostError when the host cannot be asked.
 */
export async function judge(
  remote: Remote,
  order: JudgementOrder,
  context: DeployContext,
): Promise<Judgement> {
  const giveUp = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const settled = settleUnits(remote, order.units, order.settleSeconds, context, order.before).then(
    (verdicts) => {
      if (verdicts.some(({ ok }) => !ok)) timer = setTimeout(() => giveUp.abort(), GRACE_MILLISECONDS);
      return verdicts;
    },
  );
  const healthy = waitHealthy(remote, readyChecks(order.services), {
    deadlineMilliseconds: order.deadlineSeconds * 1000,
    successes: SUCCESSES,
    intervalMilliseconds: 500,
    onWaiting: order.onWaiting,
    signal: giveUp.signal,
    redact: context.redact,
  });
  const [verdicts, answers] = await Promise.all([settled, healthy]).finally(() => clearTimeout(timer));
  const health = await withOwners(remote, order.services, order.declared, answers, context);
  return { ok: verdicts.every(({ ok }) => ok) && health.every(({ ok }) => ok), verdicts, health };
}

function readyChecks(services: readonly DeployedService[]): readonly ServiceCheck[] {
  return services.flatMap((service) =>
    service.health.filter(({ role }) => role === "ready").map((check) => ({ service: service.name, check })),
  );
}

/** The longest settle time of the services, in seconds. */
export function longestSettle(services: readonly DeployedService[]): number {
  return Math.max(0, ...services.map(({ settleSeconds }) => settleSeconds));
}

/** The services of a target that own one of the named resources or units. */
export function servicesOf(target: HostTarget, names: ReadonlySet<string>): readonly DeployedService[] {
  return target.services.filter(({ name }) => names.has(name));
}
