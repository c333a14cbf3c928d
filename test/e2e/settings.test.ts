/**
 * Kernel settings and what systemd-tmpfiles makes on real systemd 247, 252 and 257 at once. The settings are
 * those of the containers' own network namespaces; this machine's are compared at the end.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const VERSIONS = versionsOr(252);

const LIMIT = 600_000;
const KEYS = [
  "net/core/somaxconn",
  "net/ipv4/ip_local_port_range",
  "net/ipv4/tcp_rmem",
  "net/ipv4/conf/lo/rp_filter",
];
const FILE = "/etc/sysctl.d/svcdeploy-web.conf";
const PATHS = "/etc/tmpfiles.d/svcdeploy-web.conf";
const outside = (): readonly string[] => KEYS.map((key) => readFileSync(`/proc/sys/${key}`, "utf8"));

let hosts: readonly TestHost[];
let shop: Workshop;
const before = outside();
const state = mkdtempSync(join(tmpdir(), "svcdeploy-settings-"));

beforeAll(async () => {
  hosts = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "settings" })));
  shop = makeWorkshop(hosts);
}, LIMIT);
afterAll(async () => {
  shop?.remove();
  rmSync(state, { recursive: true, force: true });
  await removeHosts();
  expect(outside()).toEqual(before);
}, 120_000);

const SETTINGS = 'sysctl: { net.core.somaxconn: 1234, net.ipv4.tcp_rmem: "4096 131072 5242880" }\n';
const declare = (extra: string, service = ""): void =>
  shop.write("services/web.yaml", webService({ extra, service }));
const everywhere = async (line: string): Promise<readonly string[]> =>
  (await Promise.all(hosts.map((host) => host.shell(line)))).map((text) => text.trim());
const all = (text: string): readonly string[] => hosts.map(() => text);
const values = (...keys: readonly string[]): Promise<readonly string[]> =>
  everywhere(`cd /proc/sys && cat ${keys.join(" ")} | tr '\t' ' '`);
const apply = (...more: readonly string[]): Promise<Run> =>
  shop.run(["apply", "--env", "test", "--yes", ...more]);
/** Waits until a shell line succeeds on a host. */
const comes = (host: TestHost, line: string): Promise<true> =>
  until(120_000, line, async () => ((await host.exec(["sh", "-c", line])).status === 0 ? true : null), 50);
const writable = (): Promise<readonly string[]> => everywhere("mount -o remount,rw /proc/sys");

async function applied(...more: readonly string[]): Promise<string> {
  const run = await apply(...more);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  return run.stdout;
}

test("where /proc/sys is read-only the plan refuses, and nothing is touched", {
  timeout: LIMIT,
}, async () => {
  declare("");
  await applied();
  declare(SETTINGS);
  const run = await apply();
  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toMatch(
    /net\.core\.somaxconn, net\.ipv4\.tcp_rmem cannot be set: \/proc\/sys is\s+mounted read-only/,
  );
  expect(await everywhere(`ls ${FILE} 2>/dev/null | wc -l`)).toEqual(all("0"));
  await writable();
});

test("a plan shows what would be set, and an apply sets it before the service starts", {
  timeout: LIMIT,
}, async () => {
  const [old = ""] = await values("net/core/somaxconn");
  const plan = await shop.run(["plan", "--env", "test"]);
  expect(plan.stdout).toContain(`net.core.somaxconn ${old} → 1234`);
  expect(plan.stdout).toContain(`sysctl ${FILE}`);
  await applied();
  expect(await values("net/core/somaxconn", "net/ipv4/tcp_rmem")).toEqual(all("1234\n4096 131072 5242880"));
  const again = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
  expect(again.code, again.stdout).toBe(0);
  const none = await shop.run(["drift", "--env", "test"]);
  expect(none.code, none.stdout).toBe(0);
});

test("a value that was set by hand is drift of the host; a heal sets it again and restarts nothing", {
  timeout: LIMIT,
}, async () => {
  await everywhere("echo 77 >/proc/sys/net/core/somaxconn");
  const runs = await everywhere("systemctl show -p InvocationID --value web.service");
  const drift = await shop.run(["drift", "--env", "test", "--output", "json"]);
  expect(drift.code).toBe(2);
  const found: { readonly hosts: readonly { readonly findings: readonly Record<string, unknown>[] }[] } =
    JSON.parse(drift.stdout);
  for (const { findings } of found.hosts)
    expect(findings).toMatchObject([
      {
        kind: "setting",
        subject: FILE,
        origin: "host",
        since: null,
        text: "net.core.somaxconn is 77, not 1234",
      },
    ]);
  const plan = await shop.run(["plan", "--env", "test"]);
  expect(plan.stdout).toContain("net.core.somaxconn 77 → 1234");
  const heal = await shop.run(["drift", "--env", "test", "--heal", "--grace", "0", "--state", state]);
  expect(heal.code, heal.stdout + heal.stderr).toBe(0);
  expect(await values("net/core/somaxconn")).toEqual(all("1234"));
  expect(await everywhere("systemctl show -p InvocationID --value web.service")).toEqual(runs);
});

