/**
 * Findings of many hosts and environments → each once, with where it was found; those that a service says to
 * ignore are left out.
 */
import type { Service } from "../model/service.ts";
import { UNUSED_IGNORE } from "./ignore-rules.ts";
import { compareFindings } from "./lint.ts";
import type { LintFinding } from "./rule.ts";

/** Findings of one host; environment null: files, not a project. */
export type HostFindings = {
  readonly environment: string | null;
  readonly host: string;
  readonly findings: readonly LintFinding[];
};
/** A finding and the hosts it holds for, as environment/host. */
export type FoldedFinding = LintFinding & { readonly hosts: readonly string[] };

/**
 * One finding a place and rule, in order of places; `unit` of a rule over the whole host is the first host's.
 */
export function foldFindings(all: readonly HostFindings[]): readonly FoldedFinding[] {
  const folded = new Map<string, { readonly finding: LintFinding; readonly hosts: string[] }>();
  for (const { environment, host, findings } of all) {
    for (const finding of findings) {
      const key = JSON.stringify([
        finding.rule,
        finding.severity,
        finding.place,
        finding.happens,
        finding.fix,
      ]);
      const same = folded.get(key) ?? { finding, hosts: [] };
      if (environment !== null && !same.hosts.includes(`${environment}/${host}`))
        same.hosts.push(`${environment}/${host}`);
      folded.set(key, same);
    }
  }
  return [...folded.values()].map(({ finding, hosts }) => ({ ...finding, hosts })).sort(compareFindings);
}

/** The findings without those in files of services that ignore their rule. */
export function withoutIgnored(
  findings: readonly LintFinding[],
  services: readonly Service[],
): readonly LintFinding[] {
  const ignored = new Set(
    services.flatMap((service) => service.lintIgnore.map(({ rule }) => `${service.file}\0${rule}`)),
  );
  return findings.filter(({ place, rule }) => !ignored.has(`${place.file}\0${rule}`));
}

/**
 * A finding of SD103 for each ignored rule that found nothing of its service on any of these hosts, findings
 * being all that was found.
 */
export function unusedIgnores(
  hosts: readonly { readonly findings: readonly LintFinding[]; readonly services: readonly Service[] }[],
): readonly LintFinding[] {
  const found = new Set(
    hosts.flatMap(({ findings }) => findings.map(({ place, rule }) => `${place.file}\0${rule}`)),
  );
  const services = new Map(
    hosts.flatMap((host) => host.services.map((service) => [service.file, service] as const)),
  );
  return [...services.values()].flatMap((service) =>
    service.lintIgnore
      .filter(({ rule }) => !found.has(`${service.file}\0${rule}`))
      .map(({ rule, because, place }) => ({
        rule: UNUSED_IGNORE.id,
        severity: UNUSED_IGNORE.severity,
        place,
        unit: service.name,
        happens:
          `${rule} no longer finds anything in ${service.name}; it was ignored because: ` +
          `${because.replace(/\.$/, "")}.`,
        fix: "Remove the entry, so that the next mistake of this kind is reported.",
        unignore: rule,
      })),
  );
}
