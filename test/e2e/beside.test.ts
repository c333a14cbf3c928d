/**
 * What a service has beside it that is not quite its own: paths that systemd watches, drop-ins for units of
 * others, other names of its unit.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(252);

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "paths" })));
  for (const host of started) hosts.set(host.systemd, host);
  await Promise.all(
    started.map((host) =>
      host.exec(["sh", "-c", `cat >${VENDOR}; systemctl daemon-reload; systemctl start other`], OTHER),
    ),
  );
});
afterAll(removeHosts);

/**
 * A unit that came with a package, as far as the project can tell. It does not come up where BROKEN is set.
 */
const VENDOR = "/lib/systemd/system/other.service";
const OTHER = `[Service]\nExecStart=/bin/sh -c 'test -z "$BROKEN" || exit 1; exec sleep infinity'\n`;
const DROP_IN = "/etc/systemd/system/other.service.d/svcdeploy-app-limits.conf";

type Beside = {
  readonly inbox?: string;
  readonly dropIn?: string;
  readonly install?: string;
  readonly more?: string;
};

function give(
  shop: Workshop,
  { inbox = "in", dropIn = "LimitNOFILE: 4096", install = "Alias: nick.service, ", more = "" }: Beside = {},
): void {
  const job = `/bin/sh -c 'for job in /var/spool/app/${inbox}/*.job; do mv $$job /var/spool/app/done; done'`;
  const lines =
    dropIn === "" ? "" : `dropins: [{ unit: other.service, name: limits, Service: { ${dropIn} } }]\n`;
  shop.write(
    "services/app.yaml",
    `name: app
service: { ExecStart: /bin/sleep infinity, Type: exec }
install: { WantedBy: multi-user.target, ${install}Also: app-incoming.path }
settle: 1s
directories: [{ path: /var/spool/app }, { path: /var/spool/app/in }, { path: /var/spool/app/out }, { path: /var/spool/app/done }]
paths: [{ name: incoming, PathExistsGlob: "/var/spool/app/${inbox}/*.job", ExecStart: "${job}" }]
${lines}${more}`,
  );
}

/** A service that systemd starts for each connection, beside the first one as it was applied last. */
function giveEcho(shop: Workshop, word: string): void {
  give(shop, { inbox: "out", dropIn: "LimitNOFILE: 2048" });
  shop.write(
    "services/echo.yaml",
    `name: echo
service: { ExecStart: /bin/echo ${word}, StandardInput: socket, User: nobody }
sockets: [{ ListenStream: "127.0.0.1:18190", Accept: true }]
settle: 1s
`,
  );
  shop.write(
    "playbooks/site.yaml",
    "- { play: app, hosts: all, services: [app, echo], rollout: { healthyDeadline: 8s } }\n",
  );
}

const ANSWER = `perl -MIO::Socket::INET -e '
  my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 18190, Timeout => 10) or die "nobody: $!\\n"; print <$s>'`;
const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
const show = (host: TestHost, unit: string, property: string): Promise<string> =>
  host.shell(`systemctl show -p ${property} ${unit}`);
