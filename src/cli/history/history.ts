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
import { formatJson } from "../../report/lines/json.ts";
import { isGiven, optionalText, type RawArguments, texts } from "../options.ts";
import { showLines } from "../show-long.ts";
import { parseSince } from "../since.ts";
import type { Surroundings } from "../surroundings.ts";
import { type AskedHosts, askHosts, recordedRuns } from "./history-source.ts";

/**
 * Prints the runs, newest first. 0, or 3 and 4 when hosts could not be asked, 1 when there was nobody to ask
 * and the own record cannot be read. Throws UsageError.
 */
export async function history(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const now = Date.now();
  const since = optionalText(raw, "since");
  const from = since === null ? null : parseSince(since, now);
  const count = countOf(raw);
  const environment = optionalText(raw, "env");
  const asks = environment !== null && !isGiven(raw, "local");
  if (!asks && optionalText(raw, "limit") !== null)
    throw new UsageError(
      "--limit is about the hosts of an environment",
      "Add --env E without --local, or use --host NAME.",
    );
  const recorded = recordedRuns(surroundings);
  const asked = asks ? await askHosts(environment, raw, surroundings) : null;
  const project =
    asked?.project ??
    (await readProjectName(resolve(surroundings.workingDirectory, optionalText(raw, "project") ?? ".")));
  const all = mergeHistory(recorded.runs, asked?.answers ?? []);
  const services = texts(raw, "service");
  refuseUnknown(services, all);
  const runs = selectRuns(all, { project, environment, hosts: hostsOf(raw, asked), services, since: from });
  const view: HistoryView = {
    project,
    environment,
    answers: asked?.answers ?? [],
    trouble: recorded.trouble,
    runs: runs.slice(0, count),
    older: Math.max(0, runs.length - count),
  };
  const { stdout } = surroundings;
  if (optionalText(raw, "output") === "json") stdout.write(formatJson(historyJson(view)));
  else await showLines(historyText(view, stdout.columns, now), surroundings);
  return asked?.exitCode ?? (recorded.trouble === null ? EXIT.done : EXIT.failed);
}

function countOf(raw: RawArguments): number {
  const text = optionalText(raw, "count") ?? "20";
  if (!/^[1-9][0-9]{0,5}$/.test(text))
    throw new UsageError(`--count takes a number from 1 to 999999, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** The hosts that were picked out by name or pattern; null: none were. */
function hostsOf(raw: RawArguments, asked: AskedHosts | null): ReadonlySet<string> | null {
  const name = optionalText(raw, "host");
  if (name !== null) return new Set([name]);
  if (asked === null || optionalText(raw, "limit") === null) return null;
  return new Set(asked.answers.map(({ host }) => host));
}

/** A service may have gone from the project since, so what there was says which names are known. */
function refuseUnknown(wanted: readonly string[], runs: readonly HistoryRun[]): void {
  const known = new Set(runs.flatMap(({ hosts }) => hosts.flatMap(({ services }) => services)));
  const unknown = wanted.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `--service ${unknown}: no run had it`,
    didYouMean(unknown, known) ?? `services: ${[...known].slice(0, 20).join(", ") || "none"}`,
  );
}
