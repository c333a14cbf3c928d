/** What no crash shows of an undo: two of them at once, edits while it copies, and stages that are not its own. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import type { Check } from "./checks.ts";
import { hook } from "./hook.ts";
import { type Point, readLog } from "./points.ts";
import { beside, inRoot, keeper, readIn, run } from "./root.ts";
import { type Ready, runCase, runFrom } from "./run.ts";
import { say } from "./say.ts";

const CHANGED = "etc/app/a";
const REMOVED = "etc/app/link";

/** All of them. prepared, last: the points of the states PREPARED and AWAIT. */
export function runUndoChecks(ready: Ready, prepared: number, last: number): readonly Check[] {
  const late = [`${last}:kill-after`];
  const undo = undoOf(ready, late);
  return [
    undoneOnce(ready, late),
    recoverySays(ready, late),
    decidedOnce(ready, late, undo),
    editedMeanwhile(ready, late, undo, CHANGED),
    editedMeanwhile(ready, late, undo, REMOVED),
    filledFolder(ready, last),
    movedAway(ready, last),
    stageOfAnother(ready, prepared),
    acrossDevices(ready, late),
  ];
}

/** The points of an undo behind a kill. */
function undoOf(ready: Ready, late: readonly string[]): readonly Point[] {
  runCase(ready, { world: ready.world.name, apply: late, finish: [], confirm: true });
  return readLog(join(ready.root.work, "log-finish")).points;
}

/** The host is as a kill left it, before anything was undone. */
function killed(ready: Ready, late: readonly string[]): void {
  const { root, before } = ready;
  const folder = join(root.work, "killed");
  const keep = `1:hook=${keeper(root, folder)}`;
  runFrom(ready, { from: before, apply: late, finish: [keep], confirm: false });
  run("sh", ["-c", '. "$0"; restore "$1" "$2"', beside("./restore.sh"), root.root, join(folder, "1")]);
}

/** The recovery ends with 0 where nothing is left to do, and otherwise is begun again by systemd. */
function recoverySays(ready: Ready, late: readonly string[]): Check {
  const { root, truth } = ready;
  const recover = (line: string): string => {
    killed(ready, late);
    const script = `${line}; sh ${stateFolder}/recover.sh ${stateFolder} --system </dev/null >/dev/null 2>&1; echo $?`;
    return `${inRoot(root, script, "").trim()} ${readIn(root, `${truth.txn}/state`).split(" ")[0]?.trim()}`;
  };
  const [undone, stuck] = [
    recover(":"),
    recover(
      `mv ${truth.txn}/token ${truth.txn}/confirmed; rm -f ${stateFolder}/current; mkdir -p ${stateFolder}/current/x`,
    ),
  ];
  return say(
    "what the recovery ends with",
    undone !== "0 ROLLEDBACK" && `behind an undo: ${undone}`,
    stuck !== "1 COMMITTING" && `behind a commit that cannot be completed: ${stuck}`,
  );
}

/** Its ExecStopPost= and the recovery begin at once, while another transaction has the lock: one of them undoes it, once. */
function undoneOnce(ready: Ready, late: readonly string[]): Check {
  const { root, truth } = ready;
  killed(ready, late);
  const both = [
    "mkdir -p /stand/real && ln -sf /usr/bin/flock /stand/real/flock && PATH=/stand/real:$PATH && export PATH",
    `exec 9>${stateFolder}/lock && flock 9`,
    `for each in 1 2; do /bin/sh ${truth.txn}/finish.sh ${truth.txn} --system 9>&- </dev/null >/dev/null 2>&1 & done`,
    `/usr/bin/sleep 0.5; cat ${truth.txn}/state; exec 9>&-; wait; grep -c result=rolled-back ${stateFolder}/runs`,
  ].join("\n");
  const known = readIn(root, `${stateFolder}/runs`).split("result=rolled-back").length - 1;
  const [state = "", count = ""] = inRoot(root, both, "").split("\n");
  return say(
    "two that undo it",
    state !== "AWAIT" && `it came to ${state} while another had the lock`,
    Number(count) !== known + 1 && `it was undone ${Number(count) - known} times`,
  );
}

/** The controller confirms when the undo has begun: too late. */
function decidedOnce(ready: Ready, late: readonly string[], undo: readonly Point[]): Check {
  const { root, world, truth } = ready;
  const state = undo.find(({ call, two }) => call === "rename" && two.endsWith("/state"))?.number ?? 0;
  const id = truth.txn.slice(truth.txn.lastIndexOf("/") + 1);
  const decide = `printf 'nonce\\n${stateFolder}\\n${id}\\nconfirmed\\n0\\n' | chroot ${root.root} /bin/sh /stand/decide.sh >/dev/null`;
  const finish = [hook(ready, state, "decide", decide)];
  const ran = runCase(ready, { world: world.name, apply: late, finish, confirm: false });
  return say(
    "a confirmation when the undo has begun",
    existsSync(join(root.root, truth.txn, "confirmed")) && `it counted, and the state is ${ran.state}`,
  );
}

