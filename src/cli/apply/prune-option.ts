/** --prune, and what it lets plan and apply remove. */
import { UsageError } from "../../core/errors.ts";
import type { HostTarget, PlayTargets, Pruning } from "../../core/model/resource.ts";
import { manifestEntry } from "../../core/plan/manifest.ts";
import { entryKey } from "../../core/plan/orphans.ts";
import { targetsOf } from "../../core/target/play-targets.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { PLAN } from "../options/by-command.ts";

/** What may be removed. Throws UsageError for another value, and together with --service. */
export function pruningOf({
  prune: value,
  service,
}: Pick<OptionValues<typeof PLAN>, "prune" | "service">): Pruning {
  if (value === null) return "blocks";
  if (value !== "" && value !== "all")
    throw new UsageError(
      `--prune takes no value or the word all, not ${JSON.stringify(value)}`,
      "--prune, or --prune=all",
    );
  if (service.length > 0)
    throw new UsageError(
      "--prune considers every service, so it does not work with --service",
      "Leave one of them out; --limit selects hosts.",
    );
  return value === "all" ? "everything" : "services";
}

/** The same plays, whose hosts may lose what is declared no more. */
export function withRemoval(plays: readonly PlayTargets[], pruning: Pruning): readonly PlayTargets[] {
  const hosts = Map.groupBy(targetsOf(plays), ({ host }) => host.name);
  const declared = new Map([...hosts].map(([name, targets]) => [name, new Set(targets.flatMap(keysOf))]));
  const allow = (target: HostTarget): HostTarget => {
    const own = hosts.get(target.host.name) ?? [];
    const earlier = own
      .slice(0, own.indexOf(target))
      .flatMap(({ services }) => services.map(({ name }) => name));
    return {
      ...target,
      removal: { pruning, declared: declared.get(target.host.name) ?? new Set(), earlier },
    };
  };
  return plays.map(({ play, targets }) => ({ play, targets: targets.map(allow) }));
}

function keysOf({ project, resources }: HostTarget): readonly string[] {
  return resources.map((resource) => entryKey(manifestEntry(project, resource)));
}
