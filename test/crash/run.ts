/** A world of the crash suite that is ready to be struck, and one run of it. */

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import { deliverStep, scriptText } from "./deliver.ts";
import { judge, type Truth, type Verdict } from "./judge.ts";
import { type Case, readLog } from "./points.ts";
import { beside, inRoot, keep, makeAbove, makeBare, makeRoot, type Root, readIn } from "./root.ts";
import { snapshot } from "./snapshot.ts";
import type { CrashWorld } from "./world.ts";

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
function confirmation(txn: string, isCutOff: boolean): string {
  if (isCutOff) return `AWAIT\\tmv -T ${txn}/token ${txn}/confirmed\\n`;
  const id = txn.slice(txn.lastIndexOf("/") + 1);
  const input = `printf 'nonce\\\\n${stateFolder}\\\\n${id}\\\\nconfirmed\\\\n0\\\\n'`;
  return `AWAIT\\t${input} | /bin/sh /stand/decide.sh >/stand/host/answer; cat ${txn}/state >/stand/host/then\\n`;
}

/** What follows apply.sh: its ExecStopPost=, only the recovery, a power cut, or a shutdown in order. */
export type Way = "finish" | "recover" | "reboot" | "shutdown";

/**
 * Where a run begins and what strikes it. apply, finish: faults; null: FROM is how a kill of that script left the host.
 * recover: faults of the first recovery, where it is that of `way`.
 */
export type Start = {
  readonly from: string;
  readonly apply: readonly string[] | null;
  readonly finish: readonly string[] | null;
  /** cut off: what confirms is gone right behind its rename. */
  readonly confirm: boolean | "cut off";
  readonly way?: Way;
  readonly recover?: readonly string[];
  /** Whether the points of a finish.sh without faults are logged; true where left out. */
  readonly logged?: boolean;
};

/** Runs the transaction with its faults, and judges. */
export function runCase(ready: Ready, each: Case): Ran {
  return runFrom(ready, { ...each, from: ready.before });
}

/** Runs what is left of a transaction, and judges. */
export function runFrom({ root, truth }: Ready, start: Start): Ran {
  const { from, apply, finish, confirm, way = "finish", recover = [], logged = true } = start;
  const word = (faults: readonly string[] | null): string => faults?.join(" ") ?? "-";
  const onState = confirm === false ? "" : confirmation(truth.txn, confirm === "cut off");
  const faults = [word(apply), word(finish)];
  const words = [root.work, from, ...faults, onState, way, word(recover), logged ? "logged" : ""];
  const { stdout, stderr } = spawnSync("sh", [beside("./case.sh"), ...words], { encoding: "utf8" });
  const isOther = (fault: string): boolean => !fault.includes("kill");
  const verdict = judge(root, truth, {
    apply: apply?.some(isOther) ?? false,
    finish: [...(finish ?? []), ...recover].some(isOther),
  });
  const met = (faults: readonly string[] | null, log: string): number =>
    faults === null ? 0 : readLog(join(root.work, log)).struck;
  const struck = met(apply, "log-apply") + met(finish, "log-finish") + met(recover, "log-recover");
  const failure = readIn(root, `${truth.txn}/failure`).trim();
  return { ...verdict, struck, status: `${stdout.split("\n")[0]} ${failure}${stderr.trim()}` };
}

/** Makes the host, brings it to the step before the last, and delivers the last. */
export function makeReady(work: string, world: CrashWorld): Ready {
  const root = makeRoot(work);
  makeBare(root, transactionFiles.find(({ name }) => name === "svcdeploy-recover.service")?.text ?? "");
  writeFileSync(join(root.root, "stand/decide.sh"), scriptText("decide.sh", scripts.decide.text));
  for (const [name, paths] of Object.entries(world.inputs ?? {}))
    writeFileSync(makeAbove(root, `stand/host/inputs/${name}`), `${paths.join("\n")}\n`);
  setValues(root, world);
  for (const [path, content] of Object.entries(world.foreign ?? {}))
    writeFileSync(makeAbove(root, path), content);
  inRoot(root, "systemctl daemon-reload", "");
  if (world.foreign !== undefined) inRoot(root, "systemctl start other.service", "");
  for (let step = 0; step < world.steps.length - 1; step++) bring(root, world, step);
  enable(root, world);
  const txn = deliverStep(root, world, world.steps.length - 1);
  const before = keep(root, "before");
  const truth = { world, txn, before: snapshot(root), after: new Map() };
  const ready = { root, world, before, truth };
  const ran = runCase(ready, { world: world.name, apply: [], finish: [], confirm: true });
  const wanted = world.fails === true ? "ROLLEDBACK" : "CONFIRMED";
  if (ran.state !== wanted)
    throw new Error(`${world.name} ended ${ran.state} without a fault: ${ran.status}`);
  return { ...ready, truth: { ...truth, after: snapshot(root) } };
}

/** A boot starts what runs by now. */
function enable(root: Root, { manual = [] }: CrashWorld): void {
  for (const name of readdirSync(join(root.root, "stand/host/units")))
    if (!manual.includes(name) && readIn(root, `stand/host/units/${name}`).startsWith("active"))
      writeFileSync(makeAbove(root, `stand/host/enabled/${name}`), "");
}

function setValues(root: Root, { values = {} }: CrashWorld): void {
  const rows = Object.entries(values);
  for (const [path, value] of rows) writeFileSync(join(root.root, path), value);
  writeFileSync(join(root.root, "stand/host/values"), rows.map(([path]) => `${path}\n`).join(""));
  const atBoot = rows.map((row) => `${row.join(" ")}\n`);
  writeFileSync(join(root.root, "stand/host/boot-values"), atBoot.join(""));
}

/** A step that goes well. */
function bring(root: Root, world: CrashWorld, step: number): void {
  const txn = deliverStep(root, world, step);
  const before = keep(root, "step");
  const truth = { world, txn, before: new Map(), after: new Map() };
  const { state, status } = runCase(
    { root, world, before, truth },
    { world: world.name, apply: [], finish: [], confirm: true },
  );
  if (state !== "CONFIRMED") throw new Error(`${world.name}: step ${step} ended ${state}: ${status}`);
  rmSync(join(root.root, txn), { recursive: true });
}
