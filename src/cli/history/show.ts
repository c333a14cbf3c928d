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
import { formatWhen } from "../../report/lines/time-text.ts";
import type { Arguments } from "../options/arguments.ts";
import type { SHOW } from "../options/by-command.ts";
import { asJson, asLines, asText, print } from "../print.ts";
import type { Surroundings } from "../surroundings.ts";
import { askHosts, recordedRun, recordedRuns } from "./history-source.ts";

/**
 * Prints the run; 0, or 3 and 4 when hosts could not be asked. Throws UsageError when no run or several
 * match.
 */
export async function show(
  { options, operands }: Arguments<typeof SHOW>,
  surroundings: Surroundings,
): Promise<number> {
  const now = Date.now();
  const prefix = prefixOf(operands[0] ?? null);
  if (options.env === null && options.limit !== null)
    throw new UsageError("--limit selects hosts of an environment", "Add --env E.");
  const recorded = recordedRuns(surroundings);
  const asked = options.env === null ? null : await askHosts(options, surroundings);
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
  await print({ run, answers }, writersAt(now), options.output, surroundings);
  return asked?.exitCode ?? EXIT.done;
}

type ShownRun = { readonly run: HistoryRun; readonly answers: readonly HostAnswer[] };

function writersAt(now: number) {
  return {
    text: asLines((view: ShownRun, columns) => showText(view, columns, now)),
    json: asJson(({ run, answers }: ShownRun) => showJson(run, answers)),
    markdown: asText((view: ShownRun) => showMarkdown(view, now)),
  };
}

function prefixOf(word: string | null): string {
  if (word === null)
    throw new UsageError(
      "show needs a run: the first six or more digits of its id",
      "svcdeploy history lists the runs.",
    );
  const prefix = word.toLowerCase();
  if (/^[0-9a-f]{6,32}$/.test(prefix)) return prefix;
  throw new UsageError(
    `${JSON.stringify(word)} is not a run's id: give at least its first six hex digits`,
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
