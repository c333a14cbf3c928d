/**
 * Real hosts for the end-to-end tests: containers with systemd and sshd, from the images that
 * docker/images.sh builds.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeAgent, type Output } from "./host-agent.ts";

/** The systemd versions that there are hosts of: Debian 11, 12 and 13. */
export const systemdVersions = [247, 252, 257] as const;
/** One of them. */
export type SystemdVersion = (typeof systemdVersions)[number];

/**
 * What a file's cases run on whose subject is ours and not what a version of systemd does: one version in every run,
 * all of them in `npm run test:full`.
 */
export function versionsOr(one: SystemdVersion): readonly SystemdVersion[] {
  return process.env.SVCDEPLOY_TEST_VERSIONS === "all" ? systemdVersions : [one];
}

/** One running host. Users: root, deploy, nosudo, noisy, cshuser, fishuser, all by the key `identity`. */
export type TestHost = {
  /** The container's name and the host's. */
  readonly name: string;
  readonly systemd: SystemdVersion;
  readonly address: "127.0.0.1";
  /** sshd's port on this machine; stays the same over stop and start. */
  readonly port: number;
  /** Private key file. */
  readonly identity: string;
  /** known_hosts file of this host alone. */
  readonly knownHosts: string;
  /** Runs a command as root through the container engine, not over SSH; a status other than 0 is no error. */
  readonly exec: (command: readonly string[], stdin?: string | Uint8Array) => Promise<Output>;
  /** Runs a shell line as root and returns what it printed; throws when it fails. */
  readonly shell: (line: string) => Promise<string>;
  /** Shuts the host down in order. */
  readonly stop: () => Promise<void>;
  /** Boots it again and waits until it is ready. */
  readonly start: () => Promise<void>;
  /** Power cut: no process gets to do anything. */
  readonly kill: () => Promise<void>;
  /** Removes it for good. */
  readonly remove: () => Promise<void>;
};

const run = promisify(execFile);
const hostScript = fileURLToPath(new URL("../../docker/host.sh", import.meta.url));
const label = "svcdeploy.test-pid";

let folder: string | undefined;
let started = 0;

/** Starts a host and waits until it is ready (about two seconds). removeHosts removes it at the latest. */
export async function startHost(options: {
  readonly systemd: SystemdVersion;
  readonly name?: string;
}): Promise<TestHost> {
  const keys = prepare();
  started += 1;
  const name = `svcdeploy-test-${process.pid}-${started}${options.name === undefined ? "" : `-${options.name}`}`;
  const port = await upOnFreePort(name, options.systemd, `${keys}/id_ed25519.pub`);
  const knownHosts = join(keys, `known_hosts-${name}`);
  writeFileSync(
    knownHosts,
    (await run("sh", [hostScript, "known-hosts", name, "127.0.0.1", String(port)])).stdout,
  );
  const { exec, leave } = makeAgent(name);
  return {
    name,
    systemd: options.systemd,
    address: "127.0.0.1",
    port,
    identity: join(keys, "id_ed25519"),
    knownHosts,
    exec,
    shell: async (line) => {
      const output = await exec(["sh", "-c", line]);
      if (output.status !== 0)
        throw new Error(`${name}: ${line}: exit status ${output.status}: ${output.stderr}${output.stdout}`);
      return output.stdout;
    },
    stop: () => leaving(leave, "docker", "stop", "--time", "20", name),
    start: () => leaving(leave, "sh", hostScript, "start", name),
    kill: () => leaving(leave, "docker", "kill", "--signal", "KILL", name),
    remove: () => leaving(leave, "sh", hostScript, "down", name),
  };
}

/** What ends a host ends the agent there; one that is left from before the end is of no use. */
async function leaving(leave: () => void, command: string, ...words: readonly string[]): Promise<void> {
  await run(command, words);
  leave();
}

/** Removes every host and key of this process: for afterAll. */
export async function removeHosts(): Promise<void> {
  removeContainersOf(process.pid);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

/**
 * The file system type of /sys/fs/cgroup where the hosts run: cgroup2fs (v2) or tmpfs (v1); the tests print
 * it.
 */
export function cgroupMode(): string {
  return execFileSync("sh", [hostScript, "cgroup-mode"], { encoding: "utf8" }).trim();
}

/** Once a process: a folder with a key of its own, and no hosts left over from runs that died. */
function prepare(): string {
  if (folder !== undefined) return folder;
  for (const pid of deadRuns()) removeLeftOvers(pid);
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-test-"));
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "svcdeploy-test",
    "-f",
    join(folder, "id_ed25519"),
  ]);
  process.once("exit", () => void removeHosts());
  return folder;
}

/**
 * Docker gives a container another free port at every start, so a free one is chosen here; another process may be
 * quicker.
 */
async function upOnFreePort(name: string, systemd: SystemdVersion, publicKey: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      await run("sh", [
        hostScript,
        "up",
        name,
        String(systemd),
        String(port),
        publicKey,
        `${label}=${process.pid}`,
      ]);
      return port;
    } catch (error) {
      await run("sh", [hostScript, "down", name]);
      if (attempt === 3) throw error;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}

function deadRuns(): readonly number[] {
  const listed = execFileSync(
    "docker",
    ["ps", "--all", "--filter", `label=${label}`, "--format", `{{.Label "${label}"}}`],
    { encoding: "utf8" },
  );
  return [...new Set(listed.split("\n").filter(Boolean).map(Number))].filter((pid) => !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Two test files may both find what a dead run left; the engine tells the slower one that a removal is
 * already under way.
 */
function removeLeftOvers(pid: number): void {
  try {
    removeContainersOf(pid);
  } catch {
    process.stderr.write(`containers of the dead run ${pid} are being removed by somebody else\n`);
  }
}

function removeContainersOf(pid: number): void {
  const ids = execFileSync("docker", ["ps", "--all", "--quiet", "--filter", `label=${label}=${pid}`], {
    encoding: "utf8",
  });
  const found = ids.split("\n").filter(Boolean);
  if (found.length > 0) execFileSync("docker", ["rm", "--force", "--volumes", ...found], { stdio: "ignore" });
}
