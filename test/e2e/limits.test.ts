/**
 * Slice, cache, account, logs and restart debt on real systemd 247, 252 and 257 at once; limits are read back
 * from the kernel.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesOf } from "../support/host-state.ts";
import { cgroupMode, removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

type Limits = { readonly memory: string; readonly cpu: string; readonly io: number };
type Cache = { readonly size: string; readonly mode: string; readonly options: string };

let hosts: readonly TestHost[] = [];
let shop: Workshop;
const v2 = cgroupMode() === "cgroup2fs";
const usualLimits: Limits = { memory: "256M", cpu: "40%", io: 50 };
const usualCache: Cache = { size: "8M", mode: "0750", options: "noatime" };

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
  shop = makeWorkshop(hosts);
  shop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { healthyDeadline: 5s } }\n",
  );
  console.log(`cgroups where the hosts run: ${cgroupMode()}`);
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

function declare(limits: Limits, cache: Cache, greeting = "hello"): void {
  const extra = [
    `slice: { name: shop, MemoryMax: ${limits.memory}, CPUQuota: ${limits.cpu}, IOWeight: ${limits.io} }`,
    `cache: { path: /var/cache/web-data, size: ${cache.size}, mode: "${cache.mode}", options: [${cache.options}] }`,
    'directories: [{ path: /var/log/web, mode: "0750" }]',
    "logrotate: { paths: [/var/log/web/*.log], daily: true, rotate: 7, maxsize: 1M, compress: true, copytruncate: true, missingok: true }",
  ];
  shop.write(
    "services/web.yaml",
    webService({ extra: extra.join("\n") }).replace("settle: 3s", "settle: 1s"),
  );
  shop.write("values/test.yaml", `greeting: ${greeting}\n`);
}

const everywhere = async (line: string): Promise<readonly string[]> =>
  (await Promise.all(hosts.map((host) => host.shell(line)))).map((text) => text.trim());
const same = (value: string): string[] => hosts.map(() => value);
const processes = (): Promise<readonly string[]> =>
  Promise.all(hosts.map((host) => processesOf(host, "web.service", "shop.slice")));
const invocations = (): Promise<readonly string[]> =>
  everywhere("systemctl show -p InvocationID --value web.service");
const apply = (): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
const plan = (): Promise<Run> => shop.run(["plan", "--env", "test"]);

/**
 * The kernel's own folder of the slice: of the group that the service's main process is in, or of one above
 * it.
 */
const group = (controller: string): string => {
  const line = v2 ? '$1 == "0"' : `$2 ~ /(^|,)${controller}(,|$)/`;
  return `/sys/fs/cgroup${v2 ? "" : `/${controller}`}$(awk -F: '${line} { sub(/shop.slice.*/, "shop.slice", $3); print $3 }' /proc/$(systemctl show -p MainPID --value web.service)/cgroup)`;
};
const memoryLimit = (): Promise<readonly string[]> =>
  everywhere(`cat ${group("memory")}/memory.${v2 ? "max" : "limit_in_bytes"}`);
const cpuLimit = (): Promise<readonly string[]> =>
  everywhere(
    `cd ${group("cpu")} && cat ${v2 ? "cpu.max" : "cpu.cfs_quota_us cpu.cfs_period_us"} | paste -sd ' '`,
  );

test("the first apply: account, slice, cache and logs are there before the service starts", async () => {
  declare(usualLimits, usualCache);
  const run = await apply();
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    await everywhere("systemctl is-active web.service shop.slice var-cache-web\\\\x2ddata.mount | sort -u"),
  ).toEqual(same("active"));
  expect(await everywhere("getent passwd web | cut -d: -f1,6,7; id -gn web")).toEqual(
    same("web:/nonexistent:/usr/sbin/nologin\nweb"),
  );
  expect(await everywhere("[ $(id -u web) -lt 1000 ] && echo system")).toEqual(same("system"));
  expect(await everywhere("ps -o user=,group= -p $(systemctl show -p MainPID --value web.service)")).toEqual(
    same("web      web"),
  );
  expect(await everywhere("stat -c '%a %U:%G' /var/log/web")).toEqual(same("750 web:web"));
});

