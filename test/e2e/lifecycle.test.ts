/**
 * A service's life on real systemd 247, 252 and 257 at once: first apply, nothing to do, each kind of change,
 * drift, repair.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cgroupMode, removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

let hosts: readonly TestHost[] = [];
let shop: Workshop;

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
  shop = makeWorkshop(hosts);
  console.log(`cgroups where the hosts run: ${cgroupMode()}`);
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

const everywhere = async (line: string): Promise<readonly string[]> =>
  (await Promise.all(hosts.map((host) => host.shell(line)))).map((text) => text.trim());
const invocations = (): Promise<readonly string[]> =>
  everywhere("systemctl show -p InvocationID --value web.service");
const processes = (): Promise<readonly string[]> =>
  everywhere("systemctl show -p MainPID --value web.service");
const everywhereSame = (value: string): string[] => hosts.map(() => value);

test("a plan of a service that no host has is no error, and says 2 when asked in detail", async () => {
  const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
  expect(plan.stderr).toBe("");
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain("h1, h2, h3");
  expect(plan.stdout).toContain("start web.service");
  expect(plan.stdout).toContain("/etc/systemd/system/web.service");
});

test("apply without a terminal and without --yes is refused and touches nothing", async () => {
  const run = await shop.run(["apply", "--env", "prod"]);
  expect(run.code).toBe(64);
  expect(run.stderr).toContain("--yes");
  expect(await everywhere("ls /var/lib/svcdeploy 2>/dev/null | wc -l")).toEqual(everywhereSame("0"));
});

test("the first apply creates, enables, starts and verifies everything", async () => {
  const run = await shop.run(["apply", "--env", "test", "--yes"]);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(run.stdout.match(/\bchanged\b/g)?.length).toBeGreaterThanOrEqual(3);
  expect(await everywhere("systemctl is-active web.service; systemctl is-enabled web.service")).toEqual(
    everywhereSame("active\nenabled"),
  );
  expect(
    await everywhere(
      "stat -c '%a %U:%G' /etc/svcdeploy/env/web.env /opt/web/current/web.pl /etc/systemd/system/web.service",
    ),
  ).toEqual(everywhereSame("600 root:root\n755 root:root\n644 root:root"));
  expect(
    await everywhere(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
    ),
  ).toEqual(everywhereSame("GREETING=hello"));
  expect(await everywhere("ps -o user= -p $(systemctl show -p MainPID --value web.service)")).toEqual(
    everywhereSame("web"),
  );
});

test("the transaction left one line in the journal and the same in the host's record, a manifest and a generation", async () => {
  const [line] = await everywhere("cat /var/lib/svcdeploy/runs");
  expect(line).toMatch(
    /^run=[0-9a-f]{32} project=workshop user=\S+ controller=\S+ commit=\S+ tree=\S+ env=test command=apply services=web plan=[0-9a-f]{16} txn=[0-9a-f]{32} at=\d+ result=confirmed$/,
  );
  expect(await everywhere("journalctl -q -t svcdeploy -o cat | grep -c result=")).toEqual(
    everywhereSame("1"),
  );
  expect(await everywhere("cat /var/lib/svcdeploy/projects/workshop/web | grep -c .")).not.toContain("0");
  expect(await everywhere("readlink /var/lib/svcdeploy/current /var/lib/svcdeploy/stable")).toEqual(
    everywhereSame("gen/1\ngen/1"),
  );
  expect(await everywhere("ls -d /.svcdeploy-stage 2>/dev/null | wc -l")).toEqual(everywhereSame("0"));
});

test("a second apply changes nothing, writes nothing and restarts nothing", async () => {
  const before = await invocations();
  await everywhere("touch /tmp/mark; sleep 1.1");
  const run = await shop.run(["apply", "--env", "test", "--yes"]);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(run.stdout).toContain("No changes");
  expect(await invocations()).toEqual(before);
  expect(await everywhere("find /etc /opt /var/lib/svcdeploy -newer /tmp/mark | wc -l")).toEqual(
    everywhereSame("0"),
  );
});

test("drift and verify find nothing", async () => {
  expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
  const verify = await shop.run(["verify", "--env", "test"]);
  expect(verify.code).toBe(0);
  expect(verify.stdout).toContain("active");
});

test("render writes exactly the bytes that are on the hosts", async () => {
  const out = join(shop.folder, "rendered");
  expect((await shop.run(["render", "--env", "test", "--host", "h1", "--out", out])).code).toBe(0);
  for (const path of ["/etc/systemd/system/web.service", "/etc/svcdeploy/env/web.env", "/etc/web/web.conf"]) {
    expect(readFileSync(join(out, "h1", path), "utf8").trim()).toBe((await everywhere(`cat ${path}`))[0]);
  }
});

test("a changed value restarts once, and the plan says why", async () => {
  const before = await invocations();
  const change = ["--env", "test", "--set", "greeting=good morning"];
  const plan = await shop.run(["plan", ...change]);
  expect(plan.stdout).toMatch(/restart web\.service: environment changed/);
  expect(plan.stdout).toContain("good morning");
  expect((await shop.run(["apply", ...change, "--yes"])).code).toBe(0);
  const after = await invocations();
  for (const [index, id] of after.entries()) expect(id).not.toBe(before[index]);
  expect(await everywhere("systemctl show -p NRestarts --value web.service")).toEqual(everywhereSame("0"));
  expect((await shop.run(["apply", ...change, "--yes"])).stdout).toContain("No changes");
});

test("a changed configuration reloads; the process stays", async () => {
  const before = await processes();
  const change = [
    "--env",
    "test",
    "--set",
    "greeting=good morning",
    "--set",
    "conf.extra=yes",
    "--values",
    "more.yaml",
  ];
  shop.write("more.yaml", "conf: { extra: x }\n");
  shop.write("values/test.yaml", "conf: { extra: no }\n");
  const plan = await shop.run(["plan", ...change.slice(0, 6)]);
  expect(plan.stdout).toMatch(/reload web\.service: web\.conf changed/);
  expect((await shop.run(["apply", ...change.slice(0, 6), "--yes"])).code).toBe(0);
  expect(await processes()).toEqual(before);
  expect(await everywhere("cat /etc/web/web.conf")).toEqual(everywhereSame("version=1.0\nextra=yes"));
});

test("a new version goes beside the old one and the link flips", async () => {
  const change = ["--env", "test", "--set", "version=1.1"];
  expect((await shop.run(["apply", ...change, "--yes"])).code).toBe(0);
  expect(await everywhere("ls /opt/web/releases | wc -l")).toEqual(everywhereSame("2"));
  expect(await everywhere("readlink /opt/web/current")).toEqual(
    (await everywhere("ls -d /opt/web/releases/1.1-*")).map((path) => path.replace("/opt/web/", "")),
  );
  expect(await everywhere("curl -s http://127.0.0.1:18080/")).toEqual(
    everywhereSame('{"status":"ok","version":"1.1"}'),
  );
});

test("an edit by hand is found as drift and put back, without a restart, as the process runs from the right content", async () => {
  const change = ["--env", "test", "--set", "version=1.1"];
  const before = await invocations();
  await everywhere(
    "sed -i 's/^Restart=.*/Restart=no/' /etc/systemd/system/web.service; chmod 644 /etc/svcdeploy/env/web.env",
  );
  const drift = await shop.run(["drift", ...change]);
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain("-Restart=no");
  expect(drift.stdout).toContain("+Restart=on-failure");
  expect(drift.stdout).toContain("/etc/svcdeploy/env/web.env");
  expect((await shop.run(["apply", ...change, "--yes"])).code).toBe(0);
  expect(await invocations()).toEqual(before);
  expect(
    await everywhere("grep ^Restart= /etc/systemd/system/web.service; stat -c %a /etc/svcdeploy/env/web.env"),
  ).toEqual(everywhereSame("Restart=on-failure\n600"));
  expect((await shop.run(["drift", ...change])).code).toBe(0);
});

