/**
 * What fails on real hosts: what the operator reads, how the run exits, and what the host is afterwards.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filesOf, jobsOf, processesOf, traceOf, unitsOf } from "../support/host-state.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { runInTerminal } from "../support/terminal.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

afterAll(removeHosts);

/**
 * A test of a group that runs beside other groups, but in order within its own: the tests of a group share
 * their hosts.
 */
const step = (name: string, body: () => Promise<void>): void => void test(name, { concurrent: false }, body);
const shops: Workshop[] = [];
afterAll(() => {
  for (const shop of shops) shop.remove();
});

/** A workshop that does not wait longer than it must. more: lines of the service block. */
function openShop(hosts: readonly TestHost[], more: Parameters<typeof makeWorkshop>[1] = {}): Workshop {
  const shop = makeWorkshop(hosts, more);
  shops.push(shop);
  shop.write("services/web.yaml", quick("1s"));
  shop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 3s } }\n",
  );
  return shop;
}

/** Settle and start timeout decide how long a failure takes. */
function quick(settle: string): string {
  return webService()
    .replace("settle: 3s", `settle: ${settle}`)
    .replace("TimeoutStartSec: 5s", "TimeoutStartSec: 2s");
}

const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
/** Values for the next run. */
const give = (shop: Workshop, values: object): void => shop.write("values/test.yaml", JSON.stringify(values));
const answer = (host: TestHost): Promise<string> =>
  host.shell("curl -s -w ' %{http_code}' http://127.0.0.1:18080/ready");
const logins = (host: TestHost): Promise<string> =>
  host.shell("journalctl -q -u ssh -o cat | grep -c '^Accepted' || true");

