/** What a host is, as text that two moments can be compared by: files with their content, and units. */
import type { TestHost } from "./hosts.ts";

const ROOTS = "/etc /opt /var/lib/svcdeploy";
/**
 * What a transaction leaves behind although it was undone: its journal and record, what each process was
 * started from, and the artifact that it brought.
 */
const GROWING = ["txn", "runs", "units", "upload"].map((name) => `/var/lib/svcdeploy/${name}`);

/**
 * Every file, folder and link under /etc, /opt and /var/lib/svcdeploy: type, mode, owner, and hash or target;
 * one a line. without: paths to leave out.
 */
export function filesOf(host: TestHost, without: readonly string[] = []): Promise<string> {
  return host.shell(
    `find ${ROOTS} ${prune(without)} -printf '%p %y %m %u:%g %l\\n' 2>/dev/null | sort
find ${ROOTS} ${prune(without)} -type f -exec sha256sum {} + 2>/dev/null | sort -k 2`,
  );
}

/**
 * As filesOf, with the time at which each inode last changed: the same only where nothing was written at all.
 */
export function traceOf(host: TestHost): Promise<string> {
  return host.shell(`find ${ROOTS} -printf '%p %y %m %u:%g %l %C@\\n' 2>/dev/null | sort`);
}

/**
 * What systemd says of units, processes included; the same only where nothing was started, stopped or
 * reloaded.
 */
export function processesOf(host: TestHost, ...units: readonly string[]): Promise<string> {
  return host.shell(
    `systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,MainPID,InvocationID,NRestarts ${units.join(" ")}`,
  );
}

/** The same without what every start makes anew. */
export function unitsOf(host: TestHost, ...units: readonly string[]): Promise<string> {
  return host.shell(`systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState ${units.join(" ")}`);
}

/** Jobs that systemd has queued or runs; empty when it is idle. */
export async function jobsOf(host: TestHost): Promise<string> {
  const listed = await host.shell("systemctl list-jobs --no-legend --no-pager");
  return listed
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^No jobs/.test(line))
    .join("\n");
}

function prune(without: readonly string[]): string {
  const paths = [...GROWING, ...without].map((path) => `-path ${path}`);
  return `\\( ${paths.join(" -o ")} \\) -prune -o`;
}
