/** What no crash shows: edits by hand at each stage, the lock, the lease, the controller's word in every state. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder } from "../../src/host/frames.ts";
import { scripts } from "../../src/host/scripts.ts";
import { sha256 } from "../support/deliver-input.ts";
import { scriptText } from "./deliver.ts";
import { runDeliveryChecks } from "./delivery-checks.ts";
import { hook } from "./hook.ts";
import { runLeaseChecks } from "./lease-checks.ts";
import { orderOf } from "./order.ts";
import { type Point, readLog } from "./points.ts";
import { inRoot, readIn } from "./root.ts";
import { type Ready, runCase, runFrom } from "./run.ts";
import { say } from "./say.ts";
import { runUndoChecks } from "./undo-checks.ts";

/** A check's name and what it found wrong; empty: nothing. */
export type Check = { readonly name: string; readonly wrong: readonly string[] };

const EDITED = "etc/app/a";
const STATES = ["PREPARED", "APPLYING", "RESTARTING", "AWAIT"] as const;

/** All of them, in a world that changes /etc/app/a. points: of a transaction that is confirmed. */
export function runChecks(ready: Ready, points: readonly Point[]): readonly Check[] {
  const states = points.filter(({ call, two }) => call === "rename" && two.endsWith("/state"));
  const at = new Map(STATES.map((state, index) => [state, states[index]?.number ?? 0]));
  const backup = points.find(({ call, one }) => call === "mkdir" && one.endsWith("/old"))?.number ?? 0;
  return [
    ...STATES.map((state) => edited(ready, state, at.get(state) ?? 0, at.get("AWAIT") ?? 0)),
    editedAndKept(ready, backup),
    editedAndBack(ready, backup, at.get("PREPARED") ?? 0, at.get("AWAIT") ?? 0),
    ...(["PREPARED", "APPLYING"] as const).map((state) => movedAbove(ready, state, at.get(state) ?? 0)),
    takenFolder(ready, at.get("PREPARED") ?? 0),
    pastTheFirstError(ready, at.get("AWAIT") ?? 0),
    locked(ready),
    unread(ready, at.get("AWAIT") ?? 0),
    decisionIsKept(ready),
    decided(ready),
    ...runLeaseChecks(ready),
    ...runUndoChecks(ready, at.get("PREPARED") ?? 0, at.get("AWAIT") ?? 0),
    ...runDeliveryChecks(ready),
  ];
}

/** An edit while a state is about to be written, and a crash at the end: the edit stays, and the undo names it. */
function edited(ready: Ready, state: string, number: number, last: number): Check {
  const { root, world, truth } = ready;
  const edit = hook(ready, number, "edit", `printf 'edited\\n' >${root.root}/${EDITED}`);
  runCase(ready, { world: world.name, apply: [edit, `${last}:kill-after`], finish: [], confirm: true });
  const conflicts = readIn(root, `${truth.txn}/conflicts`) + readIn(root, `${truth.txn}/failure`);
  return say(
    `an edit before ${state}`,
    readIn(root, EDITED) !== "edited\n" && `it was overwritten by ${JSON.stringify(readIn(root, EDITED))}`,
    !conflicts.includes(`/${EDITED}`) && `nothing names it: ${JSON.stringify(conflicts)}`,
  );
}

/** A file that needs no change is edited before it is kept for a later rollback: it is not kept under another's hash. */
function editedAndKept(ready: Ready, backup: number): Check {
  const { root, world } = ready;
  const blobs = `${root.root}${stateFolder}/blobs`;
  const edit = `rm -f ${blobs}/${sha256("same=1\n")} && printf 'edited\n' >${root.root}/etc/app/same`;
  const apply = [hook(ready, backup, "same", edit)];
  const { state } = runCase(ready, { world: world.name, apply, finish: [], confirm: true });
  const other = readdirSync(blobs).filter((name) => sha256(readFileSync(join(blobs, name), "utf8")) !== name);
  return say(
    "an edit of what needs no change",
    state !== "CONFIRMED" && `the state is ${state}`,
    ...other.map((name) => `what is kept as ${name} is something else`),
  );
}

/** A file that was another only while it was backed up: what is put back is not that. */
function editedAndBack(ready: Ready, backup: number, prepared: number, last: number): Check {
  const { root, world, before } = ready;
  const old = readFileSync(join(before, EDITED), "utf8");
  const edit = hook(ready, backup, "edit", `printf 'edited\\n' >${root.root}/${EDITED}`);
  const back = hook(ready, prepared, "back", `cp ${before}/${EDITED} ${root.root}/${EDITED}`);
  const apply = [edit, back, `${last}:kill-after`];
  runCase(ready, { world: world.name, apply, finish: [], confirm: true });
  const left = readIn(root, EDITED);
  const state = readIn(root, `${ready.truth.txn}/state`);
  return say(
    "an edit while the backup is made",
    !state.startsWith("REFUSED") && left !== old && `the undo brought ${JSON.stringify(left)}`,
  );
}

