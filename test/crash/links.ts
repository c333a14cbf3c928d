/**
 * The part `links`: runs of a real controller on a real host, whose link is cut at each stage and message, whose
 * controller or host is killed at each stage, and whose transaction is decided from elsewhere in each of its states.
 * The host is entirely old or new, what was reported is what it is, and the next run brings what it brings.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { builtOnce } from "../support/build-once.ts";
import { at, hearing, reportsOf, stageOf } from "../support/events.ts";
import { removeHosts, type SystemdVersion } from "../support/hosts.ts";
import type { Run, RunOptions } from "../support/project-folder.ts";
import type { PartOrder, PartResult } from "./by-count.ts";
import { askHeld, judgeAnswer } from "./decides.ts";
import { applyGreeting } from "./greeting.ts";
import { type Bench, makeBench, untilSettled } from "./link-bench.ts";
import { describeCase, type LinkCase, linkCase, numbersOf, ONE_TURN, versionOf } from "./link-cases.ts";
import { judgeReport, judgeStruck, type Struck } from "./link-judge.ts";
import { lookAt, theOne, unlike } from "./look.ts";
import { setUpSystemd } from "./set-up.ts";

/** A stage that is shorter than the controller's look at it may be missed; so often it is tried. */
const ATTEMPTS = 5;
/** Of so many a share may be missed after all. */
const LEAST_SHARE = 0.9;
/** No run takes as long: the lease, every attempt at a connection, an undo and a boot. */
const LONGEST_MILLISECONDS = 400_000;

/** Cases that ended between two lines of what came so far. */
const SAID_EVERY = 20;

type Result = { readonly isStruck: boolean; readonly end: string; readonly wrong: readonly string[] };

/** Runs them all. A job is a host of each systemd: they mostly wait. */
export async function runLinks(order: PartOrder): Promise<PartResult> {
  const { jobs, number, found, races = number === undefined ? ONE_TURN : 1 } = order;
  const seed = Number(order.seed);
  setUpSystemd(["links"]);
  const program = `${await builtOnce()}/main.js`;
  const numbers = number === undefined ? numbersOf(races) : Array.from({ length: races }, () => number);
  const results: Result[] = [];
  const text = (): string => {
    const ends = Map.groupBy(results, ({ end }) => end);
    const each = [...ends].map(([end, all]) => `${all.length} × ${end}`).join(", ");
    return `${results.filter(({ isStruck }) => isStruck).length} of ${races} cases (${each})`;
  };
  const hear = (result: Result, version: SystemdVersion, each: number): void => {
    results.push(result);
    const about = `(systemd ${version}, ${describeCase(linkCase(seed, each))})`;
    for (const what of result.wrong) found(`links: seed ${seed} number ${each} ${about}: ${what}`);
    if (results.length % SAID_EVERY === 0) console.log(`links: ${text()}`);
  };
  const queues = Map.groupBy(numbers, (each) => versionOf(seed, each));
  const workers = [...queues].flatMap(([version, queue]) =>
    Array.from({ length: Math.min(jobs, queue.length) }, () =>
      work({ seed, program, version, queue }, (result, each) => hear(result, version, each)),
    ),
  );
  try {
    await Promise.all(workers);
  } finally {
    await removeHosts();
  }
  const runs = results.filter(({ isStruck }) => isStruck).length;
  return { what: text(), runs, isEnough: runs >= LEAST_SHARE * races };
}

/** Takes cases from the queue until it is empty, on one host; one on which a case could not be ended is replaced. */
async function work(
  order: {
    readonly seed: number;
    readonly program: string;
    readonly version: SystemdVersion;
    readonly queue: number[];
  },
  hear: (result: Result, number: number) => void,
): Promise<void> {
  const { seed, program, version, queue } = order;
  let bench: Bench | null = null;
  for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
    bench ??= await makeBench(program, version);
    try {
      hear(await tryCase(bench, linkCase(seed, each), each), each);
    } catch (error) {
      const wrong = [error instanceof Error ? error.message : String(error)];
      hear({ isStruck: true, end: "broken", wrong }, each);
      await bench.remove();
      bench = null;
    }
  }
  await bench?.remove();
}

async function tryCase(bench: Bench, one: LinkCase, number: number): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await strikeOnce(bench, one, `${number}-${attempt}`);
    if (result.isStruck || result.wrong.length > 0 || attempt === ATTEMPTS) return result;
  }
}