describe.concurrent("who is reached", () => {
  let first: TestHost;
  let second: TestHost;
  beforeAll(async () => {
    [first, second] = await Promise.all([startHost({ systemd: 252 }), startHost({ systemd: 247 })]);
  });

  step("two inventory names for one machine are refused, both named", async () => {
    const shop = openShop([first, first]);
    const before = await traceOf(first);
    const run = await apply(shop);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("h1: the inventory's h1 and h2 are one and the same machine");
    expect(run.stdout).toContain("h2: the inventory's h1 and h2 are one and the same machine");
    expect(run.stdout).toContain("systemd-machine-id-setup");
    expect(await traceOf(first)).toBe(before);
    const plan = await shop.run(["plan", "--env", "test"]);
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain("one and the same machine");
  });

  step("a changed host key: both fingerprints, nothing sent, not even a login", async () => {
    const other = join(openShop([first]).folder, "other");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
    const [, type = "", key = ""] =
      execFileSync("ssh-keygen", ["-y", "-f", other], { encoding: "utf8" }).match(/^(\S+) (\S+)/) ?? [];
    const knownHosts = `${other}.known_hosts`;
    writeFileSync(knownHosts, `[127.0.0.1]:${first.port} ${type} ${key}\n`);
    const shop = openShop([{ ...first, knownHosts }]);
    const [before, loginsBefore] = [await traceOf(first), await logins(first)];
    for (const command of [["apply", "--yes"], ["plan"], ["drift"], ["verify"]]) {
      const run = await shop.run([...command, "--env", "test"]);
      expect(run.code).toBe(77);
      expect(run.stdout).toContain("its key has CHANGED");
      expect(run.stdout.replace(/\s+/g, " ")).toContain(
        `ssh-keygen -R '[127.0.0.1]:${first.port}' -f ${knownHosts}`,
      );
      const shown = run.stdout.replace(/\s+/g, "");
      expect(shown).toContain(await fingerprintOf(first));
      expect(shown).toContain(
        execFileSync("ssh-keygen", ["-lf", `${other}.pub`], { encoding: "utf8" }).split(" ")[1] ?? "?",
      );
      expect(shown).toContain(`${knownHosts}:1`);
    }
    expect(await traceOf(first)).toBe(before);
    expect(await logins(first)).toBe(loginsBefore);
  });

  step(
    "an unknown host key: its fingerprint and where it was looked for; nothing sent, nothing learnt",
    async () => {
      const knownHosts = join(openShop([first]).folder, "empty_known_hosts");
      writeFileSync(knownHosts, "");
      const loginsBefore = await logins(first);
      const run = await apply(openShop([{ ...first, knownHosts }]));
      expect(run.code).toBe(77);
      expect(run.stdout.replace(/\s+/g, " ")).toContain("its key is not in");
      expect(run.stdout.replace(/\s+/g, "")).toContain(await fingerprintOf(first));
      expect(execFileSync("cat", [knownHosts], { encoding: "utf8" })).toBe("");
      expect(await logins(first)).toBe(loginsBefore);
    },
  );

  step("a user without sudo: whose fault and what to write into sudoers; nothing changed", async () => {
    const before = await traceOf(first);
    const run = await apply(openShop([first], { user: "nosudo" }));
    expect(run.code).toBe(77);
    expect(run.stdout).toMatch(/nosudo@127\.0\.0\.1:\d+: sudo refuses: .*password is required/);
    expect(run.stdout.replace(/\s+/g, " ")).toContain("/etc/sudoers.d");
    expect(await traceOf(first)).toBe(before);
  });

  step("a missing artifact: file:line and what to do, before any host is asked", async () => {
    const shop = openShop([first, second]);
    rmSync(join(shop.folder, "artifacts/web.pl"));
    const loginsBefore = [await logins(first), await logins(second)];
    const run = await apply(shop);
    expect(run.code).toBe(65);
    expect(run.stderr).toMatch(/services\/web\.yaml:2:\d+/);
    expect(run.stderr).toContain("artifacts/web.pl");
    expect(run.stderr).toContain("build or fetch it first");
    expect([await logins(first), await logins(second)]).toEqual(loginsBefore);
  });

  step(
    "a host that does not answer: nothing is begun; where it is tolerated the others finish, and the run says 3",
    async () => {
      const hostLines = `  gone: { address: 127.0.0.1, port: 1, identity: ${first.identity}, knownHosts: ${first.knownHosts} }\n`;
      const shop = openShop([first, second], { hostLines });
      const before = await traceOf(first);
      const stopped = await apply(shop);
      expect(stopped.code).toBe(3);
      expect(stopped.stdout).toContain("Apply would not begin: gone unreachable (maxUnreachable 0).");
      expect(stopped.stdout).toContain("--limit 'all:!gone'");
      expect(stopped.stdout).toContain("1 unreachable, 2 skipped");
      expect(await traceOf(first)).toBe(before);
      shop.write(
        "playbooks/site.yaml",
        "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 8s, maxUnreachable: 1 } }\n",
      );
      const run = await apply(shop);
      expect(run.code).toBe(3);
      expect(run.stdout).toMatch(/^gone: unreachable/m);
      expect(run.stdout).toContain("connection refused: nothing listens on that port");
      expect(run.stdout).toMatch(/^h1 +changed/m);
      expect(run.stdout).toMatch(/^h2 +changed/m);
      expect(run.stdout).toContain("1 unreachable, 2 changed");
      for (const host of [first, second]) expect(await answer(host)).toContain('"version":"1.0"} 200');
      const drift = await shop.run(["drift", "--env", "test"]);
      expect(drift.code).toBe(3);
      expect(drift.stdout).not.toMatch(/gone: no drift/);
      const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
      expect(plan.code).toBe(3);
      expect((await shop.run(["plan", "--env", "test", "--limit", "gone"])).code).toBe(4);
    },
  );

  step("one host of two is sick: it is rolled back, the other one keeps the change", async () => {
    const shop = openShop([first, second]);
    await second.shell("mkdir -p /etc/web; touch /etc/web/broken");
    shop.write(
      "services/web.yaml",
      webService({ service: "  ExecCondition: /bin/sh -c 'test ! -e /etc/web/broken'" }).replace(
        "settle: 3s",
        "settle: 1s",
      ),
    );
    const before = await filesOf(second);
    const run = await apply(shop);
    expect(run.code).toBe(5);
    expect(run.stdout).toMatch(/^h1 +changed/m);
    expect(run.stdout).toMatch(/^h2 +rolled-back/m);
    expect(run.stdout).toContain("ExecCondition= was not met");
    expect(await filesOf(second)).toBe(before);
    expect(await answer(second)).toContain('"version":"1.0"} 200');
  });
});

