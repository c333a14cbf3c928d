/** deliver.sh, struck: afterwards the host is as before, and the next delivery works. */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFolder, systemScope } from "../../src/host/frames.ts";
import { scripts, transactionFiles } from "../../src/host/scripts.ts";
import type { Check } from "./checks.ts";
import { deliveryOf, planStep, scriptText } from "./deliver.ts";
import { kindsOf } from "./kinds.ts";
import { orderOf } from "./order.ts";
import { mattersFirst, modesAt, type Point, readLog } from "./points.ts";
import type { Share } from "./recovery.ts";
import { beside, inRoot, keep, makeAbove, readIn } from "./root.ts";
import { type Ready, runFrom, type Start } from "./run.ts";
import { say } from "./say.ts";
import { differences, openToOthers, type Snapshot, snapshot, treeOf } from "./snapshot.ts";

const UNIT = "/etc/systemd/system/svcdeploy-recover.service";
const LINK = "/etc/systemd/system/multi-user.target.wants/svcdeploy-recover.service";
const STRUCK = "d".repeat(32);
const NEXT = "e".repeat(32);
const folderOf = (id: string): string => `${stateFolder}/txn/${id}`;

/** from: the host without the delivery; before: it as a snapshot; whole: the folder that is delivered; after: once it was applied. */
type Setting = {
  readonly ready: Ready;
  readonly from: string;
  readonly before: Snapshot;
  readonly whole: Snapshot;
  readonly after: Snapshot;
  readonly bodies: { readonly [id: string]: Uint8Array };
};

/** Runs the cases of a world that has some. full: each point in every mode; slice: each kind that matters first, in one. */
export function* runDeliveries(ready: Ready, share: Share, seed: number): Generator<Check> {
  if (ready.world.delivered !== true) return;
  const setting = makeSetting(ready);
  const points = readLog(join(ready.root.work, "log-deliver")).points;
  yield { name: "the order of a delivery", wrong: orderOf(points, "deliver") };
  yield enableAgain(setting);
  const every = (point: Point): readonly string[] => modesAt(point).map((mode) => `${point.number}:${mode}`);
  const faults =
    share === "full"
      ? points.flatMap(every)
      : kindsOf(points).flatMap(({ points: alike }, index) => {
          const point = alike[(index + seed) % alike.length];
          if (point === undefined || !(mattersFirst(point) || point.one.endsWith("/systemd-run"))) return [];
          const modes = every(point);
          return modes[(index + seed) % modes.length] ?? [];
        });
  for (const fault of faults) yield strike(setting, fault);
}

function makeSetting(ready: Ready): Setting {
  const { root, world, before: delivered } = ready;
  const start: Start = { from: delivered, apply: null, finish: null, confirm: true };
  runFrom(ready, start);
  rmSync(join(root.root, ready.truth.txn), { recursive: true });
  makeOlder(ready);
  const planned = planStep(root, world, world.steps.length - 1);
  const bodies = Object.fromEntries([STRUCK, NEXT].map((id) => [id, deliveryOf(planned, id)]));
  writeFileSync(join(root.root, "stand/deliver.sh"), scriptText("deliver.sh", scripts.deliver.text));
  const from = keep(root, "undelivered");
  const empty = { ready, from, before: snapshot(root), whole: new Map(), after: new Map(), bodies };
  deliver(empty, NEXT, from, "");
  const { wrong } = apply(empty, NEXT);
  const after = snapshot(root);
  if (!readIn(root, `${folderOf(NEXT)}/state`).startsWith("CONFIRMED"))
    throw new Error(`${world.name}: a delivery without a fault was not confirmed: ${wrong.join("; ")}`);
  deliver(empty, STRUCK, from, "");
  return { ...empty, after, whole: wholeOf(root) };
}

/** An older version's recovery, or none of ours where nothing was ever delivered. */
function makeOlder({ root, world }: Ready): void {
  rmSync(join(root.root, LINK), { force: true });
  if (world.steps.length > 1) {
    writeFileSync(join(root.root, stateFolder, "recover.sh"), "# older\n");
    writeFileSync(join(root.root, UNIT), "[Service]\nExecStart=/bin/true\n");
    inRoot(root, `ln -s ${UNIT} ${LINK}; systemctl daemon-reload`, "");
    return;
  }
  rmSync(join(root.root, UNIT));
  for (const name of ["blobs", "gen", "projects", "targets", "units", "txn", "recover.sh", "lock", "runs"])
    rmSync(join(root.root, stateFolder, name), { recursive: true, force: true });
  inRoot(root, "systemctl daemon-reload", "");
}

/** The folder that was delivered, without what differs from run to run. */
const wholeOf = (root: Ready["root"]): Snapshot =>
  treeOf(root, folderOf(STRUCK), [`${folderOf(STRUCK)}/lease`]);

/** The recovery was disabled by hand: the next delivery sees to it that a boot starts it again. */
function enableAgain(setting: Setting): Check {
  const { root } = setting.ready;
  deliver(setting, STRUCK, setting.from, "");
  rmSync(join(root.root, LINK));
  deliver(setting, NEXT, keep(root, "disabled"), "");
  return say("a recovery that was disabled by hand", ...recovery(root));
}

type Delivered = { readonly answer: string; readonly status: number | null };

