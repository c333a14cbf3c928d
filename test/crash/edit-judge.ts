/** Says what is wrong after a transaction during which someone edited: what they left is kept, and named. */
import { spawnSync } from "node:child_process";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { planStep } from "./deliver.ts";
import type { HandEdit, UnsafeParent } from "./edit-world.ts";
import { judge } from "./judge.ts";
import { type Root, readIn } from "./root.ts";
import type { Ready } from "./run.ts";

/** What is at a path of the host: `file CONTENT`, `link TARGET`, `folder MODE UID:GID` or `nothing`. */
export function lookAt({ root }: Root, path: string): string {
  const full = join(root, path);
  const found = lstatSync(full, { throwIfNoEntry: false });
  if (found === undefined) return "nothing";
  if (found.isSymbolicLink()) return `link ${readlinkSync(full)}`;
  if (found.isFile()) return `file ${readFileSync(full, "utf8")}`;
  return `folder ${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`;
}

/** How it ended: the word of the state, and everything that the host and the next plan say of it. */
function saidOf(ready: Ready): { readonly state: string; readonly host: string; readonly next: string } {
  const { root, world, truth } = ready;
  const text = readIn(root, `${truth.txn}/state`).trim();
  const host = ["failure", "conflicts"].map((name) => readIn(root, `${truth.txn}/${name}`));
  // What a script printed is in the journal on a real host, and finish.sh reads it there.
  if (text.endsWith("it said nothing")) host.push(readFileSync(join(root.work, "said"), "utf8"));
  const { plan } = planStep(root, world, world.steps.length - 1);
  const changes = plan.changes.map(({ resource }) => ("path" in resource ? resource.path : resource.id));
  const next = [...changes, ...plan.notices.map((notice) => notice.text)].join(" ");
  return { state: text.split(" ")[0] ?? "", host: [text, ...host].join(" "), next };
}

/** What a judge of the whole host found beside this path. */
function besides({ root, truth }: Ready, isExcused: (line: string) => boolean): string[] {
  const { state, wrong } = judge(root, truth, { apply: true, finish: true });
  const failed = state.startsWith("ROLLBACK_FAILED") ? [`the undo failed: ${state}`] : [];
  return [...failed, ...wrong.filter((line) => !isExcused(line))];
}

/** What follows from an edited unit file: units run from another one than is there, and the manager has not read it. */
const OF_UNITS =
  /: (?:unit|record) | runs from another unit file | is on the disk as the manager has not read it/;

/** The word is in the text, not only as the start of a longer path. */
const names = (text: string, path: string): boolean => text.split(/[\s,;:']+/).some((word) => word === path);

/** What is wrong after this edit. isOver: the path was not to be touched any longer: it need not be named. */
export function judgeEdit(ready: Ready, edit: HandEdit, isOver: boolean): readonly string[] {
  const found = lookAt(ready.root, edit.path);
  const { state, host, next } = saidOf(ready);
  const isDeclared = names(`${[...ready.truth.after.keys()].join(" ")}`, edit.path);
  const isNamed =
    names(host, edit.path) || (state === "CONFIRMED" && (names(next, edit.path) || !isDeclared));
  // What a unit was started from is not what the plan had where its files were edited; so it is with the folders
  // that are left because of what is in them.
  const isExcused = (line: string): boolean =>
    line.includes(`: ${edit.path}: `) ||
    (edit.path.includes("/systemd/") && OF_UNITS.test(line)) ||
    (!edit.named && line.includes(`: ${edit.path.slice(0, edit.path.lastIndexOf("/"))}: `));
  return [
    ...(found === edit.left ? [] : [`it is ${found.trim()} in the end, not ${edit.left.trim()} (${state})`]),
    ...(isNamed || isOver || !edit.named ? [] : [`nothing names ${edit.path}: ${host.trim()}`]),
    ...besides(ready, isExcused),
  ];
}

/** Everything below a folder with its content's time, in one text. */
export const listing = (folder: string): string =>
  `find "${folder}" -mindepth 1 -printf '%P %y %m %U:%G %T@ %C@ %s %l\\n' | sort`;

/** What is wrong after this folder became unsafe. isOver: nothing was to be written below it any longer. */
export function judgeParent(ready: Ready, parent: UnsafeParent, isOver: boolean): readonly string[] {
  const { root } = ready;
  const { state, host } = saidOf(ready);
  const isMoved = parent.elsewhere !== null;
  const isExcused = (line: string): boolean =>
    line.includes(`: ${parent.folder}: `) ||
    (isMoved && (line.includes(`: ${parent.folder}/`) || line.includes(": /srv"))) ||
    (isMoved && parent.folder.includes("/systemd/") && OF_UNITS.test(line));
  const wrong = besides(ready, isExcused);
  if (isMoved) {
    const then = readIn(root, "stand/host/elsewhere");
    const now = spawnSync("sh", ["-c", listing(`${root.root}${parent.elsewhere}`)], { encoding: "utf8" });
    if (now.stdout !== then) wrong.push(`${changed(then, now.stdout)} was written through ${parent.folder}`);
  }
  const isNamed = host.includes(parent.folder);
  if (state === "CONFIRMED" && !isOver) wrong.push("it was confirmed all the same");
  if (state !== "CONFIRMED" && !isNamed && !isOver)
    wrong.push(`nothing names ${parent.folder}: ${host.trim()}`);
  return wrong;
}

function changed(then: string, now: string): string {
  const before = new Set(then.split("\n"));
  return now
    .split("\n")
    .filter((line) => !before.has(line))
    .map((line) => line.split(" ")[0])
    .join(", ");
}
