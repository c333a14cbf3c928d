/** Lints what the hosts of a project are to be; contacts none of them. */

import { withoutRepeats } from "../../core/config/check.ts";
import { ConfigError } from "../../core/errors.ts";
import { exposuresOf, type UnitExposure } from "../../core/lint/exposure.ts";
import type { HostFindings } from "../../core/lint/fold.ts";
import { hostOfTargets } from "../../core/lint/from-targets.ts";
import { lintHost } from "../../core/lint/lint.ts";
import { findRule } from "../../core/lint/rules.ts";
import type { Rendered } from "../../core/model/resource.ts";
import type { Service } from "../../core/model/service.ts";
import { byHost, targetsOf } from "../../core/target/play-targets.ts";

/** One host with all that was found there, ignored or not. */
export type LintedHost = HostFindings & {
  readonly services: readonly Service[];
  readonly units: readonly string[];
  readonly exposures: readonly UnitExposure[];
};

/**
 * Every host of the plays, those of several plays once. Throws ConfigError when a service ignores a rule that
 * there is none of.
 */
export function lintPlays({ plays, services }: Rendered, environment: string): readonly LintedHost[] {
  refuseUnknownRules([...services.values()].flat());
  return byHost(targetsOf(plays)).flatMap(({ host: { name }, targets }) => {
    const own = services.get(name) ?? [];
    const host = hostOfTargets(targets, own);
    if (host === null) return [];
    return [
      {
        environment,
        host: name,
        findings: lintHost(host),
        services: own,
        units: host.units.map((unit) => unit.name),
        exposures: exposuresOf(host),
      },
    ];
  });
}

/** An ignored rule that is mistyped would silence nothing, forever. */
function refuseUnknownRules(services: readonly Service[]): void {
  const unknown = services
    .flatMap((service) => service.lintIgnore)
    .filter(({ rule }) => findRule(rule) === null);
  const problems = unknown.map(({ rule, place }) => ({
    place,
    message: `there is no lint rule ${rule}`,
    hint: null,
    excerpt: "",
  }));
  if (problems.length > 0) throw new ConfigError(withoutRepeats(problems));
}