describe.concurrent("a service that does not come up", () => {
  let host: TestHost;
  let shop: Workshop;
  let files = "";
  beforeAll(async () => {
    host = await startHost({ systemd: 257 });
    shop = openShop([host]);
    expect((await apply(shop)).code).toBe(0);
    files = await filesOf(host);
  });

  const expectOld = async (): Promise<void> => {
    expect(await filesOf(host)).toBe(files);
    expect(await jobsOf(host)).toBe("");
    expect(await unitsOf(host, "web.service")).toContain(
      "ActiveState=active\nSubState=running\nUnitFileState=enabled",
    );
    expect(await answer(host)).toBe('{"status":"ok","version":"1.0"} 200');
    expect(
      await host.shell(
        "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
      ),
    ).toBe("GREETING=hello\n");
    give(shop, {});
    expect((await apply(shop)).stdout).toContain("No changes");
  };

  step("never ready: rolled back, 5, the reason and the program's last words", async () => {
    give(shop, { greeting: "nobody", conf: { never_ready: "1" } });
    const run = await apply(shop);
    expect(run.code).toBe(5);
    expect(run.stdout).toMatch(/^h1: rolled-back/m);
    expect(run.stdout).toContain("READY=1 did not come within TimeoutStartSec=");
    expect(run.stdout).toContain("web.pl starts, version 1.0");
    expect(run.stdout).toMatch(/^h1 +rolled-back/m);
    await expectOld();
    expect(await host.shell("tail -n 1 /var/lib/svcdeploy/runs")).toContain("result=rolled-back");
  });

  step("a crash loop after a start that looked well", async () => {
    shop.write("services/web.yaml", quick("3s"));
    give(shop, { greeting: "crash", conf: { crash_after: "1" } });
    const run = await apply(shop);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("crash-loop");
    expect(run.stdout).toContain("the main process exited with status 3");
    expect(run.stdout).toMatch(/is-active: activating/);
    await expectOld();
  });

  step(
    "a health endpoint that says 500: status and body are shown, and the old version answers again",
    async () => {
      give(shop, { version: "1.1", conf: { status: "500", body: "the database is gone" } });
      const release = await host.shell("readlink /opt/web/current");
      const run = await apply(shop);
      expect(run.code).toBe(5);
      expect(run.stdout).toMatch(/http:\/\/127\.0\.0\.1:18080\/ready/);
      expect(run.stdout).toMatch(/HTTP 500 in \d+ ms, expected 200/);
      expect(run.stdout).toContain("the database is gone");
      expect(await host.shell("readlink /opt/web/current")).toBe(release);
      await expectOld();
    },
  );

  step(
    "a configuration that the service refuses on reload: put back, the process never noticed",
    async () => {
      give(shop, { conf: { "bad key": "1" } });
      const before = await processesOf(host, "web.service");
      const run = await apply(shop);
      expect(run.code).toBe(5);
      expect(run.stdout).toContain("systemctl reload web.service");
      expect(run.stdout).toContain("/etc/web/web.conf:2: not key=value: bad key=1");
      expect(await processesOf(host, "web.service")).toBe(before);
      await expectOld();
    },
  );

  step("a configuration that the service refuses when it starts", async () => {
    give(shop, { greeting: "again", conf: { "bad key": "1" } });
    const run = await apply(shop);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("/etc/web/web.conf:2: not key=value: bad key=1");
    expect(run.stdout).toMatch(/web\.service/);
    await expectOld();
  });
});

