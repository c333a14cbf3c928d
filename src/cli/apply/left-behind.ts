/** Which hosts left the project, by this machine's history; one that cannot be read is no reason to stop. */
import { SvcdeployError } from "../../core/errors.ts";
import type { Project } from "../../core/model/declared.ts";
import type { LeftHost } from "../../core/model/run.ts";
import type { PlannedPlay } from "../../core/plan/planned.ts";
import { leftHosts } from "../../core/target/left-hosts.ts";
import { historyPath } from "../../store/history-path.ts";
import { readHistory } from "../../store/open-history.ts";
import { listApplied } from "../../store/run-store.ts";
import type { ProjectSelection } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";

/** Empty where only a part of the project is selected: the rest has not left it. */
export function findLeftHosts(
  project: Project,
  { limit, services }: Pick<ProjectSelection, "limit" | "services">,
  planned: readonly PlannedPlay[],
  { environment }: Surroundings,
): readonly LeftHost[] {
  const path = historyPath(environment);
  if (path === null || limit !== null || services.length > 0) return [];
  try {
    const applied = readHistory(path, (database) => listApplied(database, project.name)) ?? [];
    const looked = planned
      .flatMap(({ hosts }) => hosts)
      .map(({ target, recorded = new Set<string>() }) => ({ name: target.host.name, recorded }));
    return leftHosts(applied, project, looked);
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    return [];
  }
}
