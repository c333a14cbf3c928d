/** What someone changed by hand since the last apply, and this plan writes over. */
import type { Observation } from "../../model/observation.ts";
import type { Change, Notice } from "../../model/plan.ts";
import type { HostTarget } from "../../model/resource.ts";
import { originOf } from "../origin.ts";
import { warning } from "./host-notices.ts";

/** A warning for each file whose content on the host is not what was applied. */
export function editedNotices(
  target: HostTarget,
  observation: Observation,
  changes: readonly Change[],
): readonly Notice[] {
  return changes.flatMap(({ resource, before, after, differs }) => {
    if (resource.kind !== "file" || before === null || after === null || !differs.includes("sha256"))
      return [];
    const isTheirs = originOf(target, resource, observation, "content") !== "project";
    const isOurs = observation.manifest.some(({ kind, path }) => kind === "file" && path === resource.path);
    if (!isTheirs || !isOurs) return [];
    return [warning("edited", `${resource.path} was edited on the host since the last apply, which is lost`)];
  });
}