describe.concurrent("a host that someone else works on", () => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(async () => {
    host = await startHost({ systemd: 252 });
    shop = openShop([host]);
  });

  step("a first apply that fails leaves no unit, no file and no enablement behind", async () => {
    const accounts = ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"].flatMap((name) => [
      `/etc/${name}`,
      `/etc/${name}-`,
    ]);
    const own = [
      "/var/lib/svcdeploy",
      "/etc/systemd/system/svcdeploy-recover.service",
      "/etc/systemd/system/multi-user.target.wants/svcdeploy-recover.service",
    ];
    const before = await filesOf(host, [...accounts, ...own]);
    give(shop, { conf: { status: "500" } });
    const run = await apply(shop);
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("HTTP 500");
    expect(run.stdout).toMatch(/^h1 +rolled-back/m);
    expect(await filesOf(host, [...accounts, ...own])).toBe(before);
    expect(await unitsOf(host, "web.service")).toContain("LoadState=not-found\nActiveState=inactive");
    expect(
      await host.shell(
        "ls /var/lib/svcdeploy/gen /var/lib/svcdeploy/projects /var/lib/svcdeploy/units /var/lib/svcdeploy/blobs | grep -v : | grep . || true",
      ),
    ).toBe("");
    expect(await jobsOf(host)).toBe("");
    give(shop, {});
    expect((await apply(shop)).code).toBe(0);
    expect(await answer(host)).toContain("200");
  });

  step("an edit while apply asks: refused with the path, the edit stays, nothing restarts", async () => {
    give(shop, { greeting: "changed" });
    const before = await processesOf(host, "web.service");
    let edited: Promise<string> | null = null;
    let files = "";
    const run = await runInTerminal(["apply", "--env", "test", "--project", shop.folder], (shown, type) => {
      if (edited !== null || !shown.includes("[y/N]")) return;
      edited = host.shell("echo '# by hand' >>/etc/web/web.conf; echo EDIT=1 >>/etc/svcdeploy/env/web.env");
      void edited.then(async () => {
        files = await filesOf(host);
        type("y\n");
      });
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("/etc/web/web.conf was edited since the plan");
    expect(run.stdout).toContain("/etc/svcdeploy/env/web.env was edited since the plan");
    expect(run.stdout.replace(/\s+/g, " ")).toContain("run plan again and decide which version is right");
    expect(await filesOf(host)).toBe(files);
    expect(await host.shell("tail -n 1 /etc/web/web.conf")).toBe("# by hand\n");
    expect(await processesOf(host, "web.service")).toBe(before);
  });

  step("a no at the prompt changes nothing", async () => {
    const before = await traceOf(host);
    const run = await runInTerminal(["apply", "--env", "test", "--project", shop.folder], (shown, type) => {
      if (shown.endsWith("[y/N]\r\n")) type("n\n");
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("Nothing was changed.");
    expect(await traceOf(host)).toBe(before);
    expect((await apply(shop)).code).toBe(0);
  });

  step("a protected environment wants its name typed", async () => {
    shop.write("values/prod.yaml", 'greeting: "from prod"\n');
    const asked = (text: string): Promise<Run> =>
      runInTerminal(["apply", "--env", "prod", "--project", shop.folder], (shown, type) => {
        if (/environment's name:\s*$/.test(shown)) type(`${text}\n`);
      });
    const before = await traceOf(host);
    const refused = await asked("y");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('"y" is not "prod": nothing was changed.');
    const ended = await runInTerminal(["apply", "--env", "prod", "--project", shop.folder], (shown, type) => {
      if (shown.includes("Checking 1 host")) type("\u0004");
    });
    expect(ended.code).toBe(1);
    expect(ended.stdout.trim()).toMatch(/Nothing was changed\.$/);
    expect(await traceOf(host)).toBe(before);
    expect((await asked("prod")).code).toBe(0);
    expect(await host.shell("cat /etc/svcdeploy/env/web.env")).toContain("from prod");
  });

  step("a machine of one environment is refused by another, unless it is taken over or shared", async () => {
    const shared = readFileSync(join(shop.folder, "inventory/test.yaml"), "utf8");
    shop.write("inventory/test.yaml", shared.replace("sharedHost: true, ", ""));
    const refused = await shop.run(["plan", "--env", "test"]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("h1: this machine belongs to prod");
    give(shop, { greeting: "from prod" });
    const taking = await shop.run(["plan", "--env", "test", "--take-over", "--detailed-exitcode"]);
    expect(taking.stdout).toContain("the machine is taken over from prod");
    expect(taking.stdout).toContain("Plan: only svcdeploy's own records on 1 host.");
    expect(taking.code).toBe(2);
    expect((await shop.run(["apply", "--env", "test", "--yes", "--take-over"])).code).toBe(0);
    expect((await shop.run(["plan", "--env", "test", "--detailed-exitcode"])).code).toBe(0);
    shop.write("inventory/test.yaml", shared);
    expect((await shop.run(["plan", "--env", "test"])).code).toBe(0);
  });

  step("a drop-in of somebody else's is found as drift, warned of in the plan, and left alone", async () => {
    await host.shell(
      "mkdir -p /etc/systemd/system/web.service.d; printf '[Service]\\nRestart=always\\n' >/etc/systemd/system/web.service.d/override.conf; systemctl daemon-reload",
    );
    give(shop, { greeting: "from prod" });
    const drift = await shop.run(["drift", "--env", "test"]);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("/etc/systemd/system/web.service.d/override.conf changes web.service");
    give(shop, { greeting: "other" });
    const plan = await shop.run(["plan", "--env", "test"]);
    expect(plan.stdout).toContain(
      "warning: web.service is changed by /etc/systemd/system/web.service.d/override.conf",
    );
    expect((await apply(shop)).code).toBe(0);
    expect(await host.shell("cat /etc/systemd/system/web.service.d/override.conf")).toBe(
      "[Service]\nRestart=always\n",
    );
    await host.shell("rm -r /etc/systemd/system/web.service.d; systemctl daemon-reload");
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
  });

  step("a service that was failed before is said to be, in plan and drift, and started", async () => {
    await host.shell(
      "mkdir -p /run/systemd/system/web.service.d; printf '[Service]\\nRestart=no\\n' >/run/systemd/system/web.service.d/x.conf; systemctl daemon-reload; systemctl kill -s KILL web.service; sleep 0.5; rm -r /run/systemd/system/web.service.d; systemctl daemon-reload",
    );
    const drift = await shop.run(["drift", "--env", "test"]);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("is-active says failed");
    const plan = await shop.run(["plan", "--env", "test"]);
    expect(plan.stdout).toContain("warning: web.service is failed already (Result=signal)");
    expect(plan.stdout).toContain("start web.service: was failed");
    expect((await apply(shop)).code).toBe(0);
    expect(await answer(host)).toContain("200");
  });

  step(
    "a service that was failed before and fails again ends as it was: not running, and the report says so",
    async () => {
      const before = await filesOf(host);
      await host.shell("systemctl stop web.service");
      give(shop, { greeting: "other", conf: { status: "500" } });
      const run = await apply(shop);
      expect(run.code).toBe(5);
      expect(await filesOf(host)).toBe(before);
      expect(await unitsOf(host, "web.service")).toContain("ActiveState=inactive");
      give(shop, { greeting: "other" });
      expect((await apply(shop)).code).toBe(0);
    },
  );

  step("a clock that jumps by a year is harmless", async () => {
    await host.shell(
      'printf \'#!/bin/sh\\n[ "$*" = +%%s ] && exec /bin/date -d "1 year ago" +%%s\\nexec /bin/date "$@"\\n\' >/usr/local/bin/date; chmod 755 /usr/local/bin/date',
    );
    const before = await processesOf(host, "web.service");
    expect((await apply(shop)).stdout).toContain("No changes");
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
    expect(await processesOf(host, "web.service")).toBe(before);
    give(shop, { greeting: "a year ago" });
    expect((await apply(shop)).code).toBe(0);
    expect((await apply(shop)).stdout).toContain("No changes");
    await host.shell("rm /usr/local/bin/date");
    expect((await apply(shop)).stdout).toContain("No changes");
  });

  step("a masked unit is refused and stays masked; what runs goes on running", async () => {
    await host.shell("ln -sfn /dev/null /etc/systemd/system/web.service; systemctl daemon-reload");
    const [before, running] = [await traceOf(host), await processesOf(host, "web.service")];
    const drift = await shop.run(["drift", "--env", "test"]);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toContain("masked");
    const run = await apply(shop);
    expect(run.code).toBe(1);
    expect(run.stdout.replace(/\s+/g, " ")).toContain(
      "/etc/systemd/system/web.service is a link to /dev/null: the unit is masked",
    );
    expect(run.stdout).toContain("systemctl unmask");
    expect(await traceOf(host)).toBe(before);
    expect(await processesOf(host, "web.service")).toBe(running);
    expect(await host.shell("readlink /etc/systemd/system/web.service")).toBe("/dev/null\n");
  });
});

async function fingerprintOf(host: TestHost): Promise<string> {
  return (await host.shell("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")).split(" ")[1] ?? "?";
}
