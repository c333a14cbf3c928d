/**
 * npm run crash: strikes transactions at every system call that changes something, and judges what is left.
 *   --world NAME  --seed N  --full (every point in every mode, and pairs)  --jobs N
 *   --mutants (--name TEXT)  --first (ends at the first violation)
 *   --part NAME: slice, single, double, checks  --case APPLY/FINISH: faults of one run; its logs are left in the folder for temporary files
 * Needs Linux, root and gcc; says so and fails without them.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { tryMutants } from "./mutants.ts";
import { beside } from "./root.ts";
import { WORLDS } from "./worlds.ts";

/** A row of a worker: a case with how it ended, or the world's points and the order's violations. */
type Row = {
  readonly world: string;
  readonly apply?: readonly string[];
  readonly finish?: readonly string[];
  readonly state?: string;
  readonly end?: string;
  readonly wrong?: readonly string[];
  readonly struck?: number;
  readonly points?: number;
  readonly order?: readonly string[];
  readonly check?: string;
};

const LEAST = 400;
/** The world whose files the checks edit. */
const CHECKED = "five-files";

/** Runs a world's part in namespaces of its own; every row as it comes. */
function runWorld(world: string, part: string, seed: string, hear: (row: Row) => boolean): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "svcdeploy-crash-"));
  const words = [
    "-mpf",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
    process.execPath,
    beside("./worker.ts"),
  ];
  let isEnough = false;
  const child = spawn("unshare", [...words, work, world, part, seed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (text) => {
    isEnough = hear(JSON.parse(text)) || isEnough;
    if (isEnough) child.kill("SIGKILL");
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      rmSync(work, { recursive: true, force: true });
      if (code === 0 || isEnough) done();
      else fail(new Error(`the world ${world} could not be run: its worker ended with ${code}`));
    });
  });
}

/** What a run came to. */
type Sum = {
  points: number;
  runs: number;
  missed: number;
  readonly wrong: string[];
  readonly ends: Record<string, number>;
};

function add(sum: Sum, row: Row): void {
  if (row.points !== undefined) {
    sum.points += row.points;
    for (const each of row.order ?? []) sum.wrong.push(`${row.world}: order: ${each}`);
    return;
  }
  sum.runs += 1;
  if (row.check === undefined && row.struck === 0) sum.missed += 1;
  const end = row.end ?? "checked";
  sum.ends[end] = (sum.ends[end] ?? 0) + 1;
  if ((row.wrong ?? []).length === 0) return;
  if (row.check !== undefined) {
    sum.wrong.push(`${row.world}: ${row.wrong?.join("; ")}`);
    return;
  }
  const faults = `apply ${row.apply?.join(",") || "-"} finish ${row.finish?.join(",") || "-"}`;
  sum.wrong.push(`${row.world}: ${faults}: ${row.wrong?.join("; ")}`);
}

/** Tries the mutants; 0: every one was caught. */
function mutants(text: string): number {
  const all = tryMutants(text, ({ name, what, caughtBy }) =>
    console.log(
      `${name} (${what}): ${caughtBy === null ? "SURVIVED" : `caught by ${caughtBy.slice(0, 300)}`}`,
    ),
  );
  const caught = all.filter(({ caughtBy }) => caughtBy !== null).length;
  console.log(`Crash suite: ${caught} of ${all.length} mutants caught.`);
  return caught === all.length && caught > 0 ? 0 : 1;
}

/** What is run, in this order. */
function partsOf(values: {
  readonly world?: string | undefined;
  readonly full?: boolean | undefined;
  readonly case?: string | undefined;
  readonly part?: string | undefined;
}): { readonly world: string; readonly part: string }[] {
  const one = values.case === undefined ? values.part : `case=${values.case}`;
  const worlds = WORLDS.map(({ name }) => name).filter((name) => name === (values.world ?? name));
  return worlds.flatMap((world) => {
    const parts = one !== undefined ? [one] : values.full === true ? ["single", "double"] : ["slice"];
    const checks = world === CHECKED && one === undefined ? ["checks"] : [];
    return [...parts, ...checks].map((part) => ({ world, part }));
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      world: { type: "string" },
      seed: { type: "string", default: "0" },
      full: { type: "boolean" },
      case: { type: "string" },
      part: { type: "string" },
      first: { type: "boolean" },
      mutants: { type: "boolean" },
      name: { type: "string", default: "" },
      jobs: { type: "string", default: "2" },
    },
  });
  if (values.mutants === true) return mutants(values.name);
  const queue = partsOf(values);
  const sum: Sum = { points: 0, runs: 0, missed: 0, wrong: [], ends: {} };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const before = sum.runs;
      await runWorld(next.world, next.part, values.seed, (row) => {
        add(sum, row);
        return values.first === true && sum.wrong.length > 0;
      });
      console.log(`${next.world} ${next.part}: ${sum.runs - before} runs`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  for (const each of sum.wrong) console.log(each);
  const few = values.world === undefined && sum.runs < LEAST;
  if (few) console.log(`Only ${sum.runs} runs; at least ${LEAST} are needed.`);
  const ends = Object.entries(sum.ends)
    .map(([end, count]) => `${count} ${end}`)
    .join(", ");
  console.log(
    `Crash suite: ${sum.points} points, ${sum.runs} runs (${ends}; ${sum.missed} missed), ${sum.wrong.length} violations.`,
  );
  return few || sum.wrong.length > 0 ? 1 : 0;
}

process.exitCode = await main();
