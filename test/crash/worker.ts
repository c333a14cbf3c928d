/** One world of the crash suite in its own namespaces: counts, runs the cases of its share, prints a row a case. */

import { spawnSync } from "node:child_process";
import { copyFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { casesOf, causes, type Ranges } from "./cases.ts";
import { deliverStep, scriptText } from "./deliver.ts";
import { judge, type Truth, type Verdict } from "./judge.ts";
import { orderOf } from "./order.ts";
import { type Case, type Point, readLog } from "./points.ts";
import { beside, inRoot, keep, makeAbove, makeBare, makeRoot, type Root } from "./root.ts";
import { snapshot } from "./snapshot.ts";
import { type CrashWorld, WORLDS } from "./worlds.ts";

/** A world that is ready: the host with the last transaction delivered, and what it is before and after. */
export type Ready = {
  readonly root: Root;
  readonly world: CrashWorld;
  readonly before: string;
  readonly truth: Truth;
};

/** What came of one run. */
export type Ran = Verdict & { readonly struck: number; readonly status: string };

/** What the controller does at AWAIT, as the stand-ins run it: decide.sh, and its answer with the state of that moment. */
function confirmation(txn: string): string {
  const id = txn.slice(txn.lastIndexOf("/") + 1);
  const input = `printf 'nonce\\\\n${stateFolder}\\\\n${id}\\\\nconfirmed\\\\n0\\\\n'`;
  return `AWAIT\\t${input} | /bin/sh /stand/decide.sh >/stand/host/answer; cat ${txn}/state >/stand/host/then\\n`;
}

/** Runs the transaction with its faults, and judges. */
export function runCase({ root, truth, before }: Ready, { apply, finish, confirm }: Case): Ran {
  const words = [
    root.work,
    before,
    apply.join(" "),
    finish.join(" "),
    confirm ? confirmation(truth.txn) : "",
  ];
  const { stdout, stderr } = spawnSync("sh", [beside("./case.sh"), ...words], { encoding: "utf8" });
  const isOther = (fault: string): boolean => !fault.includes("kill");
  const verdict = judge(root, truth, { apply: apply.some(isOther), finish: finish.some(isOther) });
  const struck = ["log-apply", "log-finish"].reduce(
    (sum, log) => sum + readLog(join(root.work, log)).struck,
    0,
  );
  return { ...verdict, struck, status: `${stdout.split("\n")[0]}${stderr.trim()}` };
}

/** Makes the host, brings it to the step before the last, and delivers the last. */
export function makeReady(work: string, world: CrashWorld): Ready {
  const root = makeRoot(work);
  makeBare(root, transactionFiles.find(({ name }) => name === "svcdeploy-recover.service")?.text ?? "");
  writeFileSync(join(root.root, "stand/decide.sh"), scriptText("decide.sh", scripts.decide.text));
  for (const [name, paths] of Object.entries(world.inputs ?? {}))
    writeFileSync(makeAbove(root, `stand/host/inputs/${name}`), `${paths.join("\n")}\n`);
  for (const [name, parts] of Object.entries(world.parts ?? {}))
    writeFileSync(makeAbove(root, `stand/host/parts/${name}`), `${parts.join("\n")}\n`);
  for (const [path, content] of Object.entries(world.foreign ?? {}))
    writeFileSync(makeAbove(root, path), content);
  inRoot(root, "systemctl daemon-reload", "");
  if (world.foreign !== undefined) inRoot(root, "systemctl start other.service", "");
  for (let step = 0; step < world.steps.length - 1; step++) bring(root, world, step);
  const txn = deliverStep(root, world, world.steps.length - 1);
  const before = keep(root, "before");
  const truth = { txn, before: snapshot(root), after: new Map() };
  const ready = { root, world, before, truth };
  const ran = runCase(ready, { world: world.name, apply: [], finish: [], confirm: true });
  if (ran.state !== "CONFIRMED") throw new Error(`${world.name} ended ${ran.state} without a fault`);
  return { ...ready, truth: { ...truth, after: snapshot(root) } };
}

/** A step that goes well. */
function bring(root: Root, world: CrashWorld, step: number): void {
  const txn = deliverStep(root, world, step);
  const before = keep(root, "step");
  const truth = { txn, before: new Map(), after: new Map() };
  const { state } = runCase(
    { root, world, before, truth },
    { world: world.name, apply: [], finish: [], confirm: true },
  );
  if (state !== "CONFIRMED") throw new Error(`${world.name}: step ${step} ended ${state}`);
  rmSync(join(root.root, txn), { recursive: true });
}

/** Runs what its command line names: FOLDER WORLD PART SEED; prints one JSON row a case, a last one with the points. */
function main([folder = "", name = "", part = "", seed = "0"]: readonly string[]): void {
  const world = WORLDS.find((each) => each.name === name);
  if (world === undefined) throw new Error(`no world is called ${name}`);
  const ready = makeReady(folder, world);
  const ranges = countPoints(ready);
  const say = (row: object): void => {
    writeSync(1, `${JSON.stringify(row)}\n`);
  };
  for (const each of casesOf(world.name, ranges, part, Number(seed))) {
    const { end, state, wrong, struck } = runCase(ready, each);
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
