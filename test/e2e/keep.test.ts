/**
 * What is kept: a cache over unmounts, reboots and new mounts; and a secret that reaches the process as a
 * credential and nothing else.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashHeld } from "../../src/core/render/make-file.ts";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(257);

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "keep" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

/** Two lines, with the characters that an environment file would not carry as they are. */
const first = 'canary-one "5f0c9e" $HOME\n%h canary-one-more';
const second = "canary-two-77aa3b";
const saved = "/var/lib/keep/cache/keep.saved/cache.tar";
const units = "keep.service var-cache-keep.mount keep-cache-restore.service keep-cache-save.timer";

type Kept = {
  readonly mode?: string;
  readonly every?: string;
  readonly persist?: boolean;
  readonly token?: string | null;
  readonly size?: string;
  readonly path?: string;
  readonly mount?: string;
};

/**
 * Each start writes down what the credential is, and one more line behind those that the cache holds from
 * earlier starts.
 */
function give(
  shop: Workshop,
  {
    mode = "0750",
    every = "1h",
    persist = true,
    token = first,
    size = "32M",
    path = "/var/cache/keep",
    mount = "",
  }: Kept = {},
): void {
  const start = `sha256sum <"$\${CREDENTIALS_DIRECTORY}/TOKEN" | cut -c1-64 >${path}/token; echo start >>${path}/starts; exec sleep infinity`;
  const keeping = persist ? `, persist: { to: /var/lib/keep/cache, every: ${every} }` : "";
  if (token !== null) shop.write("secrets/token", token);
  shop.write(
    "services/keep.yaml",
    `name: keep
account: { user: keep }
service:
  Type: exec
  ExecStart: /bin/sh -c '${start}'
secrets: { ${token === null ? "" : "TOKEN: { file: secrets/token, deliver: credential }"} }
cache: { path: ${path}, size: ${size}, mode: "${mode}"${keeping}${mount} }
settle: 1s
`,
  );
}

const heard: string[] = [];
async function run(shop: Workshop, ...args: readonly string[]): Promise<Run> {
  const done = await shop.run([...args, "--env", "test"]);
  heard.push(done.stdout, done.stderr);
  return done;
}
async function applied(shop: Workshop): Promise<string> {
  const { code, stdout, stderr } = await run(shop, "apply", "--yes");
  expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
  return stdout;
}
async function unchanged(shop: Workshop): Promise<void> {
  const plan = await run(shop, "plan", "--detailed-exitcode");
  expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
}

const show = (host: TestHost, property: string, ...names: readonly string[]) =>
  host.shell(`systemctl show -p ${property} --value ${names.join(" ")}`);
const starts = (host: TestHost) => host.shell("wc -l </var/cache/keep/starts");
const shaOf = (host: TestHost) => host.shell(`sha256sum <${saved}`);
/** Waits until a line of shell is true, up to a minute. */
const until = (host: TestHost, line: string) =>
  host.shell(`i=0; until ${line}; do i=$((i + 1)); [ $i -lt 600 ] || { ${line}; exit; }; sleep 0.1; done`);
