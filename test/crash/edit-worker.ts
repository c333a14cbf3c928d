/** Edits by hand in namespaces of their own: FOLDER SEED SHARE JOB JOBS NUMBER; prints a row a case, the last with their number. */
import { existsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type EditCase, editCases, type Moments } from "./edit-cases.ts";
import { judgeEdit, judgeParent, listing } from "./edit-judge.ts";
import { EDITED_WORLD } from "./edit-world.ts";
import type { EditRow } from "./edits.ts";
import { hook } from "./hook.ts";
import { type Point, readLog } from "./points.ts";
import { makeReady, type Ready, runCase } from "./run.ts";

function run(ready: Ready, apply: readonly string[], finish: readonly string[]): void {
  runCase(ready, { world: ready.world.name, apply, finish, confirm: true });
}

/** Runs once to a commit and once to an undo, and says which points there are. */
function momentsOf(ready: Ready): Moments {
  const log = (name: string): readonly Point[] => readLog(join(ready.root.work, name)).points;
  run(ready, [], []);
  const apply = log("log-apply");
  const states = apply.filter(({ call, two }) => call === "rename" && two.endsWith("/state"));
  const waits = states[3]?.number ?? 0;
  run(ready, [`${waits}:kill-after`], []);
  return { apply, undo: log("log-finish"), waits };
}

/** What is done by hand, and that it was done. */
function linesOf({ root }: Ready, { edit, parent }: EditCase): string {
  const host = `${root.root}/stand/host`;
  const lines = edit?.lines ?? parent?.lines ?? "";
  const after = parent?.elsewhere == null ? "" : `${listing(`$R${parent.elsewhere}`)} >${host}/elsewhere; `;
  return `R=${root.root}\n{ ${lines}; } && { ${after}: >${host}/edited; }\ntrue`;
}

function runEdit(ready: Ready, each: EditCase, waits: number): readonly string[] | null {
  const by = hook(ready, each.point.number, "edit", linesOf(ready, each));
  const kill = each.end === "undo" ? [`${waits}:kill-after`] : [];
  run(ready, each.script === "apply" ? [by, ...kill] : kill, each.script === "finish" ? [by] : []);
  if (!existsSync(join(ready.root.root, "stand/host/edited"))) return null;
  if (each.edit !== null) return judgeEdit(ready, each.edit, each.isOver);
  return each.parent === null ? [] : judgeParent(ready, each.parent, each.isOver);
}

function main([folder = "", seed, share, job, jobs, number]: readonly string[]): void {
  const ready = makeReady(folder, EDITED_WORLD);
  const moments = momentsOf(ready);
  const cases = editCases(moments, Number(seed), Number(share));
  for (const [index, each] of cases.entries()) {
    if (number === "each" ? index % Number(jobs) !== Number(job) : index !== Number(number)) continue;
    const wrong = runEdit(ready, each, moments.waits);
    const { point, script, end, edit, parent } = each;
    const moment = `${script} ${point.number} (${point.call} ${point.two || point.one}), ${end}`;
    const row: EditRow = {
      number: index,
      what: `${edit?.name ?? parent?.name}, ${moment}`,
      kind: edit === null ? "parent" : "edit",
      isDone: wrong !== null,
      wrong: wrong ?? [],
    };
    writeSync(1, `${JSON.stringify(row)}\n`);
  }
}

main(process.argv.slice(2));