function deliver({ ready: { root }, bodies }: Setting, id: string, from: string, faults: string): Delivered {
  writeFileSync(join(root.work, "delivery"), bodies[id] ?? "");
  const words = [beside("./delivery.sh"), root.work, from, faults];
  const { stdout, status } = spawnSync("sh", words, { encoding: "utf8" });
  return { answer: stdout, status };
}

/** Runs a delivered transaction without a fault, and judges. */
function apply({ ready, before, after }: Setting, id: string): ReturnType<typeof runFrom> {
  const truth = { ...ready.truth, txn: folderOf(id), before, after };
  const from = keep(ready.root, "again");
  return runFrom({ ...ready, truth }, { from, apply: [], finish: [], confirm: true });
}

function strike(setting: Setting, fault: string): Check {
  const { root } = setting.ready;
  const { answer, status } = deliver(setting, STRUCK, setting.from, fault);
  const met = readLog(join(root.work, "log-deliver")).struck > 0;
  const wrong = [
    ...(met ? [] : ["the fault was not met"]),
    ...(status === 0 && !answer.includes("nonce launched\n") ? ["it ended well and launched nothing"] : []),
    ...published(setting, answer),
    ...asBefore(setting),
    ...openToOthers(root),
    ...deliverAgain(setting),
  ];
  return { name: `deliver ${fault}`, wrong: wrong.slice(0, 8).map((text) => `deliver ${fault}: ${text}`) };
}

/** What was answered is so, and what bears the transaction's name is the whole of it. */
function published({ ready: { root }, whole }: Setting, answer: string): readonly string[] {
  const isThere = existsSync(join(root.root, folderOf(STRUCK)));
  const isAsked = readIn(root, "stand/host/launched").includes(STRUCK);
  const says = (word: string): boolean => answer.includes(`nonce ${word}\n`);
  const torn = isThere ? differences(whole, wholeOf(root), () => false) : [];
  return [
    ...torn.map((text) => `what was published is not whole: ${text}`),
    ...(says("launched") && !(isThere && isAsked) ? ["it answered launched, and nothing was"] : []),
    ...(says("unlaunched") && isThere ? ["it answered unlaunched, and the transaction is there"] : []),
    ...(says("published") && !says("unlaunched") && !isThere
      ? ["it answered published, and nothing was"]
      : []),
    ...(isAsked ? recovery(root) : []),
  ];
}

const linkedTo = ({ root }: Ready["root"], path: string): string =>
  lstatSync(join(root, path), { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? readlinkSync(join(root, path))
    : "";

/** What a transaction relies on once it was launched. */
function recovery(root: Ready["root"]): readonly string[] {
  const text = (name: string): string => transactionFiles.find((each) => each.name === name)?.text ?? "";
  return [
    ...(readIn(root, UNIT) === text("svcdeploy-recover.service") ? [] : ["the recovery's unit is not there"]),
    ...(linkedTo(root, LINK) === UNIT ? [] : ["no boot starts the recovery"]),
    ...(readIn(root, `${stateFolder}/recover.sh`) === scriptText("recover.sh", text("recover.sh"))
      ? []
      : ["recover.sh is not there"]),
  ];
}

/** The recovery may be the old or the new one; what was cut off has a name of its own. */
function asBefore({ ready: { root }, before }: Setting): readonly string[] {
  const own = new RegExp(`^${stateFolder}(?:$|/(?:\\w+$|recover\\.(?:sh|service)\\.tmp$))`);
  const text = (name: string): string => transactionFiles.find((each) => each.name === name)?.text ?? "";
  const isNew = (path: string): boolean =>
    (path === UNIT && readIn(root, path) === text("svcdeploy-recover.service")) ||
    (path === `${stateFolder}/recover.sh` &&
      readIn(root, path) === scriptText("recover.sh", text("recover.sh"))) ||
    path === `${UNIT}.tmp` ||
    path === LINK;
  return differences(before, snapshot(root), (path) => own.test(path) || isNew(path));
}

/** As a controller does it: what was published and not launched is taken away first. */
function deliverAgain(setting: Setting): readonly string[] {
  const { root } = setting.ready;
  writeFileSync(makeAbove(root, "stand/uptime"), "100060.00 0.00\n");
  if (existsSync(join(root.root, folderOf(STRUCK)))) {
    const order = `nonce\n${stateFolder}\n${systemScope}\n${STRUCK}\n10\n`;
    const answer = inRoot(root, scriptText("takeover.sh", scripts.takeover.text), order);
    if (!answer.includes("nonce state GONE")) return [`it could not be taken over: ${answer.trim()}`];
  }
  const { answer } = deliver(setting, NEXT, keep(root, "struck"), "");
  if (!answer.includes("nonce launched\n")) return [`the next delivery answered ${JSON.stringify(answer)}`];
  const missing = recovery(root).map((text) => `after the next delivery ${text}`);
  const { wrong, state } = apply(setting, NEXT);
  const left = [...treeOf(root, stateFolder, []).keys()].filter(
    (path) => /\.tmp$/.test(path) || path.includes(STRUCK),
  );
  return [
    ...missing,
    ...wrong.map((text) => `the next transaction: ${text}`),
    ...(state === "CONFIRMED" ? [] : [`the next transaction ended ${state}`]),
    ...left.map((path) => `${path} is left behind`),
  ];
}