test("a restart that someone owes is found: edited, restarted by hand, put back and restarted", async () => {
  const change = ["--env", "test", "--set", "version=1.1"];
  await everywhere(
    "sed -i 's/GREETING=.*/GREETING=bye/' /etc/svcdeploy/env/web.env; systemctl restart web.service",
  );
  const before = await invocations();
  expect((await shop.run(["apply", ...change, "--yes"])).code).toBe(0);
  for (const [index, id] of (await invocations()).entries()) expect(id).not.toBe(before[index]);
  expect(
    await everywhere(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
    ),
  ).toEqual(everywhereSame("GREETING=hello"));
});

test("a service that was stopped is drift, fails verify with is-active's word, and apply starts it", async () => {
  const change = ["--env", "test", "--set", "version=1.1"];
  await everywhere("systemctl stop web.service");
  const drift = await shop.run(["drift", ...change]);
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain("inactive");
  const verify = await shop.run(["verify", ...change]);
  expect(verify.code).toBe(1);
  expect(verify.stdout).toContain("inactive");
  expect((await shop.run(["apply", ...change, "--yes"])).code).toBe(0);
  expect((await shop.run(["drift", ...change])).code).toBe(0);
});

test("plan --output json is a versioned document without anything to do in it", async () => {
  const plan = await shop.run(["plan", "--env", "test", "--set", "version=1.1", "--output", "json"]);
  const document: unknown = JSON.parse(plan.stdout);
  expect(document).toMatchObject({ schema: "svcdeploy.plan/1" });
});