/** A folder is moved and a link is in its place, before anything is written below it: nothing is, and the undo names it. */
function movedAbove(ready: Ready, state: string, number: number): Check {
  const { root, world, truth, before } = ready;
  const folder = `${root.root}/etc/app`;
  const move = hook(ready, number, "move", `mv ${folder} ${root.root}/srv/app && ln -s /srv/app ${folder}`);
  runCase(ready, { world: world.name, apply: [move], finish: [], confirm: true });
  const failure = readIn(root, `${truth.txn}/failure`);
  const written = ["a", "b", "c"].filter(
    (name) => readIn(root, `srv/app/${name}`) !== readFileSync(join(before, "etc/app", name), "utf8"),
  );
  return say(
    `a folder that is moved before ${state}`,
    written.length > 0 && `${written.join(" ")} were written through the link`,
    !failure.includes("/etc/app ") && `nothing names it: ${failure.trim()}`,
  );
}

/** Someone makes a folder that the transaction is about to make: it is no longer ours to make. */
function takenFolder(ready: Ready, prepared: number): Check {
  const { root, world, truth } = ready;
  const make = hook(ready, prepared, "make", `mkdir -m 711 ${root.root}/etc/app/sub`);
  runCase(ready, { world: world.name, apply: [make], finish: [], confirm: true });
  const failure = readIn(root, `${truth.txn}/failure`);
  return say(
    "a folder that someone else makes",
    !failure.startsWith("conflict: /etc/app/sub ") && `nothing names it: ${failure.trim()}`,
  );
}

/** A backup that is gone: the rest is put back all the same, and the state says that it failed. */
function pastTheFirstError(ready: Ready, last: number): Check {
  const { root, world, truth, before } = ready;
  const lose = hook(ready, last, "lose", `rm -f ${root.root}${truth.txn}/old/${keyOf(ready)}`);
  runCase(ready, { world: world.name, apply: [lose, `${last}:kill-after`], finish: [], confirm: true });
  const others = ["etc/app/b", "etc/app/c"].filter(
    (path) => readIn(root, path) !== readFileSync(join(before, path), "utf8"),
  );
  const state = readIn(root, `${truth.txn}/state`).trim();
  return say(
    "an undo of which one step cannot be done",
    others.length > 0 && `${others.join(" ")} were not put back`,
    readIn(root, EDITED) === "" && "a file was emptied",
    !state.startsWith("ROLLBACK_FAILED") && `the state is ${state}`,
  );
}

/** Of a file that the undo cannot read it does not know whether it was edited: it says that it failed. */
function unread(ready: Ready, last: number): Check {
  const { root, world } = ready;
  const late = { world: world.name, apply: [`${last}:kill-after`], confirm: true };
  runCase(ready, { ...late, finish: [] });
  const { points } = readLog(join(root.work, "log-finish"));
  const read = points.find(({ call, one }) => call === "execve" && one.endsWith("/sha256sum"))?.number ?? 0;
  const { state, wrong } = runCase(ready, { ...late, finish: [`${read}:fail`] });
  return say(
    "a file that the undo cannot read",
    !state.startsWith("ROLLBACK_FAILED") && `the state is ${state}`,
    ...wrong,
  );
}

/** What confirms may be cut off before it has the decision on the disk: then the transaction sees to that. */
function decisionIsKept(ready: Ready): Check {
  const { state } = runFrom(ready, { from: ready.before, apply: [], finish: [], confirm: "cut off" });
  const { points } = readLog(join(ready.root.work, "log-apply"));
  return say(
    "a confirmation that is cut off",
    state !== "CONFIRMED" && `the state is ${state}`,
    ...orderOf(points, "apply"),
  );
}

function keyOf({ root, truth }: Ready): string {
  const lines = readIn(root, `${truth.txn}/plan`).split("\n");
  const words = lines.map((text) => text.split("\t"));
  return words.find(([op, , path]) => op === "file" && path === `/${EDITED}`)?.[1] ?? "";
}

/** Another transaction holds the lock for longer than this one waits. */
function locked(ready: Ready): Check {
  const lock = `${ready.root.root}${stateFolder}/lock`;
  const hold = hook(ready, 1, "hold", `exec 9>${lock}\nflock 9\nsleep 4 >/dev/null 2>&1 &`);
  const { state } = runCase(ready, { world: ready.world.name, apply: [hold], finish: [], confirm: true });
  return say("another holds the lock", !state.startsWith("REFUSED locked") && `it ended ${state}`);
}

/** Only AWAIT can be confirmed. */
function decided({ root, truth }: Ready): Check {
  const id = truth.txn.slice(truth.txn.lastIndexOf("/") + 1);
  const wrong = ["STAGED", ...STATES, "ROLLINGBACK", "ROLLEDBACK", "CONFIRMED"].flatMap((state) => {
    inRoot(root, `cd ${truth.txn}; rm -f confirmed rollback; : >token; echo ${state} >state`, "");
    const input = `nonce\n${stateFolder}\n${id}\nconfirmed\n0\n`;
    const answer = inRoot(root, scriptText("decide.sh", scripts.decide.text), input);
    const isConfirmed = existsSync(join(root.root, truth.txn, "confirmed"));
    return [
      ...(isConfirmed === (state === "AWAIT") ? [] : [`${state} was ${isConfirmed ? "" : "not "}confirmed`]),
      ...(answer.includes(`nonce state ${state}\n`) ? [] : [`in ${state} it answered ${answer.trim()}`]),
    ];
  });
  return say("the controller's word in every state", ...wrong);
}