test("the kernel has the limits", async () => {
  expect(await memoryLimit()).toEqual(same(String(256 * 1024 * 1024)));
  expect(await cpuLimit()).toEqual(same("40000 100000"));
  expect(await everywhere("systemctl show -p ControlGroup --value web.service")).toEqual(
    expect.arrayContaining([expect.stringContaining("/shop.slice/web.service")]),
  );
  expect(await everywhere("systemctl show -p IOWeight --value shop.slice")).toEqual(same("50"));
});

test("the kernel has the mount, with its size, mode, owner and options", async () => {
  const ids = await everywhere("printf 'uid=%s,gid=%s' $(id -u web) $(id -g web)");
  const mounts = await everywhere("grep ' /var/cache/web-data ' /proc/mounts");
  for (const [index, mount] of mounts.entries()) {
    const [what, where, type, options = ""] = mount.split(" ");
    expect([what, where, type]).toEqual(["tmpfs", "/var/cache/web-data", "tmpfs"]);
    expect(options.split(",")).toEqual(
      expect.arrayContaining(["rw", "noatime", "size=8192k", "mode=750", ...(ids[index] ?? "").split(",")]),
    );
  }
  expect(await everywhere("stat -c '%a %U:%G' /var/cache/web-data")).toEqual(same("750 web:web"));
});

test("logrotate accepts its file and rotates as the service's user", async () => {
  const said = await everywhere(
    "echo one >/var/log/web/a.log; chown web:web /var/log/web/a.log; touch /tmp/state; chmod 600 /tmp/state; logrotate -d -s /tmp/state /etc/logrotate.d/web 2>&1",
  );
  for (const text of said) {
    expect(text).not.toMatch(/error/i);
    expect(text).toContain("/var/log/web/a.log");
  }
  await everywhere("logrotate -f /etc/logrotate.d/web");
  expect(await everywhere("stat -c '%U %s' /var/log/web/a.log; stat -c %U /var/log/web/a.log.1.gz")).toEqual(
    same("web 0\nweb"),
  );
});

test("a second apply: nothing to do", async () => {
  const before = await processes();
  expect((await apply()).stdout).toContain("No changes");
  expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
  expect(await processes()).toEqual(before);
});

test("other limits of the slice: daemon-reload alone, nothing restarts, the kernel follows", async () => {
  const before = await processes();
  declare({ memory: "128M", cpu: "60%", io: 70 }, usualCache);
  const shown = await plan();
  expect(shown.stdout).toMatch(/daemon-reload: /);
  expect(shown.stdout).not.toMatch(/(restart|reload|stop) (web|shop)/);
  expect((await apply()).code).toBe(0);
  expect(await processes()).toEqual(before);
  expect(await memoryLimit()).toEqual(same(String(128 * 1024 * 1024)));
  expect(await cpuLimit()).toEqual(same("60000 100000"));
  declare(usualLimits, usualCache);
  expect((await apply()).code).toBe(0);
  expect(await memoryLimit()).toEqual(same(String(256 * 1024 * 1024)));
});

test("another size of the cache: remounted, the contents are kept, the service does not notice", async () => {
  await everywhere("echo precious >/var/cache/web-data/file");
  const before = await processes();
  declare(usualLimits, { ...usualCache, size: "16M" });
  const shown = await plan();
  expect(shown.stdout).toMatch(/reload var-cache-web\\x2ddata\.mount: /);
  expect(shown.stdout).not.toMatch(/restart|contents are lost/);
  expect((await apply()).code).toBe(0);
  expect(await everywhere("grep ' /var/cache/web-data ' /proc/mounts | grep -o 'size=[^,]*'")).toEqual(
    same("size=16384k"),
  );
  expect(await everywhere("cat /var/cache/web-data/file")).toEqual(same("precious"));
  expect(await processes()).toEqual(before);
  expect((await apply()).stdout).toContain("No changes");
});