test("an unhealthy release is undone: the old values are back, and what others set meanwhile stays and is named", {
  timeout: LIMIT,
}, async () => {
  // The service fails its start after someone has set a third value.
  declare(
    'sysctl: { net.core.somaxconn: 2345, net.ipv4.tcp_rmem: "4096 131072 5242880", net.ipv4.ip_local_port_range: "20000 50000" }\n',
    "  ExecStartPre: [\"+/bin/sh -c 'echo 30000 40000 >/proc/sys/net/ipv4/ip_local_port_range'\", /bin/false]\n",
  );
  const run = await apply();
  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toContain("/proc/sys/net/ipv4/ip_local_port_range");
  expect(await values("net/core/somaxconn", "net/ipv4/ip_local_port_range")).toEqual(
    all("1234\n30000 40000"),
  );
  expect(await everywhere(`grep -c = ${FILE}; systemctl is-active web.service`)).toEqual(all("2\nactive"));
});

test("a key that changes another: both have their old values after an undo", {
  timeout: LIMIT,
}, async () => {
  // A change of ip_forward sets accept_redirects of all interfaces to the other value.
  const keys = ["net/ipv4/conf/all/accept_redirects", "net/ipv4/ip_forward"];
  for (const before of ["0\n0", "1\n0", "0\n1"]) {
    const [redirects, forward] = before.split("\n");
    await everywhere(`cd /proc/sys && echo ${forward} >${keys[1]} && echo ${redirects} >${keys[0]}`);
    const other = forward === "0" ? 1 : 0;
    declare(
      `sysctl: { net.ipv4.ip_forward: ${other}, net.ipv4.conf.all.accept_redirects: ${redirects} }\n`,
      "  ExecStartPre: /bin/false\n",
    );
    const run = await apply();
    expect(run.code).not.toBe(0);
    expect(await values(...keys), run.stdout + run.stderr).toEqual(all(before));
    expect(run.stdout + run.stderr).not.toContain("/proc/sys/net/ipv4");
  }
});

test("a key that this kernel does not have, and one that is read-only, are refused before anything is touched", {
  timeout: LIMIT,
}, async () => {
  declare("sysctl: { net.core.no_such_key: 1 }\n");
  const run = await apply();
  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toMatch(/net\.core\.no_such_key cannot be set: this host has no/);
  declare("sysctl: { net.ipv4.tcp_available_congestion_control: cubic_ }\n");
  const fixed = await apply();
  expect(fixed.stdout + fixed.stderr).toContain("is read-only: the kernel alone decides it");
  expect(await everywhere(`grep -c = ${FILE}`)).toEqual(all("2"));
});

test("a value that the kernel does not take fails the transaction and is undone", {
  timeout: LIMIT,
}, async () => {
  declare("sysctl: { net.core.somaxconn: 3456, net.ipv4.tcp_congestion_control: no_such_one }\n");
  const run = await apply();
  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toMatch(
    /net\.ipv4\.tcp_congestion_control is \w+, not no_such_one: the kernel did not\s+take it/,
  );
  expect(await values("net/core/somaxconn")).toEqual(all("1234"));
});

test("/proc/sys that turns read-only behind the plan fails with the reason, and is undone", {
  timeout: LIMIT,
}, async () => {
  declare("sysctl: { net.core.somaxconn: 4567 }\n");
  // The probe still sees it writable: the mount turns as the file is swapped in.
  const folder = "/run/systemd/system";
  await everywhere(
    [
      `printf '[Path]\\nPathChanged=/etc/sysctl.d\\n' >${folder}/turn.path`,
      `printf '[Service]\\nType=oneshot\\nExecStart=/bin/mount -o remount,bind,ro /proc/sys\\n' >${folder}/turn.service`,
      "systemctl daemon-reload",
      "systemctl start turn.path",
    ].join(" && "),
  );
  const run = await apply();
  const said = run.stdout + run.stderr;
  await everywhere("systemctl stop turn.path; rm /run/systemd/system/turn.*; systemctl daemon-reload");
  await writable();
  const now = await values("net/core/somaxconn");
  // It depends on who was quicker: either it was set in time, or it failed with its reason and was undone.
  for (const value of now) expect(["4567", "1234"]).toContain(value);
  if (now.includes("1234")) expect(said).toContain("read-only");
});

test("killed before, in the middle of and after the act, a transaction is recovered to the old values", {
  timeout: LIMIT,
}, async () => {
  declare(SETTINGS);
  await applied();
  declare("sysctl: { net.core.somaxconn: 5678 }\n", "  ExecStartPre: /bin/sleep 4\n");
  const struck = async (seen: string): Promise<void> => {
    const run = apply();
    await Promise.all(hosts.map((host) => comes(host, seen)));
    await everywhere("systemctl kill --signal=KILL 'svcdeploy-*.service' || :");
    expect((await run).code).not.toBe(0);
    expect(await values("net/core/somaxconn")).toEqual(all("1234"));
    expect(await everywhere(`grep -c = ${FILE}; systemctl is-active web.service`)).toEqual(all("2\nactive"));
  };
  await struck("grep -qx 5678 /var/lib/svcdeploy/txn/*/settings/1/new");
  await struck("grep -qx 5678 /proc/sys/net/core/somaxconn");
});