async function strikeOnce(bench: Bench, one: LinkCase, name: string): Promise<Result> {
  const isBad =
    one.kind === "decide" ? one.state === "ROLLINGBACK" : one.kind === "stage" && /^undo/.test(one.stage);
  const fresh = `${isBad ? "bad" : "c"}${name}`;
  const { run, isStruck, judge } = await (one.kind === "decide"
    ? decideOne(bench, one, fresh)
    : strikeOne(bench, one, fresh));
  await untilSettled(bench);
  const report = reportsOf(run)[0];
  const strike = one.kind === "decide" || !isStruck ? null : one.strike;
  const struck: Struck = {
    old: bench.greeting,
    fresh,
    strike,
    stage: one.kind === "stage" ? one.stage : "",
    run,
    report,
  };
  const look = await lookAt(bench.host);
  const isNeither = one.kind === "decide" && one.state === "ROLLBACK_FAILED" && isStruck;
  const end = theOne(look, "environment") === fresh ? "new" : "old";
  const wrong = isNeither ? judgeReport("old", struck) : judgeStruck(look, struck);
  const all = [...wrong, ...judge(isNeither ? null : end)];
  if (!isStruck) {
    bench.greeting = end === "new" ? fresh : bench.greeting;
    return { isStruck, end: "missed", wrong: all };
  }
  const after = await nextRun(bench, `n${name}`).catch((error: unknown) => {
    throw new Error([...all, error instanceof Error ? error.message : String(error)].join("; "));
  });
  const told = report === undefined ? "" : `/${report.status}`;
  return { isStruck, end: `${isNeither ? "neither" : end}${told}`, wrong: [...all, ...after] };
}

/** The next run brings what it brings, and leaves nothing of the one before. Throws where it does not. */
async function nextRun(bench: Bench, greeting: string): Promise<readonly string[]> {
  const run = await ending(bench, greeting);
  const report = reportsOf(run)[0];
  if (run.code !== 0 || report?.status !== "changed")
    throw new Error(
      `the next run: exit ${run.code}, ${report?.status}: ${report?.message ?? ""} ${run.stderr.trim()}`,
    );
  bench.greeting = greeting;
  const wrong = unlike(await lookAt(bench.host), greeting);
  // A failed unit is a violation of this case, and of none that comes after it.
  await bench.host.shell("systemctl reset-failed");
  return wrong.map((each) => `after the next run: ${each}`);
}

/** A run that has to come to its end. Throws where it does not, with the last stage that it reported. */
async function ending({ shop }: Bench, greeting: string, options: RunOptions = {}): Promise<Run> {
  const limit = new AbortController();
  const late = sleep(LONGEST_MILLISECONDS, null, { signal: limit.signal }).catch(() => null);
  let last = "none";
  const { onOutput } = hearing((event) => {
    last = stageOf(event) ?? last;
  });
  const both: RunOptions = {
    onOutput: (text, kill) => {
      onOutput?.(text, kill);
      options.onOutput?.(text, kill);
    },
  };
  const run = await Promise.race([applyGreeting(shop, greeting, both), late]);
  limit.abort();
  if (run === null)
    throw new Error(
      `the run of ${greeting} did not end within ${LONGEST_MILLISECONDS / 1000} s; its last stage is ${last}`,
    );
  return run;
}

/** judge: says what is wrong with what came of it beside host and report. */
type Done = {
  readonly run: Run;
  readonly isStruck: boolean;
  readonly judge: (end: "old" | "new" | null) => readonly string[];
};

async function strikeOne(
  bench: Bench,
  one: Exclude<LinkCase, { readonly kind: "decide" }>,
  fresh: string,
): Promise<Done> {
  const { host, relay } = bench;
  let isOver = false;
  let isStruck = false;
  let booted: Promise<void> | null = null;
  const strike = (kill: (signal: NodeJS.Signals) => void): void => {
    if (isOver || isStruck) return;
    isStruck = true;
    if (one.strike === "controller killed") kill("SIGKILL");
    else if (one.strike === "host killed") booted = host.kill().then(host.start);
    else relay.strike(one.strike.startsWith("reset") ? "reset" : "silence", one.strike.endsWith("good"));
  };
  if (one.kind === "message") relay.onMessage((message) => message === one.message && strike(() => {}));
  const run = await ending(bench, fresh, one.kind === "stage" ? at(one.stage, strike) : {});
  isOver = true;
  relay.onMessage(null);
  await booted;
  return { run, isStruck, judge: () => [] };
}

async function decideOne(
  bench: Bench,
  one: Extract<LinkCase, { readonly kind: "decide" }>,
  fresh: string,
): Promise<Done> {
  const { ready, answer } = await askHeld(bench.host, one);
  await ready;
  const run = await ending(bench, fresh);
  const said = await answer;
  return {
    run,
    isStruck: said !== null,
    judge: (end) => (said === null ? [] : judgeAnswer(one, said, end)),
  };
}
