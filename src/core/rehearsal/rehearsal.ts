/**
 * What a rehearsal on a host is asked and what it answers: systemd and logrotate read there what a plan would
 * write, before it is written.
 */

import type { Notice, Plan } from "../model/plan.ts";
import type { FileResource, HostTarget } from "../model/resource.ts";
import { UNIT_FOLDER } from "../unit-file/unit-search.ts";

/** A target and what was planned for it. */
export type Planned = { readonly target: HostTarget; readonly plan: Plan };

/** What is laid into the staging folder. Names are relative to /etc/systemd/system or /etc/logrotate.d. */
export type RehearsalRequest = {
  readonly units: readonly { readonly name: string; readonly content: Uint8Array }[];
  /** content null: the file is removed. */
  readonly logrotate: readonly { readonly name: string; readonly content: Uint8Array | null }[];
  /** Units to be read: those of the files, and those that the drop-ins are for. */
  readonly verify: readonly string[];
};

/**
 * What a program said, a line each, made safe to show; status: its exit status, 124 when it did not come to
 * an end.
 */
export type ProgramOutput = { readonly status: number; readonly lines: readonly string[] };

/** The same question with the plan's files and without them; before null: there was nothing to compare. */
export type Compared = { readonly after: ProgramOutput; readonly before: ProgramOutput | null };

/** A host's answer. verify, rotate: null where it was not asked, or could not be. */
export type RehearsalAnswer = {
  readonly verify: Compared | null;
  readonly rotate: Compared | null;
  /** include: /etc/logrotate.conf does not read /etc/logrotate.d. */
  readonly lacks: readonly ("systemd-analyze" | "logrotate" | "include")[];
  /** Logs that logrotate found twice → the files that name them. */
  readonly named: ReadonlyMap<string, readonly string[]>;
  /** When logrotate's timer fires, as systemd prints it; null: unknown, or more often than daily by cron. */
  readonly timer: string | null;
};

/**
 * One thing that a program said of a plan's files; path: of the file it is about, null where none is named.
 */
export type RehearsalFinding = {
  readonly severity: Notice["severity"];
  readonly path: string | null;
  readonly text: string;
};

/** The same for logrotate. */
export const LOGROTATE_FOLDER = "/etc/logrotate.d/";

/**
 * What the plans of one host need rehearsed; null: nothing that they write is read by systemd or logrotate.
 * Files that hold a secret stay here.
 */
export function rehearsalOf(planned: readonly Planned[]): RehearsalRequest | null {
  const changes = planned.flatMap(({ plan }) =>
    plan.changes.flatMap(({ resource, after }) => (resource.kind === "file" ? [{ resource, after }] : [])),
  );
  const written = changes
    .filter(({ resource, after }) => after !== null && !resource.secret)
    .map(({ resource }) => resource);
  const units = filesIn(`${UNIT_FOLDER}/`, written).filter(({ name }) => UNIT_FILE.test(name));
  const isNew = newNames(planned);
  const rotation = filesIn(LOGROTATE_FOLDER, written).map(({ name, content }) => ({
    name,
    content: withKnownNames(content, isNew),
  }));
  const gone = changes.filter(({ after }) => after === null).map(({ resource }) => resource);
  const logrotate = [
    ...rotation,
    ...filesIn(LOGROTATE_FOLDER, gone).map(({ name }) => ({ name, content: null })),
  ];
  if (units.length + rotation.length === 0) return null;
  return { units, logrotate, verify: [...new Set(units.map(({ name }) => unitOf(name)))].sort() };
}

/**
 * The unit that a file below /etc/systemd/system is for: its own, or that of the folder of drop-ins that it
 * lies in.
 */
export function unitOf(name: string): string {
  return name.replace(/\.d\/[^/]+$/, "");
}

const TYPE = "(?:service|socket|mount|automount|swap|timer|path|slice|scope|target)";
/**
 * A unit's own file, or a drop-in for one unit; those for all units of a type or prefix have no unit to be
 * read with.
 */
const UNIT_FILE = new RegExp(`^[^/]+\\.${TYPE}$|^[^/]*[^/-]\\.${TYPE}\\.d/[^/]+\\.conf$`);

function filesIn(
  folder: string,
  files: readonly FileResource[],
): readonly { readonly name: string; readonly content: Uint8Array }[] {
  return files
    .filter(({ path }) => path.startsWith(folder))
    .map(({ path, content }) => ({ name: path.slice(folder.length), content }));
}

/** Users and groups that the same transaction makes. */
function newNames(planned: readonly Planned[]): ReadonlySet<string> {
  const accounts = planned.flatMap(({ plan }) =>
    plan.changes.flatMap(({ resource }) => (resource.kind === "account" ? [resource] : [])),
  );
  return new Set(accounts.flatMap(({ user, group, groups }) => [user, group, ...groups]));
}

/**
 * logrotate skips a file that names a user who is not there yet, and would find nothing else in it: root
 * takes the place of who is made along.
 */
function withKnownNames(content: Uint8Array, isNew: ReadonlySet<string>): Uint8Array {
  const stand = (name: string): string => (isNew.has(name) ? "root" : name);
  const text = new TextDecoder().decode(content);
  const known = text.replace(
    /^(\s*(?:su|create(?:olddir)? +\d+) +)(\S+) +(\S+)$/gm,
    (_line, start: string, user: string, group: string) => `${start}${stand(user)} ${stand(group)}`,
  );
  return new TextEncoder().encode(known);
}
