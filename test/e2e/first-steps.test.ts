/**
 * The first ten minutes: the built package, an empty folder, a host of one's own; init, check, plan, apply,
 * with what check says typed as it stands.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dist } from "../support/dist.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";

type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

const exec = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "svcdeploy-first-"));
const project = join(folder, "shop");
let host: TestHost;

beforeAll(async () => {
  mkdirSync(join(folder, "home/.ssh"), { recursive: true, mode: 0o700 });
  mkdirSync(project);
  // Far from the checkout and its packages.
  cpSync(dist, join(folder, "package/dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package/package.json"));
  host = await startHost({ systemd: 252 });
  cpSync(host.identity, join(folder, "home/.ssh/id_ed25519"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await removeHosts();
});

/** The packed command in the project's folder, with nothing but a home that has a key. */
async function svcdeploy(...words: readonly string[]): Promise<Run> {
  const env = { PATH: process.env.PATH ?? "", HOME: join(folder, "home"), COLUMNS: "80" };
  try {
    return {
      code: 0,
      ...(await exec(process.execPath, [join(folder, "package/dist/main.js"), ...words], {
        cwd: project,
        env,
      })),
    };
  } catch (error) {
    const { code, stdout, stderr } = error as Run;
    return { code, stdout, stderr };
  }
}

const check = (): Promise<Run> => svcdeploy("check", "--env", "prod");
/** A command that check told to type, without the remark behind it. */
function told({ stdout }: Run, start: string): string {
  const line = stdout.split("\n").find((each) => each.trim().startsWith(start));
  if (line === undefined) throw new Error(`check did not say to type ${start}:\n${stdout}`);
  return line.replace(/ {3}#.*$/, "").trim();
}

test("init in the empty folder names the next two commands", async () => {
  const run = await svcdeploy("init", `deploy@127.0.0.1:${host.port}`);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(run.stdout.match(/^ {2}svcdeploy .*$/gm)).toEqual([
    "  svcdeploy check --env prod",
    "  svcdeploy plan --env prod",
  ]);
});

test("a key that no one knows: 77, its fingerprint, and the line to trust it", async () => {
  const run = await check();
  expect(run.code).toBe(77);
  const onHost = await host.shell("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
  expect(run.stdout).toContain(onHost.split(" ")[1]);
  await exec("sh", ["-c", told(run, "echo ")]);
});

test("check: ready, over one connection, and nothing on the host is touched", async () => {
  const logins = (): Promise<string> =>
    host.shell("journalctl --sync; journalctl -q -u ssh -o cat | grep -c 'Accepted publickey' || :");
  const before = Number(await logins());
  await host.shell("touch /tmp/mark; sleep 1.1");
  const run = await check();
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(run.stdout).toMatch(/^ready: host1 \(systemd 252, cgroup v[12]\)$/m);
  expect(Number(await logins())).toBe(before + 1);
  expect(
    await host.shell("find /etc /opt /var/lib /usr -newer /tmp/mark | grep -v '^/var/lib/private' | wc -l"),
  ).toBe("0\n");
});

test("plan, apply and plan again, with what init wrote as it stands", async () => {
  const plan = await svcdeploy("plan", "--env", "prod");
  expect({ code: plan.code, stderr: plan.stderr }).toEqual({ code: 0, stderr: "" });
  expect(plan.stdout).toContain("start heartbeat.service");
  const apply = await svcdeploy("apply", "--env", "prod", "--yes");
  expect({ code: apply.code, stderr: apply.stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    await host.shell(
      "systemctl is-active heartbeat; journalctl -u heartbeat -o cat | grep -m 1 'still here'",
    ),
  ).toBe("active\nstill here\n");
  expect((await svcdeploy("plan", "--env", "prod")).stdout).toContain("No changes");
  expect(
    (await svcdeploy("apply", "--env", "prod", "--yes", "--set", "heartbeat.message=changed")).code,
  ).toBe(0);
  expect(await host.shell("journalctl -u heartbeat -o cat | grep -m 1 changed")).toBe("changed\n");
});

test("a held dpkg lock: 1 and who holds it; free again: 0", async () => {
  // fcntl(2)'s F_SETLK with a write lock on the whole file, as dpkg takes it.
  const lock =
    'open(F, ">>", "/var/lib/dpkg/lock-frontend"); $l = pack("ssx4qqix4", 1, 0, 0, 0, 0); fcntl(F, 6, $l) or die; exec "sleep", "60";';
  await host.exec(["sh", "-c", "cat >/tmp/lock.pl"], `$^F = 9; ${lock}`);
  await host.shell("systemd-run -q --unit=holder perl /tmp/lock.pl; sleep 1");
  const pid = (await host.shell("systemctl show -p MainPID --value holder")).trim();
  const held = await check();
  expect(held.code).toBe(1);
  expect(held.stdout).toContain(`sleep (pid ${pid}) holds /var/lib/dpkg/lock-frontend`);
  await host.shell("systemctl stop holder");
  expect((await check()).code).toBe(0);
});

test("another run, a full disk, a pending reboot, a failed unit, a tree on a host that cannot look through it", async () => {
  const id = "0123456789abcdef0123456789abcdef";
  const service = join(project, "services/heartbeat.yaml");
  const before = readFileSync(service, "utf8");
  writeFileSync(service, before.replace("source: artifacts/heartbeat", "source: artifacts/heartbeat/"));
  await host.shell("mv /usr/bin/setpriv /usr/bin/setpriv.away");
  await host.shell(
    `mkdir -p /var/lib/svcdeploy/txn/${id} && cd /var/lib/svcdeploy/txn/${id} && echo ROLLBACK_FAILED >state && echo eve@else >owner`,
  );
  await host.shell(
    "mount -t tmpfs -o size=1m none /opt && touch /run/reboot-required; systemd-run -q --unit=broken false || :",
  );
  const run = await check();
  await host.shell("mv /usr/bin/setpriv.away /usr/bin/setpriv");
  writeFileSync(service, before);
  await host.shell(
    `umount /opt; rm -r /run/reboot-required /var/lib/svcdeploy/txn/${id}; systemctl reset-failed`,
  );
  expect(run.code).toBe(1);
  for (const words of [
    "eve@else",
    "1.0 MiB are free on /opt",
    "reboot is pending",
    "broken.service",
    "the host lacks setpriv",
  ])
    expect(run.stdout).toContain(words);
});

test("a login without sudo: 77, and what it says to type on the host fixes it", async () => {
  const inventory = join(project, "inventory/prod.yaml");
  writeFileSync(inventory, readFileSync(inventory, "utf8").replace("user: deploy,", "user: nosudo,"));
  const run = await check();
  expect(run.code).toBe(77);
  expect(run.stdout).toContain("sudo refuses");
  await host.shell(told(run, "echo "));
  expect((await check()).code).toBe(0);
});

test("init in the folder that is a project now: 64, and it says what is there", async () => {
  const run = await svcdeploy("init");
  expect(run.code).toBe(64);
  expect(run.stderr.replaceAll("\n", " ")).toContain(
    "it contains .gitignore, .svcdeploy, artifacts, inventory, playbooks, services, svcdeploy.yaml",
  );
});
