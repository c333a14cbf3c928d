/**
 * Hand-made units of a host become service files; applied, they are the same units, and no secret was ever
 * written or printed.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adopt } from "../../src/core/adopt/adopt.ts";
import type { LiveUnit } from "../../src/core/adopt/host-facts.ts";
import type { Host } from "../../src/core/model/declared.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { shippedUnits, writeFiles } from "../support/shipped-units.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "adopt" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

const SECRETS = {
  API_TOKEN: "hunter2-of-the-unit",
  DB_PASSWORD: "s3cr3t of the file",
  DATABASE_URL: "postgres://u:topsecretpw@db/x",
};
const UNITS = "/etc/systemd/system";
const HAND_MADE = [
  {
    path: `${UNITS}/billing.service`,
    text: `[Unit]
Description=Billing {{ours}} 100%%
After=var-cache-billing.mount
RequiresMountsFor=/var/cache/billing
StartLimitIntervalSec=0
[Service]
Type=exec
User=billing
Slice=money.slice
Environment=LEVEL=debug "OPTS=-a -b" API_TOKEN=${SECRETS.API_TOKEN}
EnvironmentFile=-/etc/default/optional
EnvironmentFile=/etc/default/billing
ExecStart=/bin/false
CapabilityBoundingSet=
Restart=on-failure
TimeoutSec=40
StandardOutput=append:/var/log/billing/out.log
[Install]
WantedBy=multi-user.target
`,
  },
  {
    path: `${UNITS}/billing.socket`,
    text: "[Socket]\nListenStream=/run/billing.sock\nSocketMode=0660\n[Install]\nWantedBy=sockets.target\n",
  },
  {
    path: `${UNITS}/billing-roll.timer`,
    text: "[Timer]\nOnCalendar=yearly\nPersistent=no\n[Install]\nWantedBy=timers.target\n",
  },
  {
    path: `${UNITS}/billing-roll.service`,
    text: `[Unit]
RequiresMountsFor=/var/cache/billing
[Service]
Type=oneshot
User=billing
Nice=5
Environment=LEVEL=debug "OPTS=-a -b" API_TOKEN=${SECRETS.API_TOKEN}
EnvironmentFile=-/etc/default/optional
EnvironmentFile=/etc/default/billing
ExecStart=/usr/bin/test -n \${DB_PASSWORD} -a \${PORT} = 8080
`,
  },
  {
    path: `${UNITS}/billing.service.d/10-restart.conf`,
    text: "[Service]\nRestart=always\nRestartSec=7\nExecStart=\nExecStart=/bin/sh -c 'env; exec sleep infinity' $OPTS\n",
  },
  { path: `${UNITS}/money.slice`, text: "[Unit]\nDescription=Money\n[Slice]\nCPUWeight=50\n" },
  {
    path: `${UNITS}/var-cache-billing.mount`,
    text: "[Mount]\nWhat=tmpfs\nWhere=/var/cache/billing\nType=tmpfs\nOptions=size=16M,mode=0750,uid=billing,gid=billing,nosuid\n",
  },
  {
    path: `${UNITS}/work@.service`,
    text: "[Unit]\nDescription=Worker %i\n[Service]\nDynamicUser=yes\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
  },
  { path: `${UNITS}/tidy.service`, text: "[Service]\nType=oneshot\nExecStart=/bin/true\n" },
  { path: `${UNITS}/tidy.timer`, text: "[Timer]\nOnCalendar=yearly\n[Install]\nWantedBy=timers.target\n" },
  { path: `${UNITS}/dbus.service.d/10-limits.conf`, text: "[Service]\nLimitCORE=12345\n" },
  {
    path: "/etc/supervisor/conf.d/api.conf",
    text: "[program:api]\ncommand=/bin/sleep infinity\nuser=billing\ndirectory=%(here)s\nstdout_logfile=NONE\n",
  },
  {
    path: "/etc/default/billing",
    text: `PORT=8080\nDB_PASSWORD='${SECRETS.DB_PASSWORD}'\nGREETING="hello world"\nDATABASE_URL=${SECRETS.DATABASE_URL}\n`,
  },
  {
    path: "/etc/logrotate.d/billing",
    text: "/var/log/billing/*.log {\n  daily\n  rotate 7\n  copytruncate\n  su billing billing\n}\n",
  },
];
const PROPERTIES =
  "User Restart RestartUSec TimeoutStartUSec TimeoutStopUSec CapabilityBoundingSet Slice StandardOutput Type Description RequiresMountsFor UMask UnitFileState";

describe.concurrent.each(systemdVersions)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(async () => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
    await host.shell("useradd -r -d /srv/billing -s /usr/sbin/nologin billing && mkdir -p /var/log/billing");
    await writeFiles(host, HAND_MADE);
    await host.shell(
      "systemctl daemon-reload; systemctl -q enable --now billing.socket billing-roll.timer; systemctl -q enable --now billing work@blue work@green tidy.timer 2>/dev/null; systemctl is-active billing",
    );
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);
  const show = (): Promise<string> =>
    host.shell(
      `systemctl show ${PROPERTIES.split(" ")
        .map((name) => `-p ${name}`)
        .join(" ")} billing work@blue | sort
      systemctl show -p Listen -p SocketMode -p UnitFileState -p ActiveState billing.socket
      systemctl show -p TimersCalendar -p UnitFileState -p ActiveState billing-roll.timer; systemctl show -p User -p Nice -p Slice -p Type billing-roll
      systemctl show -p LimitCORE dbus`,
    );
  const seen: string[] = [];
  let before = "";

  step("its units become service files that render to the same", async () => {
    before = await show();
    const run = await shop.run(["adopt", "h1", "billing", "work@blue", "work@green", "--env", "test"]);
    seen.push(run.stdout, run.stderr);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    const text = readFileSync(join(shop.folder, "services/billing.yaml"), "utf8");
    seen.push(text);
    for (const key of [
      "account:",
      "environment:",
      "secrets:",
      "slice:",
      "cache:",
      "logrotate:",
      "sockets:",
      "timers:",
    ])
      expect(text).toContain(`\n${key}`);
    expect(readFileSync(join(shop.folder, "services/work.yaml"), "utf8")).toContain(
      "instances:\n  - blue\n  - green\n",
    );
    expect(run.stdout).toContain(`rm ${UNITS}/billing.service.d/10-restart.conf`);
  });

  step("what a timer starts, what packages bring and what is there already is refused", async () => {
    const run = await shop.run(["adopt", "h1", "tidy", "dbus", "billing", "--env", "test"]);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/services\/tidy.yaml is not\s+written/);
    expect(run.stdout).toMatch(/dbus.service is not adopted: its file is/);
    expect(run.stdout).toMatch(/already\s+declares\s+billing/);
  });

  step(
    "a timer's job and drop-ins for a package's unit go into service files; a program of supervisord comes from the host's own file",
    async () => {
      for (const args of [
        ["h1", "tidy", "--into", "work"],
        ["h1", "dbus", "--into", "billing"],
        ["--supervisord", "h1:/etc/supervisor/conf.d/api.conf"],
      ]) {
        const run = await shop.run(["adopt", ...args, "--env", "test"]);
        expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
        if (args.includes("work"))
          expect(run.stdout).toContain(
            `    systemctl disable --now tidy.timer\n    rm ${UNITS}/tidy.timer\n    rm ${UNITS}/tidy.service\n`,
          );
      }
      expect(readFileSync(join(shop.folder, "services/work.yaml"), "utf8")).toContain(
        "timers:\n  - name: tidy\n    OnCalendar: yearly\n",
      );
      expect(readFileSync(join(shop.folder, "services/billing.yaml"), "utf8")).toContain(
        "dropins:\n  - unit: dbus.service\n    name: limits\n",
      );
      expect(readFileSync(join(shop.folder, "services/api.yaml"), "utf8")).toContain(
        "WorkingDirectory: /etc/supervisor/conf.d\n",
      );
    },
  );

  step("applied, the units are what they were; a second plan is empty", async () => {
    shop.write("playbooks/site.yaml", "- { play: old, hosts: all, services: [billing, work, api] }\n");
    const workers = await host.shell("systemctl show -p MainPID work@blue work@green");
    await host.shell(
      `systemctl -q disable --now tidy.timer; cd ${UNITS} && rm billing.service.d/10-restart.conf dbus.service.d/10-limits.conf tidy.timer tidy.service`,
    );
    const options = { env: SECRETS };
    const applied = await shop.run(["apply", "--env", "test", "--yes"], options);
    seen.push(applied.stdout, applied.stderr);
    expect({ code: applied.code, said: applied.stdout + applied.stderr }).toMatchObject({ code: 0 });
    expect(await show()).toBe(before);
    expect(await host.shell("systemctl show -p MainPID work@blue work@green")).toBe(workers);
    await host.shell(
      "systemctl start billing-roll.service work-tidy.service && systemctl is-active work-tidy.timer",
    );
    const environment = await host.shell(
      "tr '\\0' '\\n' <\"/proc/$(systemctl show -p MainPID --value billing)/environ\"",
    );
    for (const line of [
      "LEVEL=debug",
      "OPTS=-a -b",
      "PORT=8080",
      "GREETING=hello world",
      ...Object.entries(SECRETS).map(([name, value]) => `${name}=${value}`),
    ])
      expect(environment.split("\n")).toContain(line);
    const second = await shop.run(["plan", "--env", "test", "--detailed-exitcode"], options);
    expect({ code: second.code, said: second.stdout }).toMatchObject({ code: 0 });
  });

  step("what svcdeploy has is refused by the project's name, and no secret was seen", async () => {
    const run = await shop.run(["adopt", "h1", "work@blue", "--env", "test", "--stdout"]);
    expect(run.code).toBe(1);
    expect(run.stdout + run.stderr).toContain("workshop/work");
    for (const secret of Object.values(SECRETS)) expect(seen.join("\n")).not.toContain(secret);
  });

  step("taken out of the project and pruned, nothing of them is left", async () => {
    shop.write("playbooks/site.yaml", "- { play: old, hosts: all, services: [api] }\n");
    for (const name of ["billing", "work"]) rmSync(join(shop.folder, `services/${name}.yaml`));
    const pruned = await shop.run(["apply", "--env", "test", "--yes", "--prune=all"]);
    expect({ code: pruned.code, said: pruned.stdout + pruned.stderr }).toMatchObject({ code: 0 });
    const names = ["*billing*", "work@*", "work-*", "*tidy*", "money*"]
      .map((name) => `-name '${name}'`)
      .join(" -o ");
    expect(
      await host.shell(
        `find /etc/systemd /etc/logrotate.d /etc/svcdeploy \\( -type f -o -type l \\) \\( ${names} \\)`,
      ),
    ).toBe("");
    expect(
      await host.shell(
        "systemctl list-units --all --plain --no-legend '*billing*' 'work@*' 'work-*' '*tidy*' 'money*' | grep -v not-found || true",
      ),
    ).toBe("");
    expect(
      await host.shell(
        "ls /var/lib/svcdeploy/projects/workshop; grep -rl 'Managed by svcdeploy' /etc | grep -v svcdeploy-recover",
      ),
    ).toBe(`api\n${UNITS}/api.service\n`);
  });

  step("nearly every service that Debian ships would round-trip", async () => {
    const units = (await shippedUnits(host)).filter(
      ({ path }) => /^system\/[^@]+\.service$/.test(path) && !path.includes(".d/"),
    );
    const failed = units
      .filter(({ text }) => /^ExecStart=./m.test(text))
      .flatMap(({ path, text }) => gapsOf(text).map((gap) => `${path}: ${gap}`));
    expect(units.length).toBeGreaterThan(40);
    expect(failed).toEqual([]);
  });

  function gapsOf(text: string): readonly string[] {
    const fragment = `${UNITS}/shipped.service`;
    const live: LiveUnit = {
      unit: "shipped.service",
      loadState: "loaded",
      activeState: "active",
      unitFileState: "enabled",
      fragment,
      dropIns: [],
      triggeredBy: [],
    };
    const files = new Map([[fragment, new TextEncoder().encode(text)]]);
    const facts = {
      units: [live],
      beside: new Map(),
      files,
      links: new Map(),
      unread: new Map(),
      owners: new Map(),
      accounts: [],
    };
    return adopt([live], facts, null, { host: modelHost(version), env: "test", values: {} }).gaps.map(
      (gap) => gap.text,
    );
  }
});

function modelHost(systemd: number): Host {
  const place = { file: "inventory/test.yaml", line: 1, column: 1 };
  const access = {
    address: "127.0.0.1",
    port: 22,
    user: "root",
    become: "none",
    identity: null,
    knownHosts: null,
    connectTimeoutSeconds: 10,
  } as const;
  return { name: "h1", ...access, groups: [], vars: {}, labels: {}, systemd, required: false, place };
}