/** What someone writes while the undo prepares what it puts in its place: that stays, and is named. */
function editedMeanwhile(ready: Ready, late: readonly string[], undo: readonly Point[], path: string): Check {
  const { root, world, truth } = ready;
  const put = undo.findIndex(({ call, two }) => call === "rename" && two === `/${path}`);
  const staged = undo.slice(0, put).findLast(({ one, two }) => [one, two].includes(undo[put]?.one ?? ""));
  const edit = hook(ready, staged?.number ?? 0, "meanwhile", `printf 'mine\\n' >${root.root}/${path}`);
  runCase(ready, { world: world.name, apply: late, finish: [edit], confirm: false });
  const conflicts = readIn(root, `${truth.txn}/conflicts`);
  return say(
    `an edit of ${path} while the undo prepares it`,
    readIn(root, path) !== "mine\n" && "it was overwritten",
    !conflicts.includes(`/${path}`) && `nothing names it: ${JSON.stringify(conflicts)}`,
  );
}

/** What someone put into a folder that was made stays there. */
function filledFolder(ready: Ready, last: number): Check {
  const { root, world } = ready;
  const put = hook(ready, last, "fill", `echo mine >${root.root}/etc/app/sub/mine`);
  const apply = [put, `${last}:kill-after`];
  runCase(ready, { world: world.name, apply, finish: [], confirm: false });
  return say(
    "a new folder that is filled",
    readIn(root, "etc/app/sub/mine") !== "mine\n" && "it was emptied",
  );
}

/** The folder was moved and a link is in its place: what the undo would write through it stays as it is, and is named. */
function movedAway(ready: Ready, last: number): Check {
  const { root, world, truth } = ready;
  const move = `mv ${root.root}/etc/app ${root.root}/srv/app && ln -s /srv/app ${root.root}/etc/app`;
  const apply = [hook(ready, last, "away", move), `${last}:kill-after`];
  runCase(ready, { world: world.name, apply, finish: [], confirm: false });
  const conflicts = readIn(root, `${truth.txn}/conflicts`);
  return say(
    "a folder that is moved before the undo",
    readIn(root, "srv/app/a") !== "a=2\n" && "it was written through the link",
    !conflicts.includes(`/${CHANGED}`) && `nothing names it: ${JSON.stringify(conflicts)}`,
  );
}

/** Someone else made the folder that new files are staged in: nothing is. */
function stageOfAnother(ready: Ready, prepared: number): Check {
  const { root, world, truth, before } = ready;
  const stage = `${root.root}/.svcdeploy-stage`;
  const make = hook(ready, prepared, "stage", `mkdir -m 777 ${stage} && chown 990:990 ${stage}`);
  runCase(ready, { world: world.name, apply: [make], finish: [], confirm: true });
  const failure = readIn(root, `${truth.txn}/failure`);
  return say(
    "a staging folder that is not root's",
    readIn(root, CHANGED) !== readFileSync(join(before, CHANGED), "utf8") && "it was used",
    !failure.includes("staging folder") && `nothing names it: ${failure.trim()}`,
  );
}

/** Where there is no room for a copy, a backup on another file system takes no place: that would be a copy as well. */
function acrossDevices(ready: Ready, late: readonly string[]): Check {
  const { root, world, truth } = ready;
  const folder = join(root.root, "etc/app");
  run("mount", ["-t", "tmpfs", "-o", "mode=0755", "other", folder]);
  try {
    const undo = undoOf(ready, late);
    const put = undo.find(({ call, two }) => call === "rename" && two === `/${CHANGED}`)?.one ?? "";
    const copy = undo.find(({ call, one }) => call === "open" && one === put)?.number ?? 0;
    const finish = [`${copy}:ENOSPC`];
    const ran = runCase(ready, { world: world.name, apply: late, finish, confirm: false });
    return say(
      "no room on another file system",
      put === "" && "it was not put back by a rename",
      !ran.state.startsWith("ROLLBACK_FAILED") && `the state is ${ran.state}`,
      !existsSync(join(root.root, truth.txn, "old")) && "the backup is gone",
    );
  } finally {
    run("umount", ["-l", folder]);
  }
}