test("another mode of the cache: the loss is announced, and its user restarts once", async () => {
  const before = await invocations();
  const mark = await everywhere("journalctl -q -n 1 --show-cursor -o cat | sed -n 's/^-- cursor: //p'");
  declare(usualLimits, { ...usualCache, size: "16M", mode: "0700" });
  const shown = await plan();
  expect(shown.stdout).toMatch(/restart var-cache-web\\x2ddata\.mount: /);
  expect(shown.stdout.replace(/\s+/g, " ")).toContain(
    "its contents are lost; stopped and started again: web.service",
  );
  expect((await apply()).code).toBe(0);
  expect(await everywhere("stat -c '%a %U:%G' /var/cache/web-data; ls /var/cache/web-data | wc -l")).toEqual(
    same("700 web:web\n0"),
  );
  for (const [index, id] of (await invocations()).entries()) {
    expect(id).not.toBe(before[index]);
    const host = hosts[index];
    expect(
      await host?.shell(
        `journalctl -q --after-cursor '${mark[index]}' -u web.service -o cat | grep -c '^Started '`,
      ),
    ).toBe("1\n");
  }
  expect((await apply()).stdout).toContain("No changes");
});

test("a cache that was unmounted by hand is drift and comes back", async () => {
  await everywhere("systemctl stop web.service var-cache-web\\\\x2ddata.mount");
  const drift = await shop.run(["drift", "--env", "test"]);
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain("var-cache-web\\x2ddata.mount");
  expect((await apply()).code).toBe(0);
  expect(
    await everywhere("grep -c ' /var/cache/web-data ' /proc/mounts; systemctl is-active web.service"),
  ).toEqual(same("1\nactive"));
});

test("a run that wrote and never restarted: the next one says why and restarts, once", async () => {
  const before = await invocations();
  await everywhere("sed -i 's/GREETING=.*/GREETING=\"new\"/' /etc/svcdeploy/env/web.env");
  declare(usualLimits, { ...usualCache, size: "16M", mode: "0700" }, "new");
  const drift = await shop.run(["drift", "--env", "test"]);
  expect(drift.code).toBe(2);
  const shown = await plan();
  expect(shown.stdout).toMatch(/restart web\.service: a run wrote new files and ended before the restart/);
  expect((await apply()).code).toBe(0);
  for (const [index, id] of (await invocations()).entries()) expect(id).not.toBe(before[index]);
  expect(
    await everywhere(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
    ),
  ).toEqual(same("GREETING=new"));
  const after = await processes();
  expect((await apply()).stdout).toContain("No changes");
  expect(await processes()).toEqual(after);
});

test("a transaction that is killed between writing and restarting is undone by the host: old files, old process content", async () => {
  declare(usualLimits, { ...usualCache, size: "16M", mode: "0700" }, "killed");
  const before = await everywhere("sha256sum /etc/svcdeploy/env/web.env");
  const killer = hosts.map((host) =>
    host.exec([
      "sh",
      "-c",
      "until grep -qs '^RESTARTING' /var/lib/svcdeploy/txn/*/state; do sleep 0.02; done; systemctl kill -s KILL 'svcdeploy-*.service'",
    ]),
  );
  const run = await apply();
  await Promise.all(killer);
  expect(run.code).not.toBe(0);
  expect(await everywhere("sha256sum /etc/svcdeploy/env/web.env; systemctl is-active web.service")).toEqual(
    before.map((sum) => `${sum}\nactive`),
  );
  expect(
    await everywhere(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
    ),
  ).toEqual(same("GREETING=new"));
  expect((await apply()).code).toBe(0);
  expect(
    await everywhere(
      "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING",
    ),
  ).toEqual(same("GREETING=killed"));
});
