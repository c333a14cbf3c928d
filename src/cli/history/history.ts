/**
 * `svcdeploy history`: which runs there were, from this machine's record and, with --env, from the hosts'
 * own.
 */
import { resolve } from "node:path";
import { didYouMean, UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import { type HistoryRun, mergeHistory } from "../../core/history/merge-history.ts";
import { selectRuns } from "../../core/history/select-runs.ts";
import { readProjectName } from "../../project/load.ts";
import { historyJson } from "../../report/history/history-json.ts";
import { historyText } from "../../report/history/history-text.ts";
import type { HistoryView } from "../../report/history/history-view.ts";
import type { Arguments, OptionValues } from "../options/arguments.ts";
import type { HISTORY } from "../options/by-command.ts";
import { asJson, asLines, print } from "../print.ts";
import { parseSince } from "../since.ts";
import type { Surroundings } from "../surroundings.ts";
import { type AskedHosts, askHosts, recordedRuns } from "./history-source.ts";

/**
 * Prints the runs, newest first. 0, or 3 and 4 when hosts could not be asked, 1 when there was no host to ask
 * and the own record cannot be read. Throws UsageError.
 */
export async function history(
  { options }: Arguments<typeof HISTORY>,
  surroundings: Surroundings,
): Promise<number> {
  const now = Date.now();
  const { since, env: environment, service: services } = options;
  const from = since === null ? null : parseSince(since, now);
  const count = countOf(options);
  const asks = asksHosts(options);
  const recorded = recordedRuns(surroundings);
  const asked = asks ? await askHosts(options, surroundings) : null;
  const project =
    asked?.project ?? (await readProjectName(resolve(surroundings.workingDirectory, options.project)));
  const all = mergeHistory(recorded.runs, asked?.answers ?? []);
  refuseUnknown(services, all);
  const hosts = hostsOf(options, asked);
  const runs = selectRuns(all, { project, environment, hosts, services, since: from });
  const view: HistoryView = {
    project,
    environment,
    answers: asked?.answers ?? [],
    trouble: recorded.trouble,
    runs: runs.slice(0, count),
    older: Math.max(0, runs.length - count),
  };
  const text = asLines((shown: HistoryView, columns) => historyText(shown, columns, now));
  await print(view, { text, json: asJson(historyJson) }, options.output, surroundings);
  return asked?.exitCode ?? (recorded.trouble === null ? EXIT.done : EXIT.failed);
}

/** Throws UsageError for a --limit that would be of no use. */
function asksHosts({ env, local, limit }: OptionValues<typeof HISTORY>): boolean {
  const asks = env !== null && !local;
  if (asks || limit === null) return asks;
  throw new UsageError(
    "--limit selects hosts of an environment",
    "Add --env E without --local, or use --host NAME.",
  );
}

function countOf({ count: text }: OptionValues<typeof HISTORY>): number {
  if (!/^[1-9][0-9]{0,5}$/.test(text))
    throw new UsageError(`--count takes a number from 1 to 999999, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** The hosts that were picked out by name or pattern; null: none were. */
function hostsOf(
  { host, limit }: OptionValues<typeof HISTORY>,
  asked: AskedHosts | null,
): ReadonlySet<string> | null {
  if (host !== null) return new Set([host]);
  if (asked === null || limit === null) return null;
  return new Set(asked.answers.map(({ host }) => host));
}

/** A service may have gone from the project since, so what there was says which names are known. */
function refuseUnknown(wanted: readonly string[], runs: readonly HistoryRun[]): void {
  const known = new Set(runs.flatMap(({ hosts }) => hosts.flatMap(({ services }) => services)));
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `--service ${unknown}: no run deployed it`,
    didYouMean(unknown, known) ?? `services: ${[...known].slice(0, 20).join(", ") || "none"}`,
  );
}
