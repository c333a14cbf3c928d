/** Which runs of a history were asked for. */
import type { HistoryHost, HistoryRun } from "./merge-history.ts";
import { recordWord } from "./record-word.ts";

/**
 * What to keep. Null and empty: no condition. since: milliseconds since the epoch. hosts: only these of each
 * run.
 */
export type RunFilter = {
  readonly project: string | null;
  readonly environment: string | null;
  readonly hosts: ReadonlySet<string> | null;
  readonly services: readonly string[];
  readonly since: number | null;
};

/**
 * The runs that pass, in the same order, each with the hosts that pass. A run whose environment or time
 * was not recorded passes that condition.
 */
export function selectRuns(runs: readonly HistoryRun[], filter: RunFilter): readonly HistoryRun[] {
  return runs.flatMap((run) => {
    if (filter.project !== null && run.project !== filter.project) return [];
    if (!isFrom(run, filter.environment)) return [];
    if (filter.since !== null && run.at !== null && run.at < filter.since) return [];
    const hosts = run.hosts.filter((host) => isWanted(host, filter));
    const isAll = filter.hosts === null && filter.services.length === 0;
    return hosts.length === 0 && !isAll ? [] : [{ ...run, hosts }];
  });
}

/** The runs whose id starts with these hex digits. */
export function runsByPrefix<Run extends { readonly id: string }>(
  runs: readonly Run[],
  prefix: string,
): readonly Run[] {
  return runs.filter(({ id }) => id.startsWith(prefix));
}

/** A host has an environment's name as one word. */
function isFrom({ environment, here }: HistoryRun, wanted: string | null): boolean {
  if (wanted === null || environment === null) return true;
  return environment === (here === null ? recordWord(wanted) : wanted);
}

function isWanted({ host, services }: HistoryHost, filter: RunFilter): boolean {
  const isHost = filter.hosts === null || filter.hosts.has(host);
  return (
    isHost && (filter.services.length === 0 || services.some((service) => filter.services.includes(service)))
  );
}
