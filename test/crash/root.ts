/** The host of the plain-sh world: a folder with the machine's programs and nothing else of the machine. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** work: the folder of one worker; root: the host's tree in it. */
export type Root = { readonly work: string; readonly root: string };

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const STAND_INS = [
  "systemd-run",
  "systemd-sysctl",
  "systemd-tmpfiles",
  "journalctl",
  "timeout",
  "sleep",
  "flock",
];
/** What the suite itself asks the stand-ins for. */
const ASKED = ["boot", "drift"];
/** What of the host is kept and brought back as a whole. */
const PARTS = ["etc", "opt", "var", "srv", "run", "tmp", "home", "root"];

/** Runs a command; throws with what it said where it fails. */
export function run(command: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", input });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${error?.message ?? stderr}`);
  return stdout;
}

/**
 * Makes the tree and compiles what counts and what answers for systemd. Only in namespaces of its own, for
 * mounts, processes and the network: what is mounted goes with it, and /proc/sys/net is its own.
 */
export function makeRoot(work: string): Root {
  const root = join(work, "root");
  mkdirSync(work, { recursive: true });
  run("mount", ["-t", "tmpfs", "-o", "mode=0755", "crash", work]);
  for (const name of ["usr", "proc", "dev", "sys", "stand/bin", "stand/host", ...PARTS])
    mkdirSync(join(root, name), { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) run("cp", ["-a", `/${name}`, join(root, name)]);
  run("mount", ["--rbind", "/usr", join(root, "usr")]);
  for (const name of ["null", "zero", "urandom"]) {
    writeFileSync(join(root, "dev", name), "");
    run("mount", ["--bind", `/dev/${name}`, join(root, "dev", name)]);
  }
  run("mount", ["-t", "proc", "proc", join(root, "proc")]);
  writeFileSync(join(root, "stand/uptime"), "100000.00 0.00\n");
  writeFileSync(join(root, "stand/boot"), "00000000-0000-4000-8000-000000000001\n");
  run("mount", ["--bind", join(root, "stand/uptime"), join(root, "proc/uptime")]);
  run("mount", ["--bind", join(root, "stand/boot"), join(root, "proc/sys/kernel/random/boot_id")]);
  run("gcc", ["-O1", "-o", join(work, "strike"), here("./strike.c")]);
  compileStandIn(join(root, "stand/bin/systemctl"));
  for (const name of [...STAND_INS, ...ASKED]) run("ln", ["-sf", "systemctl", join(root, "stand/bin", name)]);
  return { work, root };
}

/** Compiles what answers for systemd. more: options of the compiler. */
export function compileStandIn(to: string, more: readonly string[] = []): void {
  const sources = ["stand.c", "units.c", "manager.c", "settings.c"].map((name) => here(`./stand/${name}`));
  run("gcc", ["-O1", ...more, "-o", to, ...sources]);
}

/** The host before anything of ours was on it. */
export function makeBare({ root }: Root, recoveryUnit: string): void {
  for (const name of [...PARTS, "stand/host"]) rmSync(join(root, name), { recursive: true, force: true });
  const system = "etc/systemd/system";
  for (const name of [
    `${system}/multi-user.target.wants`,
    "etc/app",
    "etc/sysctl.d",
    "etc/tmpfiles.d",
    "var/lib",
    "stand/host/units",
    "stand/host/inputs",
    "stand/host/enabled",
    ...PARTS,
  ])
    mkdirSync(join(root, name), { recursive: true });
  cpSync("/etc/ld.so.cache", join(root, "etc/ld.so.cache"));
  writeFileSync(
    join(root, "etc/passwd"),
    "root:x:0:0:root:/root:/bin/sh\napp:x:990:990::/:/usr/sbin/nologin\n",
  );
  writeFileSync(join(root, "etc/group"), "root:x:0:\napp:x:990:\n");
  writeFileSync(join(root, system, "svcdeploy-recover.service"), recoveryUnit);
  run("ln", ["-s", `/${system}/svcdeploy-recover.service`, join(root, system, "multi-user.target.wants")]);
  writeFileSync(join(root, "stand/host/invocations"), "0\n");
}

/** Runs a script in the tree, its input given. */
export function inRoot({ root }: Root, script: string, input: string | Uint8Array): string {
  const path = "PATH=/stand/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const { status, stdout, stderr } = spawnSync(
    "chroot",
    [root, "/usr/bin/env", "-i", path, "/bin/sh", "-c", script],
    {
      input,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`a script in the tree ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

/** Keeps the host as it is now under a name. */
export function keep({ work, root }: Root, name: string): string {
  const kept = join(work, name);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(join(kept, "stand"), { recursive: true });
  for (const part of PARTS) run("cp", ["-a", join(root, part), kept]);
  run("cp", ["-a", join(root, "stand/host"), join(kept, "stand")]);
  const values = readValues({ work, root });
  writeFileSync(join(kept, "stand/host/values"), values.map((row) => `${row.join(" ")}\n`).join(""));
  return kept;
}

/** The kernel's values that are looked at: path and value, in the order in which they can be set again. */
export function readValues(root: Root): readonly (readonly [path: string, value: string])[] {
  const paths = readIn(root, "stand/host/values")
    .split("\n")
    .filter((row) => row !== "");
  return paths.map((row) => row.split(" ")[0] ?? "").map((path) => [path, readIn(root, path).trim()]);
}

/**
 * Writes a command that keeps the host, and all that stands beside it, as it is at a point of strike: in a folder with
 * the point's number, as what kill -9 would leave there.
 */
export function keeper({ work, root }: Root, folder: string): string {
  const path = join(work, `keep-${basename(folder)}`);
  const lines = [
    `to=${folder}/$POINT; stage=''`,
    `mkdir -p "$to/stand" && cd ${root} || exit 1`,
    "[ ! -d .svcdeploy-stage ] || stage=.svcdeploy-stage",
    `cp -a ${PARTS.join(" ")} $stage "$to" && cp -a stand/host stand/uptime "$to/stand" || exit 1`,
    // cat: a shell's read takes one byte at a time, and the kernel gives a value only from its start.
    `while IFS=' ' read -r path value; do echo "$path $(cat "${root}$path")"; done <stand/host/values >"$to/stand/host/values"`,
  ];
  writeFileSync(path, `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  return path;
}

/** Where a file of this folder is. */
export const beside = here;

/** Reads a file of the host, or "" where there is none. */
export function readIn({ root }: Root, path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

/** Makes the folders above a path of the host. */
export function makeAbove({ root }: Root, path: string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  return full;
}