/** The service writes into its cache once it runs. */
const untilStarted = (host: TestHost, count: number) =>
  until(host, `[ "$(cat /var/cache/keep/starts 2>/dev/null | wc -l)" = ${count} ]`);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(() => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host], { systemd: version });
    shop.write(
      "playbooks/site.yaml",
      "- { play: keep, hosts: all, services: [keep], rollout: { healthyDeadline: 20s } }\n",
    );
  });
  afterAll(() => shop.remove());
  const isEncrypted = version >= 252;
  const credential = "/etc/svcdeploy/credentials/keep/TOKEN";
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);

  step("a cache that is not kept yet, and the credential as the process reads it", async () => {
    give(shop, { persist: false });
    await applied(shop);
    await untilStarted(host, 1);
    expect(await host.shell("cat /var/cache/keep/token")).toBe(`${sha256(first)}\n`);
    const held =
      "/etc/svcdeploy/credentials /etc/svcdeploy/credentials/keep /etc/svcdeploy/credentials/keep/TOKEN";
    expect(await host.shell(`stat -c '%a %U' ${held}`)).toBe("700 root\n700 root\n600 root\n");
    await unchanged(shop);
  });

  step("keeping it from now on stops nobody and loses nothing", async () => {
    const before = await show(host, "InvocationID", "keep.service", "var-cache-keep.mount");
    give(shop);
    expect(await applied(shop)).toContain("start keep-cache-restore.service: new");
    expect(await host.shell(`systemctl is-active ${units}`)).toBe("active\n".repeat(4));
    expect(await show(host, "InvocationID", "keep.service", "var-cache-keep.mount")).toBe(before);
    expect(await starts(host)).toBe("1\n");
    await unchanged(shop);
    expect((await run(shop, "drift")).code).toBe(0);
  });

  step(
    "its job saves it, as its owner; what stops with the mount is saved, and comes back before the service starts",
    async () => {
      const files =
        "keep.service keep-cache-restore.service keep-cache-save.service keep-cache-save.timer var-cache-keep.mount";
      const verified = await host.shell(
        `cd /etc/systemd/system; SYSTEMD_COLORS=0 systemd-analyze verify --man=no $(printf "$PWD/%s " ${files}) 2>&1`,
      );
      expect(verified).toBe("");
      await host.shell("systemctl start keep-cache-save.service");
      expect(await host.shell(`stat -c '%a %U' ${saved}; tar -tf ${saved} | sort`)).toBe(
        "600 keep\n./\n./starts\n./token\n",
      );
      await host.exec([
        "su",
        "-s",
        "/bin/sh",
        "keep",
        "-c",
        "umask 027; mkdir /var/cache/keep/d; ln -s ../starts /var/cache/keep/d/link",
      ]);
      await host.shell(
        "systemctl stop var-cache-keep.mount; ! systemctl -q is-active keep.service keep-cache-restore.service; ! mountpoint -q /var/cache/keep",
      );
      await host.shell("systemctl start keep.service");
      await untilStarted(host, 2);
      expect(await host.shell("stat -c '%a %U %F' /var/cache/keep /var/cache/keep/d/*")).toBe(
        "750 keep directory\n777 keep symbolic link\n",
      );
    },
  );

  step("other times re-arm the timer, another size remounts: nothing stops", async () => {
    const names = [
      "keep.service",
      "keep-cache-restore.service",
      "keep-cache-save.timer",
      "var-cache-keep.mount",
    ];
    const before = await show(host, "InvocationID", ...names);
    const next = await show(host, "NextElapseUSecMonotonic", "keep-cache-save.timer");
    give(shop, { every: "2h", size: "48M", mount: ", Mount: { TimeoutSec: 40s }" });
    const said = await applied(shop);
    expect(said).toContain("reload var-cache-keep.mount");
    expect(said).not.toMatch(/(?:re)?start keep|stop keep/);
    expect(await show(host, "NextElapseUSecMonotonic", "keep-cache-save.timer")).not.toBe(next);
    expect(await show(host, "TimeoutUSec", "var-cache-keep.mount")).toBe("40s\n");
    expect(await show(host, "InvocationID", ...names)).toBe(before);
  });

  step("another mode needs a new mount: it says so, and the contents are back", async () => {
    give(shop, { mode: "0755" });
    const said = await applied(shop);
    expect(said.replace(/\s+/g, " ")).toContain(
      "var-cache-keep.mount is mounted again: its contents are saved and restored; stopped and started again:",
    );
    await untilStarted(host, 3);
    expect(await host.shell("stat -c '%a' /var/cache/keep /var/cache/keep/d")).toBe("755\n750\n");
    expect(await show(host, "TimeoutUSec", "var-cache-keep.mount")).not.toBe("40s\n");
    await unchanged(shop);
  });

  step("a save that fails is seen; one that is killed leaves the copy before it", async () => {
    const good = await shaOf(host);
    await host.shell(
      "touch /var/cache/keep/roots; chmod 600 /var/cache/keep/roots; ! systemctl start keep-cache-save.service 2>&1",
    );
    expect(await shaOf(host)).toBe(good);
    const drift = await run(shop, "drift");
    expect({ code: drift.code, said: drift.stdout }).toMatchObject({ code: 2 });
    expect(drift.stdout).toContain("keep-cache-save.service");
    expect((await run(shop, "status")).stdout).toContain("keep-cache-save.service");
    await host.shell("rm /var/cache/keep/roots; systemctl start keep-cache-save.service");
    expect((await run(shop, "drift")).code).toBe(0);
    await slowTar(host);
    const better = await shaOf(host);
    await host.shell("systemctl start --no-block keep-cache-save.service");
    await until(host, `[ -s ${saved}.new ]`);
    await host.shell("systemctl kill -s KILL keep-cache-save.service");
    await until(host, "systemctl -q is-failed keep-cache-save.service");
    expect(await shaOf(host)).toBe(better);
    await host.shell(
      "rm -r /opt/slow /run/systemd/system/keep-cache-save.service.d; systemctl daemon-reload; systemctl start keep-cache-save.service",
    );
    expect(await host.shell(`ls -A ${saved.replace(/\/[^/]*$/, "")}`)).toBe("cache.tar\n");
  });

  step("over a reboot", async () => {
    await host.exec(["su", "-s", "/bin/sh", "keep", "-c", "echo just now >/var/cache/keep/last"]);
    await host.stop();
    await host.start();
    await untilStarted(host, 4);
    expect(await host.shell("cat /var/cache/keep/last")).toBe("just now\n");
    expect((await run(shop, "drift")).code).toBe(0);
  });

  step(
    "a copy that cannot be restored: the cache is empty, the service starts, and the copy is not overwritten",
    async () => {
      await host.shell(
        `systemctl stop var-cache-keep.mount; mv ${saved} /root/good; echo nothing | tee ${saved} >/dev/null; chown keep ${saved}`,
      );
      await host.shell("systemctl start keep.service");
      await untilStarted(host, 1);
      await host.shell("! systemctl start keep-cache-save.service 2>&1");
      expect(await host.shell(`cat ${saved}`)).toBe("nothing\n");
      await host.shell(
        "systemctl restart keep-cache-restore.service; systemctl start keep-cache-save.service",
      );
      expect(await host.shell(`tar -tf ${saved}`)).toContain("./starts\n");
    },
  );

  step("another credential restarts the service; a rollback brings the one before", async () => {
    give(shop, { mode: "0755", token: second });
    const plan = await run(shop, "plan");
    expect(plan.stdout).toContain("restart keep.service: credential TOKEN changed");
    await applied(shop);
    await until(host, `[ "$(cat /var/cache/keep/token)" = ${sha256(second)} ]`);
    const back = await run(shop, "rollback", "keep", "--yes");
    expect({ code: back.code, said: back.stdout + back.stderr }).toMatchObject({ code: 0 });
    await until(host, `[ "$(cat /var/cache/keep/token)" = ${sha256(first)} ]`);
    await host.shell(`echo typed-canary >>${credential}`);
    expect((await run(shop, "drift")).stdout).toContain(
      `${credential}: ${isEncrypted ? "this host cannot decrypt it" : "other content"}`,
    );
  });

  step("what the host encrypted is put back as it was; with a new key it is encrypted anew", async () => {
    const sum = () => host.shell(`sha256sum ${credential}`);
    give(shop, { mode: "0755" });
    await applied(shop);
    await unchanged(shop);
    expect(await host.shell(`cat ${credential}`)).toEqual(
      isEncrypted ? expect.not.stringContaining("canary") : first,
    );
    if (!isEncrypted) return;
    const before = await sum();
    await host.shell(`echo x >>${credential}; chmod 644 ${credential}`);
    expect((await run(shop, "drift")).stdout).toContain(`${credential}: this host cannot decrypt it`);
    expect(
      (await run(shop, "drift", "--heal", "--grace", "0", "--state", `${shop.folder}/.state`)).code,
    ).toBe(0);
    expect(await sum()).toBe(before);
    expect(
      await host.shell(
        `grep -rlE "${sha256(first)}|${hashHeld(new TextEncoder().encode(first))}" /etc /var/lib/svcdeploy || true`,
      ),
    ).toBe("");
    const again = `systemd-creds --name=TOKEN decrypt ${credential} - | systemd-creds --with-key=host --name=TOKEN encrypt - ${credential}`;
    await host.shell(`cd /tmp; ${again}; chmod 600 ${credential}`);
    expect((await run(shop, "drift")).stdout).toContain(`${credential}: encrypted again, not by svcdeploy`);
    await host.shell("rm /var/lib/systemd/credential.secret");
    expect((await run(shop, "drift")).stdout).toContain(`${credential}: this host cannot decrypt it`);
    await applied(shop);
    await unchanged(shop);
    await until(host, `[ "$(cat /var/cache/keep/token)" = ${sha256(first)} ]`);
  });

  step("to another path: what is in it goes along, and the old mount goes", async () => {
    const count = Number(await starts(host));
    give(shop, { mode: "0755", path: "/var/cache/kept" });
    await applied(shop);
    await until(host, `[ "$(cat /var/cache/kept/starts | wc -l)" = ${count + 1} ]`);
    await host.shell(
      "! mountpoint -q /var/cache/keep; [ ! -e /etc/systemd/system/var-cache-keep.mount ]; mountpoint -q /var/cache/kept",
    );
  });

  step("what is no longer declared goes; the copy, which is saved a last time, stays", async () => {
    await host.exec(["su", "-s", "/bin/sh", "keep", "-c", "echo the last >/var/cache/kept/last"]);
    give(shop, { mode: "0755", path: "/var/cache/kept", persist: false, token: null });
    await applied(shop);
    expect(await host.shell("cat /var/cache/kept/last")).toBe("the last\n");
    expect(await host.shell(`tar -xOf ${saved} ./last`)).toBe("the last\n");
    expect(
      await host.shell("ls /etc/svcdeploy/credentials/keep; find /etc/systemd/system -name '*keep-cache*'"),
    ).toBe("");
    expect(await host.shell("systemctl list-units --all --plain --no-legend 'keep-cache*'")).toBe("");
    await unchanged(shop);
    expect((await run(shop, "drift")).code).toBe(0);
  });

  step(
    "no canary stands in an output, the journal or a command line; on the host only root and the process read it",
    async () => {
      for (const canary of ["canary-one", "canary-two", "typed-canary"]) {
        expect(heard.filter((text) => text.includes(canary))).toEqual([]);
        expect(
          await host.shell(`journalctl -q -a --no-pager -o export | grep -acF '${canary}' || true`),
        ).toBe("0\n");
        const holders = await host.shell(
          `grep -rlaF '${canary}' /etc /opt /var /tmp /home 2>/dev/null || true`,
        );
        if (isEncrypted && canary !== "typed-canary") expect(holders).toBe("");
        for (const path of holders.split("\n").filter(Boolean))
          expect(path).toMatch(/^\/(?:etc\/svcdeploy\/credentials\/keep\/TOKEN|var\/lib\/svcdeploy\/.*)$/);
        expect(
          (
            await host.exec([
              "su",
              "-s",
              "/bin/sh",
              "deploy",
              "-c",
              `grep -rlaF '${canary}' /etc /run /var 2>/dev/null`,
            ])
          ).stdout,
        ).toBe("");
      }
    },
  );
});

/** The save's tar writes one line and waits. */
async function slowTar(host: TestHost): Promise<void> {
  await host.exec(
    ["sh", "-c", "mkdir -p /opt/slow && cat >/opt/slow/tar && chmod 755 /opt/slow/tar"],
    "#!/bin/sh\necho part\nexec sleep 300\n",
  );
  const folder = "/run/systemd/system/keep-cache-save.service.d";
  await host.exec(
    ["sh", "-c", `mkdir -p ${folder} && cat >${folder}/slow.conf`],
    "[Service]\nEnvironment=PATH=/opt/slow:/usr/bin:/bin\n",
  );
  await host.shell("systemctl daemon-reload");
}
