/**
 * Where a history comes from: this machine's record, and what the hosts of an environment say when they are
 * asked.
 */
import { SvcdeployError, UsageError } from "../../core/errors.ts";
import { causeOfError, exitCodeOfObservation } from "../../core/exit-code.ts";
import type { HostAnswer } from "../../core/history/merge-history.ts";
import type { RecordedRun } from "../../core/history/recorded-run.ts";
import type { Host } from "../../core/model/declared.ts";
import { limitHosts } from "../../core/target/select.ts";
import { readRuns } from "../../deploy/read-runs.ts";
import { historyPath } from "../../store/history-path.ts";
import { readHistory } from "../../store/open-history.ts";
import { findRun, listRuns } from "../../store/run-store.ts";
import { whyNoFolder } from "../../store/user-folder.ts";
import type { OptionValues } from "../options/arguments.ts";
import type { SHOW } from "../options/by-command.ts";
import type { HOST } from "../options/groups.ts";
import { connectionOf, selectionOf } from "../options/selection.ts";
import type { Surroundings } from "../surroundings.ts";
import { lookAtHosts } from "../with-hosts.ts";
import { loadSelected } from "../workspace.ts";

type Asked = Omit<OptionValues<typeof SHOW>, "output"> & Partial<OptionValues<typeof HOST>>;

/** What the hosts said; project: whose environment it is. */
export type AskedHosts = {
  readonly project: string;
  readonly answers: readonly HostAnswer[];
  readonly exitCode: number;
};

/** This machine's runs in brief, newest first; trouble: why they could not be read. */
export function recordedRuns({ environment }: Surroundings): {
  readonly runs: readonly RecordedRun[];
  readonly trouble: string | null;
} {
  const path = historyPath(environment);
  if (path === null)
    return {
      runs: [],
      trouble: `there is no folder for one: ${whyNoFolder("state")}`,
    };
  try {
    return { runs: readHistory(path, listRuns) ?? [], trouble: null };
  } catch (error) {
    if (!(error instanceof SvcdeployError)) throw error;
    return { runs: [], trouble: error.hint === null ? error.message : `${error.message}; ${error.hint}` };
  }
}

/** The whole of one run that recordedRuns gave. Throws SvcdeployError("history"). */
export function recordedRun({ environment }: Surroundings, id: string): RecordedRun | null {
  const path = historyPath(environment);
  return path === null ? null : readHistory(path, (database) => findRun(database, id));
}

/**
 * Asks the hosts of --env that --limit and --host select. The exit code is that of a command which only
 * looks. Throws UsageError and ConfigError.
 */
export async function askHosts(options: Asked, surroundings: Surroundings): Promise<AskedHosts> {
  const [selection, connection] = [selectionOf(options), connectionOf(options)];
  const project = await loadSelected(selection, surroundings);
  const hosts = onlyHost(limitHosts(project, selection.limit), options.host ?? null);
  const wanted = { project, connection, looking: hosts.length };
  const read = await lookAtHosts(wanted, surroundings, (context) => readRuns(hosts, context, Date.now));
  const failures = read.flatMap(({ error }) => (error === null ? [] : [causeOfError(error)]));
  const exitCode = exitCodeOfObservation({ changes: "none", detailed: "off", failures, total: hosts.length });
  return { project: project.name, answers: read.map(({ answer }) => answer), exitCode };
}

function onlyHost(hosts: readonly Host[], name: string | null): readonly Host[] {
  if (name === null) return hosts;
  const found = hosts.filter((host) => host.name === name);
  if (found.length > 0) return found;
  throw new UsageError(
    `--host ${name}: no such host`,
    `hosts: ${hosts
      .map((host) => host.name)
      .slice(0, 20)
      .join(", ")}`,
  );
}
