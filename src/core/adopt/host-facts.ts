/** What a host says about units that are to be adopted. */
import type { HostFile } from "../unit-file/unit-search.ts";

/**
 * One unit as its manager shows it; fragment "" where it has no file of its own. dropIns and triggeredBy: in
 * the manager's order.
 */
export type LiveUnit = {
  readonly unit: string;
  readonly loadState: string;
  readonly activeState: string;
  readonly unitFileState: string;
  readonly fragment: string;
  readonly dropIns: readonly string[];
  readonly triggeredBy: readonly string[];
};

/** An account of the host's own files. group: the name of its primary group, null when it has none. */
export type LiveAccount = {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly group: string | null;
  readonly home: string;
};

/**
 * All of it. files: units, drop-ins, environment and logrotate files that could be read. links: paths among
 * them that are symbolic links, with their targets. unread: what could not be read, with the reason. owners:
 * paths that svcdeploy put there, as PROJECT/SERVICE. beside: by its name, each socket, timer and path of
 * /etc that starts one of the units or bears its name, and the jobs of timers and paths.
 */
export type AdoptFacts = {
  readonly units: readonly LiveUnit[];
  readonly beside: ReadonlyMap<string, LiveUnit>;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly links: ReadonlyMap<string, string>;
  readonly unread: ReadonlyMap<string, string>;
  readonly owners: ReadonlyMap<string, string>;
  readonly accounts: readonly LiveAccount[];
};

/** The files below these paths as the unit search takes them. */
export function hostFiles(facts: AdoptFacts, paths: readonly string[]): readonly HostFile[] {
  return paths.flatMap((path) => {
    const content = facts.files.get(path);
    return content === undefined ? [] : [{ path, content }];
  });
}
