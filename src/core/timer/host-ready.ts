/** Whether a host can run drift on its own: what it lacks, each with the fix. */

/** What a host said of itself. node, program, home: absolute paths, null where there is none. */
export type TimerHost = {
  readonly uid: string;
  readonly home: string | null;
  readonly systemd: boolean;
  readonly node: string | null;
  readonly nodeVersion: string;
  readonly program: string | null;
  readonly programVersion: string;
  readonly project: boolean;
  readonly environment: boolean;
};

/**
 * The program to run there: node and svcdeploy; home: where keys and known_hosts are looked for, null when
 * unknown.
 */
export type TimerProgram = { readonly node: string; readonly program: string; readonly home: string | null };

/** Node's version that svcdeploy needs. */
const NEEDED = [24, 12] as const;

/**
 * The program when nothing is missing; else every lack, a line each. project: the folder that was looked for
 * there.
 */
export function judgeTimerHost(
  found: TimerHost,
  asked: { readonly project: string; readonly environment: string },
): TimerProgram | { readonly lacks: readonly string[] } {
  const lacks = [
    found.uid === "0" ? null : "we are not root there: become: sudo in the inventory",
    found.systemd ? null : "systemd does not run there; use --crontab on it",
    found.node === null
      ? "no node in PATH or /usr/local/bin: install Node 24.12 or newer there"
      : oldNode(found),
    found.program === null
      ? "no svcdeploy in PATH or /usr/local/bin: copy the packed svcdeploy-VERSION.tgz there, npm install " +
        "--global ./svcdeploy-VERSION.tgz"
      : /^\d+\.\d+\.\d+/.test(found.programVersion)
        ? null
        : `${found.program} --version does not answer with a version`,
    found.project
      ? null
      : `there is no ${asked.project}/svcdeploy.yaml: clone the project there, and name its folder with ` +
        "--project-on",
    !found.project || found.environment
      ? null
      : `${asked.project} has no inventory/${asked.environment}.yaml there`,
  ].filter((lack) => lack !== null);
  const { node, program, home } = found;
  return lacks.length > 0 || node === null || program === null ? { lacks } : { node, program, home };
}

function oldNode({ node, nodeVersion }: TimerHost): string | null {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, "").split(".").map(Number);
  const [least, then] = NEEDED;
  return major > least || (major === least && minor >= then)
    ? null
    : `${node} is ${nodeVersion || "of no known version"}; ${NEEDED.join(".")} is needed`;
}