test("a reboot in between, which sets the new values once more, ends with the old ones", {
  timeout: LIMIT,
}, async () => {
  const unit = [
    ...["[Unit]", "DefaultDependencies=no", "Before=systemd-sysctl.service"],
    ...["[Service]", "Type=oneshot", "ExecStart=/bin/mount -o remount,rw /proc/sys"],
    ...["[Install]", "WantedBy=sysinit.target"],
  ].join("\\n");
  await everywhere(
    `printf '${unit}' >/etc/systemd/system/writable.service; systemctl daemon-reload; systemctl enable -q writable.service`,
  );
  declare("sysctl: { net.core.somaxconn: 6789 }\n", "  ExecStartPre: /bin/sleep 4\n");
  const run = apply();
  await Promise.all(
    hosts.map(async (host) => {
      await comes(host, "grep -qx 6789 /proc/sys/net/core/somaxconn");
      await host.kill();
      await host.start();
    }),
  );
  expect((await run).code).not.toBe(0);
  await Promise.all(
    hosts.map((host) => comes(host, `grep -q 1234 ${FILE} && systemctl is-active web.service`)),
  );
  expect(await everywhere("systemctl is-active systemd-sysctl.service")).toEqual(all("active"));
  expect(await values("net/core/somaxconn")).toEqual(all("1234"));
});

test("tmpfiles: what the lines say is there before the service starts, for its own user", {
  timeout: LIMIT,
}, async () => {
  const check = "  ExecStartPre: [\"/bin/sh -c 'test -O /run/web-made'\"]\n  User: web\n";
  declare(`${SETTINGS}tmpfiles: [d /run/web-made 0750 web web -]\n`, check);
  const plan = await shop.run(["plan", "--env", "test"]);
  expect(plan.stdout).toContain("what it creates is not undone");
  await applied();
  expect(await everywhere("stat -c '%a %U:%G' /run/web-made")).toEqual(all("750 web:web"));
  expect((await shop.run(["plan", "--env", "test", "--detailed-exitcode"])).code).toBe(0);
  const explained = await shop.run(["explain", "web", "h1", "--env", "test"]);
  expect(explained.stdout).toMatch(/d \/run\/web-made 0750 web web -.*web\.yaml:\d+/);
  expect(explained.stdout).toMatch(/net\.core\.somaxconn = 1234.*web\.yaml:\d+/);
});

test("tmpfiles: a line that cannot be done fails the transaction with what systemd-tmpfiles says", {
  timeout: LIMIT,
}, async () => {
  declare(`${SETTINGS}tmpfiles: [d /run/web-made 0750 nobody-knows web -]\n`);
  const run = await apply();
  expect(run.code).not.toBe(0);
  expect(run.stdout + run.stderr).toMatch(
    /systemd-tmpfiles --create \S+ ended with 65:\s+\S+ Failed to resolve user 'nobody-knows'/,
  );
  expect(await everywhere(`cat ${PATHS} | tail -n 1`)).toEqual(all("d /run/web-made 0750 web web -"));
});

test("a key and a block that leave the service: the values stay until the next boot, and the plan says so", {
  timeout: LIMIT,
}, async () => {
  declare("sysctl: { net.core.somaxconn: 1234 }\n");
  const one = await applied();
  expect(one).toMatch(
    /no longer sets it: net\.ipv4\.tcp_rmem 4096 131072 5242880\s+stays in force until the\s+next boot/,
  );
  declare("");
  const plan = await shop.run(["plan", "--env", "test"]);
  expect(plan.stdout).toMatch(/is removed: net\.core\.somaxconn 1234 stays in force until\s+the next boot/);
  await applied();
  expect(await everywhere(`ls ${FILE} ${PATHS} 2>/dev/null | wc -l`)).toEqual(all("0"));
  expect(await values("net/core/somaxconn")).toEqual(all("1234"));
});

test("a rollback brings the older file and its values back", { timeout: LIMIT }, async () => {
  declare("sysctl: { net.core.somaxconn: 111 }\n");
  await applied();
  declare("sysctl: { net.core.somaxconn: 222 }\n");
  await applied();
  expect(await values("net/core/somaxconn")).toEqual(all("222"));
  const run = await shop.run(["rollback", "web", "--env", "test", "--yes"]);
  expect(run.code, run.stdout + run.stderr).toBe(0);
  expect(await values("net/core/somaxconn")).toEqual(all("111"));
  expect(await everywhere(`tail -n 1 ${FILE}`)).toEqual(all("net.core.somaxconn = 111"));
});
