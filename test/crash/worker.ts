/** One world of the crash suite in its own namespaces: counts, runs the cases of its share, prints a row a case. */
import { copyFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { casesOf, causes, type Ranges } from "./cases.ts";
import { runChecks } from "./checks.ts";
import { runShared } from "./moments.ts";
import { orderOf } from "./order.ts";
import { type Case, type Point, readLog } from "./points.ts";
import { makeReady, type Ran, type Ready, runCase } from "./run.ts";
import { WORLDS } from "./worlds.ts";

/** Runs what its command line names: FOLDER WORLD PART SEED; prints one JSON row a case, a last one with the points. */
function main([folder = "", name = "", part = "", seed = "0"]: readonly string[]): void {
  const world = WORLDS.find((each) => each.name === name);
  if (world === undefined) throw new Error(`no world is called ${name}`);
  const ready = makeReady(folder, world);
  const ranges = countPoints(ready);
  const say = (row: object): void => {
    writeSync(1, `${JSON.stringify(row)}\n`);
  };
  if (part === "checks") {
    for (const check of runChecks(ready, ranges.apply))
      say({ world: name, check: check.name, wrong: check.wrong });
    return;
  }
  const cases = casesOf(world.name, ranges, part, Number(seed));
  for (const [each, ran] of part === "slice" ? runShared(ready, cases) : runEach(ready, cases)) {
    const { end, state, wrong, struck } = ran;
    say({ ...each, end, state, wrong: wrong.slice(0, 8), struck });
  }
  if (part.startsWith("case="))
    for (const log of ["log-apply", "log-finish"]) copyFileSync(join(folder, log), join(tmpdir(), log));
  const order = [
    ...orderOf(ranges.apply, "apply"),
    ...orderOf(ranges.undo, "undo"),
    ...orderOf(ranges.complete, "complete"),
  ];
  say({
    world: world.name,
    points: ranges.apply.length + ranges.undo.length + ranges.complete.length,
    order,
  });
}

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
  runCase(ready, late.complete);
  return { apply, undo, decided, complete: log("log-finish") };
}

main(process.argv.slice(2));
