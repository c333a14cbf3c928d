/** One world of the crash suite in its own namespaces: counts, runs the cases of its share, prints a row a case. */
import { copyFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { casesOf, causes, type Ranges } from "./cases.ts";
import { type Check, runChecks } from "./checks.ts";
import { definitionOf } from "./defined.ts";
import { runDeliveries } from "./delivery.ts";
import { runShared } from "./moments.ts";
import { checkOracle } from "./oracle.ts";
import { orderOf } from "./order.ts";
import { type Case, type Point, readLog } from "./points.ts";
import { keyOf } from "./recorder.ts";
import { runRecoveries } from "./recovery.ts";
import { readIn } from "./root.ts";
import { makeReady, type Ran, type Ready, runCase } from "./run.ts";
import type { Row } from "./suite.ts";
import { currentRows, doneCases, readTally, shortDigest } from "./tally.ts";
import { touchedOutside } from "./touched.ts";
import { WORLDS } from "./worlds.ts";

/** Runs what its command line names: FOLDER WORLD PART SEED TURNS; prints one JSON row a case, a first one with the points. */
function main([folder = "", name = "", part = "", seed = "0", turns = "Infinity"]: readonly string[]): void {
  const world = WORLDS.find((each) => each.name === name);
  if (world === undefined) throw new Error(`no world is called ${name}`);
  const ready = makeReady(folder, world);
  const ranges = countPoints(ready);
  const say = (row: Row): void => {
    writeSync(1, `${JSON.stringify(row)}\n`);
  };
  const counts = countsOf(ready, ranges, Number(seed));
  const sayAll = (checks: Iterable<Check>): void => {
    for (const check of checks)
      say({ world: name, counted: counts.counted, check: check.name, wrong: check.wrong });
  };
  const checks = checksOf(part, ready, ranges, Number(seed), Number(turns));
  if (checks !== null) {
    sayAll(checks);
    return;
  }
  say(counts);
  for (const each of part === "full" ? ["single", "double"] : [part]) {
    const all = casesOf(world.name, ranges, each, Number(seed), Number(turns));
    const cases = part === "full" ? withoutDone(all, each, counts) : all;
    for (const [of, ran] of part.startsWith("case=") ? runEach(ready, cases) : inPieces(ready, cases)) {
      const { end, state, wrong, struck } = ran;
      say({ ...of, part: each, end, state, wrong: wrong.slice(0, 8), struck });
    }
  }
  if (part === "slice") {
    sayAll(runRecoveries(ready, ranges, "slice", Number(seed)));
    sayAll(runDeliveries(ready, "slice", Number(seed)));
    if (world.oracle === true) sayAll(checkOracle(ready));
  }
  if (part.startsWith("case="))
    for (const log of ["log-apply", "log-finish"]) copyFileSync(join(folder, log), join(tmpdir(), log));
}

/** What a part has that is no case of apply.sh and finish.sh; null: it is a part of cases. */
function checksOf(
  part: string,
  ready: Ready,
  ranges: Ranges,
  seed: number,
  turns: number,
): Iterable<Check> | null {
  if (part === "checks") return runChecks(ready, ranges.apply);
  if (part === "deliver") return runDeliveries(ready, "full", seed);
  return part === "recover" ? runRecoveries(ready, ranges, "full", seed, turns) : null;
}

type Counts = Row & { readonly definition: string; readonly counted: string };

function countsOf({ world, root, truth }: Ready, ranges: Ranges, seed: number): Counts {
  const plan = readIn(root, `${truth.txn}/plan`);
  const logs = { apply: ranges.apply, undo: ranges.undo, complete: ranges.complete };
  // Not by their numbers: the commands of one pipeline run side by side.
  const written = Object.values(logs).map((points) =>
    points.map(({ program, call, one, two }) => [program, call, one, two].join("\t")).toSorted(),
  );
  return {
    world: world.name,
    definition: definitionOf(world),
    counted: shortDigest(JSON.stringify(written).replaceAll(root.work, "")),
    points: Object.values(logs).reduce((sum, points) => sum + points.length, 0),
    single: casesOf(world.name, ranges, "single", seed).length,
    double: casesOf(world.name, ranges, "double", seed).length,
    order: Object.entries(logs).flatMap(([name, points]) => [
      ...orderOf(points, name),
      ...touchedOutside(points, plan, name),
    ]),
  };
}

function withoutDone(cases: readonly Case[], part: string, { world, ...digests }: Counts): readonly Case[] {
  const current = currentRows(readTally().get(world) ?? [], digests.definition, digests.counted);
  const done = doneCases(current, part);
  return cases.filter((each) => {
    const { how, at } = keyOf(each);
    return !done.has(`${how} ${at}`);
  });
}

/** Of a full run each row is on the disk before the next piece, and the hosts kept for a piece find room. */
function* inPieces(ready: Ready, cases: readonly Case[]): Generator<readonly [Case, Ran]> {
  for (let start = 0; start < cases.length; start += PIECE)
    yield* runShared(ready, cases.slice(start, start + PIECE));
}

const PIECE = 120;

function* runEach(ready: Ready, cases: readonly Case[]): Generator<readonly [Case, Ran]> {
  for (const each of cases) yield [each, runCase(ready, each)];
}

/** Runs without faults, and with a kill at the late points that let finish.sh do most. */
function countPoints(ready: Ready): Ranges {
  const log = (name: string): readonly Point[] => readLog(join(ready.root.work, name)).points;
  const { name } = ready.world;
  runCase(ready, { world: name, apply: [], finish: [], confirm: true });
  const apply = log("log-apply");
  const decided = apply.find(({ call, two }) => call === "rename" && two.endsWith("/confirmed"))?.number ?? 0;
  const late = causes(name, apply, decided);
  runCase(ready, late.undo);
  const undo = log("log-finish");
  if (decided === 0) return { apply, undo, decided, complete: [] };
  runCase(ready, late.complete);
  return { apply, undo, decided, complete: log("log-finish") };
}

main(process.argv.slice(2));