const limitOf = async (host: TestHost, unit: string): Promise<string> => {
  const pid = (await show(host, unit, "MainPID")).trim().replace("MainPID=", "");
  return (await host.shell(`grep 'open files' /proc/${pid}/limits`)).split(/\s+/)[3] ?? "";
};
/** Puts a job into a folder and waits until the path unit has had it done. */
const runJob = (host: TestHost, inbox: string, job: string): Promise<string> =>
  host.shell(`: >/var/spool/app/${inbox}/${job}.job; i=0; until [ -e /var/spool/app/done/${job}.job ]; do
    i=$((i + 1)); [ $i -le 300 ] || { systemctl status app-incoming.path app-incoming.service; exit 1; }; sleep 0.1; done`);

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(() => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
    shop.write(
      "playbooks/site.yaml",
      "- { play: app, hosts: all, services: [app], rollout: { healthyDeadline: 8s } }\n",
    );
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);
  const applied = async (): Promise<string> => {
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    return run.stdout;
  };

  step(
    "applied: the path is watched, the drop-in is in the process, the other name answers; then there is nothing to do",
    async () => {
      give(shop);
      expect(await applied()).toContain("restart other.service: LimitNOFILE changed");
      expect(await host.shell("systemctl is-active app-incoming.path app.service other.service")).toBe(
        "active\nactive\nactive\n",
      );
      expect(await host.shell("systemctl is-enabled app-incoming.path app.service")).toBe(
        "enabled\nenabled\n",
      );
      expect(await limitOf(host, "other.service")).toBe("4096");
      expect(await show(host, "nick.service", "Id")).toBe("Id=app.service\n");
      await runJob(host, "in", "first");
      const second = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
      expect({ code: second.code, said: second.stdout }).toMatchObject({ code: 0 });
      expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
    },
  );

  step("changed: a daemon-reload moves the path; a limit that applies live restarts nobody", async () => {
    const before = [
      await show(host, "app-incoming.path", "InvocationID"),
      await show(host, "other.service", "InvocationID"),
    ];
    give(shop, { inbox: "out", dropIn: "LimitNOFILE: 4096, MemoryMax: 200M" });
    expect(await applied()).not.toMatch(/restart (?:app|other)/);
    expect([
      await show(host, "app-incoming.path", "InvocationID"),
      await show(host, "other.service", "InvocationID"),
    ]).toEqual(before);
    expect(await show(host, "other.service", "MemoryMax")).toBe(`MemoryMax=${200 * 1024 * 1024}\n`);
    await runJob(host, "out", "second");
  });

  step("edited by hand it is drift, and is put back without a restart", async () => {
    const before = await show(host, "other.service", "InvocationID");
    await host.shell(`echo LimitNOFILE=1 >>${DROP_IN}`);
    const drift = await shop.run(["drift", "--env", "test"]);
    expect({ code: drift.code, said: drift.stdout }).toMatchObject({ code: 2 });
    expect(drift.stdout).toContain(`content ${DROP_IN}`);
    await applied();
    expect(await show(host, "other.service", "InvocationID")).toBe(before);
  });

  step("a unit of others that does not come up again: it is back as it was", async () => {
    give(shop, { inbox: "out", dropIn: "LimitNOFILE: 8192, Environment: BROKEN=1" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 5 });
    expect(run.stdout).toContain("other.service");
    expect(await host.shell("systemctl is-active other.service app.service")).toBe("active\nactive\n");
    expect(await limitOf(host, "other.service")).toBe("4096");
    expect(await host.shell(`cat ${DROP_IN}`)).not.toContain("BROKEN");
    give(shop, { inbox: "out", dropIn: "LimitNOFILE: 4096, MemoryMax: 200M" });
    const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
    expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
  });

  step("what a daemon-reload alone stops runs again: ours and a unit of others", async () => {
    const bound = "{ BindsTo: debug-shell.service }";
    for (const [dropIn, more] of [
      ["LimitNOFILE: 4096, MemoryMax: 200M", `unit: ${bound}\n`],
      [
        "",
        `dropins: [{ unit: other.service, name: bound, Unit: ${bound} }, { unit: other.service, name: limits, Service: { LimitNOFILE: 4096, MemoryMax: 200M } }]\n`,
      ],
    ] as const) {
      give(shop, { inbox: "out", dropIn, more });
      const run = await apply(shop);
      // systemd 247 binds them at the next start only.
      expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({
        code: version === 247 ? 0 : 5,
      });
      expect(await host.shell("systemctl is-active other.service app.service")).toBe("active\nactive\n");
    }
    give(shop, {
      inbox: "out",
      dropIn: "LimitNOFILE: 4096, MemoryMax: 200M",
      more: "unit: { BindsTo: nobody.service }\n",
    });
    const refused = await apply(shop);
    expect({ code: refused.code, said: refused.stdout + refused.stderr }).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain("Unit nobody.service not found");
    give(shop, { inbox: "out", dropIn: "LimitNOFILE: 4096, MemoryMax: 200M" });
    await applied();
  });

  step("one that is down stays down, and has it when it starts", async () => {
    await host.shell("systemctl stop other.service");
    give(shop, { inbox: "out", dropIn: "LimitNOFILE: 2048" });
    expect(await applied()).not.toContain("other.service: ");
    expect((await host.exec(["systemctl", "is-active", "other.service"])).stdout).toBe("inactive\n");
    await host.shell("systemctl start other.service");
    expect(await limitOf(host, "other.service")).toBe("2048");
    const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
    expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
  });

  step(
    "what cannot be is refused before anything is touched: a name that is taken, a unit that is not there",
    async () => {
      const install = "install: { WantedBy: multi-user.target, Alias: other.service }";
      const dropIn = 'dropins: [{ unit: absent.service, name: x, Service: { UMask: "077" } }]';
      shop.write(
        "services/app.yaml",
        `name: app\nservice: { ExecStart: /bin/true }\n${install}\n${dropIn}\n`,
      );
      const run = await apply(shop);
      expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 1 });
      expect(run.stdout.replaceAll(/\s+/g, " ")).toContain(
        "Alias=other.service is the name of the distribution's unit",
      );
      expect(run.stdout.replaceAll(/\s+/g, " ")).toContain("absent.service is not on the host");
    },
  );

  step(
    "a socket that accepts starts the service once a connection; a change needs nothing, and the next connection has it",
    async () => {
      giveEcho(shop, "first");
      await applied();
      expect(await host.shell("systemctl is-active echo.socket && systemctl is-enabled echo.socket")).toBe(
        "active\nenabled\n",
      );
      expect([await host.shell(ANSWER), await host.shell(ANSWER)]).toEqual(["first\n", "first\n"]);
      const before = await show(host, "echo.socket", "InvocationID");
      giveEcho(shop, "second");
      expect(await applied()).not.toMatch(/! (?:re)?start|! stop/);
      expect(await host.shell(ANSWER)).toBe("second\n");
      expect(await show(host, "echo.socket", "InvocationID")).toBe(before);
      const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
      expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
    },
  );

  step("rolled back: the drop-in is what it was, and the process has it", async () => {
    const run = await shop.run(["rollback", "app", "--env", "test", "--yes"]);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    expect(run.stdout).toContain("restart other.service: LimitNOFILE changed");
    expect(await limitOf(host, "other.service")).toBe("4096");
    expect(await host.shell("systemctl is-active other.service app.service")).toBe("active\nactive\n");
  });

  step(
    "removed: what the service file says no more goes, and the unit of others runs without it",
    async () => {
      shop.write(
        "services/app.yaml",
        "name: app\nservice: { ExecStart: /bin/sleep infinity, Type: exec }\nsettle: 1s\n",
      );
      const said = await applied();
      expect(said).toContain("stop app-incoming.path: no longer declared");
      expect(said).toContain("restart other.service: LimitNOFILE changed in our drop-in");
      expect(await host.shell("systemctl is-active other.service app.service")).toBe("active\nactive\n");
      expect(await limitOf(host, "other.service")).not.toBe("4096");
      expect(await show(host, "other.service", "DropInPaths")).not.toContain("svcdeploy");
      expect(await show(host, "nick.service", "LoadState")).toBe("LoadState=not-found\n");
      expect((await host.exec(["systemctl", "is-active", "app-incoming.path"])).stdout).toBe("inactive\n");
      expect(
        (
          await host.exec([
            "ls",
            DROP_IN,
            "/etc/systemd/system/app-incoming.path",
            "/etc/systemd/system/nick.service",
          ])
        ).stdout,
      ).toBe("");
      const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
      expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
    },
  );
});
