/**
 * Whether a process runs the release that `current` points to. Only a program below /opt/<service>/releases
 * tells: of a script the kernel knows the interpreter.
 */
import type { UnitResource } from "../model/resource.ts";
import type { Verdict } from "../model/verify.ts";

/**
 * Which release a process was started from; deleted: its program's file is gone or was replaced. Null: from
 * none of this service's.
 */
export function releaseOfProgram(
  service: string,
  exe: string,
): { readonly release: string; readonly isDeleted: boolean } | null {
  const start = `/opt/${service}/releases/`;
  if (!exe.startsWith(start)) return null;
  const isDeleted = exe.endsWith(" (deleted)");
  const path = isDeleted ? exe.slice(0, -" (deleted)".length) : exe;
  // A folder that is being removed was renamed first.
  const release = (path.slice(start.length).split("/")[0] ?? "").replace(/\.going$/, "");
  return /^[A-Za-z0-9._~+-]{1,255}$/.test(release) ? { release, isDeleted } : null;
}

/**
 * Why a process is not what `current` stands for, in words; null when it is, or cannot be told. current: the
 * link's target.
 */
export function sayOtherRelease(
  service: string,
  exe: string | undefined,
  current: string | null,
): string | null {
  const found = exe === undefined ? null : releaseOfProgram(service, exe);
  if (found === null || current === null) return null;
  const wanted = current.slice(current.lastIndexOf("/") + 1);
  if (found.release !== wanted)
    return `it runs ${found.release}${found.isDeleted ? " (deleted)" : ""}, current is ${wanted}`;
  return found.isDeleted ? `it runs a program of ${found.release} that was deleted since` : null;
}

/**
 * The verdict on a unit that is well but for running another release than the one it was started for. exe: of
 * its main process, undefined: not known.
 */
export function judgeProgram(unit: UnitResource, verdict: Verdict, exe: string | undefined): Verdict {
  const wanted = unit.restartInputs.release;
  const found = exe === undefined ? null : releaseOfProgram(unit.service, exe);
  if (!verdict.ok || wanted === undefined || found === null) return verdict;
  // A release's folder ends in the first twelve digits of what it holds.
  const isWanted = found.release.endsWith(wanted.slice(0, 12));
  if (isWanted && !found.isDeleted) return verdict;
  const detail =
    `its main process runs ${exe}, not the release ${wanted.slice(0, 12)}; ExecStart= names the program ` +
    `by /opt/${unit.service}/current/`;
  return { ...verdict, ok: false, cause: "other-release", detail };
}
