/**
 * The order of durability, by the log of a run without faults. kill -9 cannot see a missing fsync: what was written is
 * in memory all the same.
 */
import { stateFolder } from "../../src/host/frames.ts";
import type { Point } from "./points.ts";

const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
const isStage = (path: string): boolean => /^(?:\/[^/]+)*\/\.svcdeploy-stage(?:\/|$)/.test(path);
const isLive = (path: string): boolean => !path.startsWith(`${stateFolder}/`) && !isStage(path);
const say = ({ number, program, call, one, two }: Point): string =>
  `${number} ${program} ${call} ${one}${two === "" ? "" : ` ${two}`}`;

/** What is not on the disk yet: path → the call that wrote it, folder → the call that changed a name in it. */
type Dirty = { readonly data: Map<string, Point>; readonly names: Map<string, Point> };

/** Each violation names both calls. part: what the log is of. */
export function orderOf(points: readonly Point[], part: string): readonly string[] {
  const dirty: Dirty = { data: new Map(), names: new Map() };
  const wrong: string[] = [];
  let word = "";
  let isFirst = true;
  for (const point of points) {
    if (point.call === "write" && point.one.endsWith("/state.tmp")) word = point.two;
    if (point.call === "rename") {
      wrong.push(...renameTooSoon(point, dirty, word, part === "apply" && isFirst));
      if (isLive(point.two)) isFirst = false;
    }
    follow(point, dirty);
  }
  return wrong.map((text) => `${part}: ${text}`);
}

function renameTooSoon(
  point: Point,
  { data, names }: Dirty,
  word: string,
  isFirst: boolean,
): readonly string[] {
  const { one, two } = point;
  const unsynced = data.get(one);
  const wrong =
    unsynced === undefined ? [] : [`${say(point)} before what was written is on the disk: ${say(unsynced)}`];
  // Before the first name changes: the copies, and the state that makes finish.sh undo.
  if (isFirst && isLive(two))
    for (const [path, written] of [...data, ...names])
      if (/\/txn\/[^/]+(?:\/old(?:\/|$)|\/records|\/units$|\/token$|$)/.test(path) && !path.endsWith(".tmp"))
        wrong.push(`${say(point)} before the backup is on the disk: ${say(written)}`);
  if (/\/txn\/[^/]+\/state$/.test(two))
    for (const [folder, changed] of names)
      if (isLive(`${folder}/x`) && !changed.call.startsWith("mkdir") && changed.call !== "rmdir")
        wrong.push(`the state ${word} (${say(point)}) before the folder is on the disk: ${say(changed)}`);
  return wrong;
}

function follow(point: Point, { data, names }: Dirty): void {
  const { call, one, two } = point;
  if (call === "open" || call === "write" || call === "truncate") data.set(one, point);
  if (call === "fsync") {
    data.delete(one);
    names.delete(one);
  }
  if (call === "syncfs") {
    data.clear();
    names.clear();
  }
  if (call === "unlink") data.delete(one);
  // What was in a folder that is no more needs no place on the disk.
  if (call === "rmdir") names.delete(one);
  if (call === "rename") {
    const moved = data.get(one);
    data.delete(one);
    if (moved === undefined) data.delete(two);
    else data.set(two, moved);
    names.set(parent(one), point);
    names.set(parent(two), point);
  }
  if (["link", "symlink", "mkdir", "unlink", "rmdir"].includes(call)) names.set(parent(two || one), point);
}
