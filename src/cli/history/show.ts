/**
 * `svcdeploy show RUN`: everything that is known of one run, from this machine's record and, with --env, from
 * the hosts.
 */
import { UsageError } from "../../core/errors.ts";
import { EXIT } from "../../core/exit-code.ts";
import { type HistoryRun, type HostAnswer, mergeHistory } from "../../core/history/merge-history.ts";
import { runsByPrefix } from "../../core/history/select-runs.ts";
import { showJson } from "../../report/history/history-json.ts";
import { showMarkdown } from "../../report/history/show-markdown.ts";
import { showText } from "../../report/history/show-text.ts";
import { formatJson } from "../../report/lines/json.ts";
import { formatWhen } from "../../report/lines/time-text.ts";
import { argumentOf, optionalText, type RawArguments } from "../options.ts";
import { showLines } from "../show-long.ts";
import type { Surroundings } from "../surroundings.ts";
import { askHosts, recordedRun, recordedRuns } from "./history-source.ts";

/**
 * Prints the run; 0, or 3 and 4 when hosts could not be asked. Throws UsageError when no run or several
 * match.
 */
export async function show(raw: RawArguments, surroundings: Surroundings): Promise<number> {
  const now = Date.now();
  const prefix = prefixOf(raw);
  const environment = optionalText(raw, "env");
  if (environment === null && optionalText(raw, "limit") !== null)
    throw new UsageError("--limit is about the hosts of an environment", "Add --env E.");
  const recorded = recordedRuns(surroundings);
  const asked = environment === null ? null : await askHosts(environment, raw, surroundings);
  const answers = asked?.answers ?? [];
  const brief = only(runsByPrefix(mergeHistory(recorded.runs, answers), prefix), {
    prefix,
    asked: asked === null ? "nobody" : "hosts",
    now,
    trouble: recorded.trouble,
  });
  const whole = recordedRun(surroundings, brief.id);
  const run =
    whole === null ? brief : (mergeHistory([whole], answers).find(({ id }) => id === brief.id) ?? brief);
  await print({ run, answers }, optionalText(raw, "output") ?? "text", now, surroundings);
  return asked?.exitCode ?? EXIT.done;
}

async function print(
  view: { readonly run: HistoryRun; readonly answers: readonly HostAnswer[] },
  output: string,
  now: number,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout } = surroundings;
  if (output === "json") stdout.write(formatJson(showJson(view.run, view.answers)));
  else if (output === "markdown") stdout.write(showMarkdown(view, now));
  else await showLines(showText(view, stdout.columns, now), surroundings);
}

function prefixOf(raw: RawArguments): string {
  const word = argumentOf(raw);
  if (word === null)
    throw new UsageError(
      "show needs a run: the first six or more digits of its id",
      "svcdeploy history lists the runs.",
    );
  const prefix = word.toLowerCase();
  if (/^[0-9a-f]{6,32}$/.test(prefix)) return prefix;
  throw new UsageError(
    `${JSON.stringify(word)} is no run: its id has hex digits, and at least the first six are needed`,
    "svcdeploy history lists the runs.",
  );
}

type Search = {
  readonly prefix: string;
  readonly asked: "hosts" | "nobody";
  readonly now: number;
  readonly trouble: string | null;
};

function only(runs: readonly HistoryRun[], { prefix, asked, now, trouble }: Search): HistoryRun {
  const [first, second] = runs;
  if (first !== undefined && second === undefined) return first;
  if (first === undefined) {
    const own =
      trouble === null
        ? "this machine has no record of it"
        : `this machine's own record cannot be read (${trouble})`;
    const more = asked === "hosts" ? "and no host that answered knows it" : "and no host was asked";
    throw new UsageError(
      `No run starts with ${prefix}: ${own}, ${more}`,
      asked === "hosts" ? "svcdeploy history lists the runs." : "Add --env E to ask its hosts as well.",
    );
  }
  const list = runs
    .slice(0, 20)
    .map(
      ({ id, at, user, controller }) =>
        `    ${id}  ${at === null ? "" : `${formatWhen(at, now)}, `}${user}@${controller}`,
    );
  throw new UsageError(`${runs.length} runs start with ${prefix}:\n${list.join("\n")}`, "Give more digits.");
}
