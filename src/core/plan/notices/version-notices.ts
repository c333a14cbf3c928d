/** Which version a program says that it is, where a plan switches its release. */
import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";

/** One line a service; what is not on the host yet has said nothing. */
export function versionNotices(
  { resources }: HostTarget,
  { versions }: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  const switched = new Set(
    changes.flatMap(({ resource, after }) =>
      resource.kind === "link" && resource.role === "current" && after !== null ? [resource.service] : [],
    ),
  );
  return resources.flatMap((resource): readonly Notice[] => {
    if (resource.kind !== "release" || resource.says === undefined || !switched.has(resource.service))
      return [];
    const { current = null, release = null } = versions.get(resource.service) ?? {};
    if (current === null && release === null) return [];
    const [before, after] = [current ?? "none", release ?? "what the new release says once it is there"];
    return [
      { severity: "info", code: "version", text: `version of ${resource.service}: ${before} → ${after}` },
    ];
  });
}
