/**
 * The order of durability, by the log of a run without faults. kill -9 cannot see a missing fsync: what was written is
 * in memory all the same.
 */
import { stateFolder } from "../../src/host/frames.ts";
import type { Point } from "./points.ts";

const parent = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
const isStage = (path: string): boolean => /^(?:\/[^/]+)*\/\.svcdeploy-stage(?:\/|$)/.test(path);
const isOurs = (path: string): boolean => path === stateFolder || path.startsWith(`${stateFolder}/`);
const isLive = (path: string): boolean => !isOurs(path) && !isStage(path);
const say = ({ number, program, call, one, two }: Point): string =>
  `${number} ${program} ${call} ${one}${two === "" ? "" : ` ${two}`}`;

/**
 * What is not on the disk yet: path → the call that wrote it, folder → the call that changed a name in it; decided: the
 * call that confirmed.
 */
type Dirty = { readonly data: Map<string, Point>; readonly names: Map<string, Point>; decided: Point | null };

/** What has to be on the disk before a call, and how a violation calls it. */
type Rule = { readonly what: string; readonly needs: (path: string) => boolean };

const BACKUP = /\/txn\/[^/]+(?:\/old(?:\/|$)|\/records|\/units$|\/token$|$)/;
const backup: Rule = {
  what: "the backup is on the disk",
  needs: (path) => BACKUP.test(path) && !path.endsWith(".tmp"),
};
const live: Rule = { what: "the host is as the state says, on the disk", needs: isLive };
const records: Rule = {
  what: "the records are on the disk",
  needs: (path) => new RegExp(`^${stateFolder}/units(?:/(?!.*\\.tmp$)|$)`).test(path),
};
const published: Rule = {
  what: "what it publishes is on the disk",
  needs: (path) => /\/txn\/[^/]+\.tmp(?:\/|$)/.test(path),
};
const launched: Rule = {
  what: "what would finish it is on the disk",
  needs: (path) =>
    isLive(path) || path === stateFolder || path === `${stateFolder}/txn` || path.endsWith("/recover.sh"),
};
/** What a commit renames first, and cannot take back. */
const KEPT = new RegExp(`^${stateFolder}/(?:projects|targets|blobs|gen)/`);
const bookkeeping: Rule = {
  what: "the bookkeeping is on the disk",
  needs: (path) =>
    new RegExp(`^${stateFolder}(?:$|/(?:projects|targets|blobs|gen|units)(?:/(?!.*\\.tmp$)|$))`).test(path),
};

/** What a state relies on. */
function rulesOf(word: string): readonly Rule[] {
  if (word === "CONFIRMED") return [live, bookkeeping];
  return word === "ROLLEDBACK" ? [live, records] : [live];
}

/** Each violation names both calls. part: what the log is of. */
export function orderOf(points: readonly Point[], part: string): readonly string[] {
  const dirty: Dirty = { data: new Map(), names: new Map(), decided: null };
  const wrong: string[] = [];
  let word = "";
  let isFirst = part === "apply";
  for (const point of points) {
    if (point.call === "write" && point.one.endsWith("/state.tmp")) word = point.two;
    if (point.call === "execve" && point.one.endsWith("/systemd-run"))
      wrong.push(...tooSoon(say(point), dirty, [launched]));
    if (point.call === "rename") {
      wrong.push(...renameTooSoon(point, dirty, isFirst, word));
      if (isLive(point.two)) isFirst = false;
    }
    follow(point, dirty);
  }
  return wrong.map((text) => `${part}: ${text}`);
}

function renameTooSoon(point: Point, dirty: Dirty, isFirst: boolean, word: string): readonly string[] {
  const { one, two } = point;
  const unsynced = dirty.data.get(one);
  const data =
    unsynced === undefined ? [] : [`${say(point)} before what was written is on the disk: ${say(unsynced)}`];
  const isState = /\/txn\/[^/]+\/state$/.test(two);
  return [
    ...data,
    ...(/\/txn\/[^/]+\.tmp$/.test(one) ? tooSoon(say(point), dirty, [published]) : []),
    ...(dirty.decided !== null && KEPT.test(two)
      ? [`${say(point)} before the decision is on the disk: ${say(dirty.decided)}`]
      : []),
    // Before the first name changes: the copies, and the state that makes finish.sh undo.
    ...(isFirst && isLive(two) ? tooSoon(say(point), dirty, [backup]) : []),
    ...(isState ? tooSoon(`the state ${word} (${say(point)})`, dirty, rulesOf(word)) : []),
  ];
}

function tooSoon(call: string, { data, names }: Dirty, rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ what, needs }) =>
    [...data, ...names].flatMap(([path, changed]) =>
      needs(path) ? [`${call} before ${what}: ${say(changed)}`] : [],
    ),
  );
}

/** What systemd-tmpfiles makes is made again at each boot; no lease outlives one. */
const MADE_AGAIN = "systemd-tmpfiles";
/** They sync what they write, and open more than they write. */
const ACCOUNT_TOOLS = ["groupadd", "useradd", "usermod"];

function follow(point: Point, dirty: Dirty): void {
  const { data, names } = dirty;
  const { program, call, one, two } = point;
  if (call === "rename" && two.endsWith("/confirmed")) dirty.decided = point;
  if (call === "fsync" && one === parent(dirty.decided?.two ?? "")) dirty.decided = null;
  if (program === MADE_AGAIN || one.startsWith("/proc/") || one.endsWith("/lease")) return;
  if (["open", "write", "truncate", "chmod", "chown"].includes(call) && !ACCOUNT_TOOLS.includes(program))
    data.set(one, point);
  // What a transaction writes for itself is new in its folder.
  if (call === "open" && one.startsWith(`${stateFolder}/txn/`)) names.set(parent(one), point);
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
  if (call === "rmdir") {
    data.delete(one);
    names.delete(one);
  }
  if (call === "rename") {
    const moved = data.get(one);
    data.delete(one);
    if (moved === undefined) data.delete(two);
    else data.set(two, moved);
    if (!isStage(one)) names.set(parent(one), point);
    names.set(parent(two), point);
  }
  // A staging folder is made anew where one is missing.
  const named = two || one;
  if (["link", "symlink", "mkdir", "unlink", "rmdir"].includes(call) && !isStage(named))
    names.set(parent(named), point);
}
