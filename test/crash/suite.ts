/** Runs parts of worlds, each by a worker in namespaces of its own, and adds up what came of them. */
import { hasSystemd } from "./defined.ts";
import { inNamespaces } from "./namespaces.ts";
import type { Recorder } from "./recorder.ts";
import { beside } from "./root.ts";
import { runSystemd } from "./systemd/run.ts";
import type { CrashWorld } from "./world.ts";
import { WORLDS } from "./worlds.ts";

/**
 * A row of a worker: a case with how it ended, or the world's points and the order's violations. Of a part that the
 * tally has, too: part: single or double; single, double: how many cases there are; definition, counted: digests over
 * what the world is made of, and over its points.
 */
export type Row = {
  readonly world: string;
  readonly part?: string;
  readonly single?: number;
  readonly double?: number;
  readonly definition?: string;
  readonly counted?: string;
  readonly apply?: readonly string[];
  readonly finish?: readonly string[];
  readonly state?: string;
  readonly end?: string;
  readonly wrong?: readonly string[];
  readonly struck?: number;
  /** With systemd: the case as the tally has it, and as a message names it. */
  readonly how?: string;
  readonly at?: string;
  readonly what?: string;
  readonly points?: number;
  readonly order?: readonly string[];
  readonly check?: string;
};

/** A part of a world: slice, single, double, checks, recover, deliver or case=APPLY/FINISH; full: what of single and double is not in the tally. */
export type Part = { readonly world: string; readonly part: string };

/** What a run came to. missed: faults that were not met; ends: how many runs ended in which way. */
export type Sum = {
  points: number;
  runs: number;
  missed: number;
  readonly wrong: string[];
  readonly ends: Record<string, number>;
};

/**
 * seed: turns what a slice leaves out; turns: in so many modes a single fault is tried at each point, with systemd on so
 * many of its versions; jobs: how many parts at once; first: ends at the first violation; limit: ends after so many
 * runs; recorder: where rows are written down as they come.
 */
export type RunOptions = {
  readonly seed: string;
  readonly turns?: number;
  readonly jobs: number;
  readonly first?: boolean;
  readonly limit?: number;
  readonly recorder?: Recorder;
};

/** Fewer runs than this in a run of every world are a failure. */
export const LEAST = 400;
/** The world whose files the checks edit. */
const CHECKED = "five-files";

/** The parts of every world, or of one, that are run where none is asked for: its slice, and the checks. */
export function slicesOf(only?: string): readonly Part[] {
  return partsOf(["slice"], only);
}

/** Every point in every mode, and pairs of faults; every point of a recovery, and of a delivery where one is struck. */
export function allOf(only?: string): readonly Part[] {
  return partsOf(["full", "recover", "deliver"], only);
}

function partsOf(parts: readonly string[], only: string | undefined): readonly Part[] {
  const worlds = WORLDS.filter(({ name }) => name === (only ?? name));
  const has = (part: string, { name, delivered }: CrashWorld): boolean =>
    part === "checks" ? name === CHECKED : part !== "deliver" || delivered === true;
  // A sitting that ends early has something of every world.
  return [...parts, "checks"].flatMap((part) =>
    worlds.filter((world) => has(part, world)).map(({ name }) => ({ world: name, part })),
  );
}

/** Nothing yet. */
export const emptySum = (): Sum => ({ points: 0, runs: 0, missed: 0, wrong: [], ends: {} });

/** Runs the parts and adds to the sum. say: a line for each part. Throws where a world cannot be run. */
export async function runParts(
  parts: readonly Part[],
  { seed, turns, jobs, first = false, limit = Number.POSITIVE_INFINITY, recorder }: RunOptions,
  sum: Sum,
  say: (line: string) => void,
): Promise<void> {
  const queue = [...parts];
  const isEnough = (): boolean =>
    sum.runs >= limit || (first && sum.wrong.length > 0) || recorder?.hasFailed() === true;
  const run = async (part: Part): Promise<number> => {
    let runs = 0;
    const hear = (row: Row): boolean => {
      if (row.points === undefined) runs += 1;
      add(sum, row);
      recorder?.hear(row);
      return isEnough();
    };
    if (hasSystemd({ name: part.world })) await runSystemd(part, hear, turns);
    else await runWorld(part, [seed, String(turns ?? Number.POSITIVE_INFINITY)], hear);
    return runs;
  };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !isEnough(); next = queue.shift())
      if (recorder?.isDone(next) === true) say(`${next.world}: all done, by the tally`);
      else say(`${next.world} ${next.part}: ${await run(next)} runs`);
  };
  await Promise.all(Array.from({ length: jobs }, work));
  await recorder?.settle();
}

/** Starts the slice of every world, so many worlds at once. World → what it comes to; it rejects where it cannot be run. */
export function startWorlds(options: RunOptions): ReadonlyMap<string, Promise<Sum>> {
  const started = WORLDS.map(({ name }) => ({ name, ...Promise.withResolvers<Sum>() }));
  const queue = [...started];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const sum = emptySum();
      const run = runParts(slicesOf(next.name), { ...options, jobs: 1 }, sum, () => {});
      await run.then(() => next?.resolve(sum), next.reject);
    }
  };
  for (let job = 0; job < options.jobs; job++) void work();
  // Whoever awaits it hears of it; until then it is no fault of the process.
  for (const { promise } of started) promise.catch(() => {});
  return new Map(started.map(({ name, promise }) => [name, promise]));
}

/** What several came to together. */
export function joined(sums: readonly Sum[]): Sum {
  const all = emptySum();
  for (const { points, runs, missed, wrong, ends } of sums) {
    all.points += points;
    all.runs += runs;
    all.missed += missed;
    all.wrong.push(...wrong);
    for (const [end, count] of Object.entries(ends)) all.ends[end] = (all.ends[end] ?? 0) + count;
  }
  return all;
}

/** The one line of a run. */
export function lineOf({ points, runs, ends, missed, wrong }: Sum): string {
  const each = Object.entries(ends)
    .map(([end, count]) => `${count} ${end}`)
    .join(", ");
  return `Crash suite: ${points} points, ${runs} runs (${each}; ${missed} missed), ${wrong.length} violations.`;
}

/** Runs a world's part; every row as it comes. hear: whether that is enough. */
function runWorld(
  { world, part }: Part,
  words: readonly string[],
  hear: (row: Row) => boolean,
): Promise<void> {
  return inNamespaces(beside("./worker.ts"), [world, part, ...words], (text) => hear(JSON.parse(text)));
}

/** Whether a fault was not met; of a pair the second may not come up after the first. */
export function isMissed({ part, apply = [], finish = [], struck = 0 }: Row): boolean {
  return struck < (part === "double" ? 1 : Math.max(1, apply.length + finish.length));
}

function add(sum: Sum, row: Row): void {
  if (row.points !== undefined) {
    sum.points += row.points;
    for (const each of row.order ?? []) sum.wrong.push(`${row.world}: order: ${each}`);
    return;
  }
  sum.runs += 1;
  if (row.check === undefined && isMissed(row)) sum.missed += 1;
  const end = row.end ?? "checked";
  sum.ends[end] = (sum.ends[end] ?? 0) + 1;
  if ((row.wrong ?? []).length === 0) return;
  if (row.check !== undefined) {
    sum.wrong.push(`${row.world}: ${row.wrong?.join("; ")}`);
    return;
  }
  const faults = row.what ?? `apply ${row.apply?.join(",") || "-"} finish ${row.finish?.join(",") || "-"}`;
  sum.wrong.push(`${row.world}: ${faults}: ${row.wrong?.join("; ")}`);
}
