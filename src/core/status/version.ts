/** Which version runs: by what the process was started from, not by what lies on the disk. */
import type { HostTarget, LinkResource } from "../model/resource.ts";
import { releaseOfProgram } from "../plan/running-program.ts";
import type { ProcessFacts, StatusAnswer, Version } from "./host-status.ts";

/** A main process and for how long it has run, in seconds. */
export type Running = { readonly process: ProcessFacts | null; readonly sinceSeconds: number | null };

/**
 * The version of a service's release. /proc/PID/exe names the release folder of a program; of a script it
 * names the interpreter, so there the `current` link counts if the process is younger than it. running null
 * for a unit that is not its service's own.
 */
export function versionOf(
  service: string,
  targets: readonly HostTarget[],
  answer: StatusAnswer,
  running: Running | null,
): Omit<Version, "says"> {
  const link = targets.flatMap((target) => target.resources).find((resource) => isCurrent(resource, service));
  if (link === undefined || running === null) return { running: null, current: null };
  const made = answer.links.get(link.path);
  const current = made === undefined ? null : versionIn(made.target);
  const { process: found, sinceSeconds } = running;
  if (found === null) return { running: null, current };
  const program = found.exe === null ? null : releaseOfProgram(service, found.exe);
  if (program !== null) return versionsOf(program, made?.target ?? null);
  // The clock has no fraction: what happened within one second has no order.
  const isYounger =
    made !== undefined && sinceSeconds !== null && answer.clock - sinceSeconds >= made.changedAt - 1;
  return { running: isYounger ? current : null, current };
}

/** Two releases of one version differ in their whole names. */
function versionsOf(
  { release, isDeleted }: { readonly release: string; readonly isDeleted: boolean },
  target: string | null,
): Omit<Version, "says"> {
  const wanted = target === null ? null : target.slice(target.lastIndexOf("/") + 1);
  const [running, current] = [versionIn(release), wanted === null ? null : versionIn(wanted)];
  const [shown, disk] = running === current && release !== wanted ? [release, wanted] : [running, current];
  return { running: isDeleted ? `${shown} (deleted)` : shown, current: disk };
}

/**
 * The version in the name of a release folder, VERSION-SHA12 or SHA12; null for a name that is no release's.
 */
export function versionIn(path: string): string | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [, version, sha] = /^(?:([A-Za-z0-9_][A-Za-z0-9._+~-]*)-)?([0-9a-f]{12})$/.exec(name) ?? [];
  return version ?? sha ?? null;
}

function isCurrent(resource: HostTarget["resources"][number], service: string): resource is LinkResource {
  return resource.kind === "link" && resource.role === "current" && resource.service === service;
}
