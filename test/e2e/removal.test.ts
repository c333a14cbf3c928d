/**
 * Each block of a service changed and then taken out of its file; a service that leaves the project; what is
 * never removed, and what is refused.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(247);

const canary = "canary-removal-51c0ffee";
const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "removal" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

const plain = (name: string): string =>
  `name: ${name}\nservice: { ExecStart: /bin/sleep 100000 }\nsettle: 1s\n`;

/** The web service with every block there is; number: what differs from one version to the next. */
function full(number: number): string {
  return `name: web
artifact: { source: artifacts/web.pl, version: "1.0" }
account: { user: web }
slice: { name: payments, MemoryMax: ${number}00M }
cache: { path: /var/cache/web, size: ${number}M, mode: "0750", owner: web, group: web }
logrotate: { paths: [/var/log/web/*.log], weekly: true, rotate: ${number} }
directories: [{ path: /var/lib/webdata, mode: "0750", owner: web, group: web }, { path: /var/log/web, mode: "0750", owner: web, group: web }]
service: { Type: notify, ExecStart: /opt/web/current/web.pl /etc/web/web.conf, TimeoutStartSec: 30s }
install: { WantedBy: multi-user.target graphical.target }
environment: { GREETING: "${number}" }
secrets: { TOKEN: { env: THE_TOKEN } }
files:
  - { path: /etc/web/web.conf, content: "port=1808${number}\\n", mode: "0644", onChange: restart }
  - { path: /etc/web/extra.conf, content: "extra ${number}\\n", mode: "0644", onChange: none }
sockets: [{ ListenStream: "127.0.0.1:1808${number}" }]
timers: [{ name: rollup, OnCalendar: "*-01-0${number} 04:00:00", ExecStart: /bin/sleep 1000 }]
settle: 1s
`;
}

/** What is left when every block is gone that can go. */
function bare(conf = "port=18082\\n"): string {
  return `name: web
artifact: { source: artifacts/web.pl, version: "1.0" }
service: { Type: notify, ExecStart: /opt/web/current/web.pl /etc/web/web.conf, TimeoutStartSec: 30s }
install: { WantedBy: multi-user.target }
files: [{ path: /etc/web/web.conf, content: "${conf}", mode: "0644", onChange: restart }]
settle: 1s
`;
}

/** Everything that ours could leave behind: what systemd knows, the files, mounts and records. */
const traces = `systemctl list-units --all --no-legend --plain 'web*' 'payments*' 'var-cache-web*' | awk '{ print $1, $2, $3 }' | sort
find /etc/web /etc/svcdeploy/env /etc/logrotate.d/web /opt/web /etc/systemd/system/ \\( -name 'web*' -o -name 'payments*' -o -name 'var-cache*' -o -path '*/web/*' \\) \
  ! -type d -printf '%p %m %u:%g %l\\n' 2>/dev/null | sort
find /etc/web /etc/svcdeploy/env /etc/logrotate.d/web /opt/web /etc/systemd/system/ \\( -name 'web*' -o -name 'payments*' -o -name 'var-cache*' -o -path '*/web/*' \\) \
  -type f -exec sha256sum {} + 2>/dev/null | sort
grep ' /var/cache/web ' /proc/self/mounts || echo not mounted
ls /var/lib/svcdeploy/units /var/lib/svcdeploy/projects/workshop /var/lib/svcdeploy/targets/workshop`;

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(() => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
    for (const name of ["one", "two", "three"]) shop.write(`services/${name}.yaml`, plain(name));
    play("web", "one", "two", "three");
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);
  const play = (...services: readonly string[]): void =>
    shop.write(
      "playbooks/site.yaml",
      `- { play: web, hosts: all, services: [${services.join(", ")}], rollout: { healthyDeadline: 15s } }\n`,
    );
  const run = async (...args: readonly string[]): Promise<Run> => {
    const done = await shop.run([...args, "--env", "test"], { env: { THE_TOKEN: canary } });
    expect(done.stdout + done.stderr).not.toContain(canary);
    return done;
  };
  const apply = async (expected: number, ...args: readonly string[]): Promise<Run> => {
    const done = await run("apply", "--yes", ...args);
    expect({ code: done.code, said: done.stdout + done.stderr }).toMatchObject({ code: expected });
    return done;
  };
  const nothingPending = async (): Promise<void> => {
    const plan = await run("plan", "--detailed-exitcode");
    expect({ code: plan.code, said: plan.stdout + plan.stderr }).toMatchObject({ code: 0 });
  };

  step("every block is applied, and changed", async () => {
    shop.write("services/web.yaml", full(1));
    await apply(0);
    shop.write("services/web.yaml", full(2));
    await apply(0);
    await nothingPending();
    expect(
      await host.shell(
        "systemctl is-active web.service web.socket web-rollup.timer var-cache-web.mount payments.slice",
      ),
    ).toBe("active\n".repeat(5));
  });

  step(
    "a removal after which the service does not come up is undone: everything runs again as before",
    async () => {
      const before = await host.shell(traces);
      shop.write("services/web.yaml", bare("bad key=1\\n"));
      await apply(5);
      expect(await host.shell(traces)).toBe(before);
      expect(
        await host.shell(
          "systemctl is-active web.service web.socket web-rollup.timer var-cache-web.mount payments.slice",
        ),
      ).toBe("active\n".repeat(5));
      shop.write("services/web.yaml", full(2));
      await nothingPending();
    },
  );

  step(
    "every block is removed: shown as a diff against nothing, without the secret; then it is gone, and users and data are not",
    async () => {
      await host.shell(
        "systemctl start --no-block web-rollup.service; echo data >/var/lib/webdata/file; echo line >/var/log/web/web.log",
      );
      shop.write("services/web.yaml", bare());
      await host.shell("chmod 0777 /etc/logrotate.d");
      const refused = await run("plan");
      expect(refused.code).toBe(1);
      expect(refused.stdout.replace(/\s+/g, " ")).toContain(
        "error: /etc/logrotate.d is writable by everyone, so that root must not remove /etc/logrotate.d/web",
      );
      await host.shell("chmod 0755 /etc/logrotate.d");
      const plan = await run("plan");
      expect(plan.stdout).toContain("- file /etc/systemd/system/web-rollup.timer: no longer declared");
      expect(plan.stdout).toContain("-MemoryMax=200M");
      expect(plan.stdout).toContain("- file /etc/svcdeploy/env/web.env (secret): no longer declared");
      expect(plan.stdout).toContain("var-cache-web.mount is unmounted: its contents are lost");
      expect(plan.stdout).toMatch(/web-rollup.service is \w+: what it does right now is cut short/);
      expect((await run("drift")).code).toBe(2);
      const done = await apply(0);
      const order = [
        "stop web.service",
        "stop web-rollup.timer",
        "stop var-cache-web.mount",
        "daemon-reload",
        "start web.service",
      ];
      const found = order.map((text) => done.stdout.indexOf(text));
      expect(found.toSorted((left, right) => left - right)).toEqual(found);
      const left = await host.shell(traces);
      expect(left).toContain("web.service loaded active\n");
      expect(left).not.toMatch(/rollup|payments|web\.socket|logrotate|web\.env|extra\.conf|graphical/);
      expect(left).toContain("not mounted");
      expect(await host.shell("id -un web; cat /var/lib/webdata/file /var/log/web/web.log")).toBe(
        "web\ndata\nline\n",
      );
      expect(await host.shell("systemctl --failed --no-legend | wc -l")).toBe("0\n");
      await nothingPending();
      expect((await run("drift")).code).toBe(0);
    },
  );

  step("what somebody edited or pointed elsewhere since stays, is named, and stays ours", async () => {
    shop.write("services/web.yaml", full(2));
    await apply(0);
    await host.shell(
      "echo edited >>/etc/web/extra.conf; echo '# edited' >>/etc/systemd/system/web-rollup.timer; systemctl daemon-reload; ln -sfn /dev/null /etc/systemd/system/graphical.target.wants/web.service",
    );
    shop.write("services/web.yaml", bare());
    const done = await apply(0);
    expect(done.stdout.replace(/\s+/g, " ")).toContain(
      "orphan: file /etc/web/extra.conf of web is no longer declared, but someone edited it since",
    );
    expect(
      await host.shell(
        "tail -n 1 /etc/web/extra.conf; readlink /etc/systemd/system/graphical.target.wants/web.service",
      ),
    ).toBe("edited\n/dev/null\n");
    expect(
      await host.shell(
        "systemctl is-active web-rollup.timer; grep -c extra.conf /var/lib/svcdeploy/projects/workshop/web",
      ),
    ).toBe("active\n1\n");
    await host.shell(
      "rm /etc/web/extra.conf /etc/systemd/system/graphical.target.wants/web.service; systemctl disable --now web-rollup.timer",
    );
    await host.shell("rm /etc/systemd/system/web-rollup.timer; systemctl daemon-reload");
    await apply(0);
    await nothingPending();
    expect(await host.shell(traces)).not.toMatch(/rollup|graphical/);
  });

  step(
    "a service that left the project is shown, and goes only with --prune; most of them only with --prune=all",
    async () => {
      shop.write("services/web.yaml", full(2));
      await apply(0);
      play("three");
      const plan = await run("plan", "--detailed-exitcode");
      expect(plan.code).toBe(0);
      expect(plan.stdout).toContain("service web left the project and is still on the host");
      expect((await run("plan", "--prune", "--service", "three")).code).toBe(64);
      const refused = await apply(1, "--prune");
      expect(refused.stdout.replace(/\s+/g, " ")).toContain(
        "3 of the 4 services that workshop has here would be removed (one, two, web)",
      );
      play("one", "two", "three");
      const done = await apply(0, "--prune");
      expect(done.stdout).toContain("stop web.service: no longer declared");
      const left = await host.shell(traces);
      expect(left).not.toMatch(
        /^web[.-]\S* (loaded|not-found)|payments|var-cache|logrotate|web\.env|\/etc\/web\//m,
      );
      expect(
        await host.shell(
          "systemctl is-active one.service two.service three.service; ls /var/lib/svcdeploy/projects/workshop | xargs",
        ),
      ).toBe("active\nactive\nactive\none three two\n");
      await nothingPending();
    },
  );

  step("a rollback of that run brings the service back with its release", async () => {
    const last = /^run=([0-9a-f]{32})/.exec(await host.shell("tail -n 1 /var/lib/svcdeploy/runs"))?.[1] ?? "";
    const back = await run("rollback", "--run", last, "--yes");
    expect({ code: back.code, said: back.stdout + back.stderr }).toMatchObject({ code: 0 });
    expect(
      await host.shell("systemctl is-active web.service web.socket web-rollup.timer var-cache-web.mount"),
    ).toBe("active\n".repeat(4));
  });

  step(
    "a host that no play names any more is looked at only with --prune, and everything goes only with --prune=all",
    async () => {
      const other = makeWorkshop([host], { hostLines: "  away: { address: 127.0.0.1, port: 1 }\n" });
      other.write("playbooks/site.yaml", "- { play: web, hosts: away, services: [web] }\n");
      const at = (...args: readonly string[]): Promise<Run> =>
        other.run([...args, "--env", "test", "--limit", "h1"]);
      expect((await at("plan")).code).toBe(64);
      expect((await at("plan", "--prune")).stdout.replace(/\s+/g, " ")).toContain(
        "all 4 services that workshop has here would be removed (one, three, two,",
      );
      expect((await at("apply", "--yes", "--prune")).code).toBe(1);
      const done = await at("apply", "--yes", "--prune=all");
      expect({ code: done.code, said: done.stdout + done.stderr }).toMatchObject({ code: 0 });
      expect(
        await host.shell(
          "systemctl is-active one.service web.service; ls /var/lib/svcdeploy/projects/workshop | wc -l",
        ),
      ).toBe("inactive\ninactive\n0\n");
      expect((await at("plan", "--prune", "--detailed-exitcode")).code).toBe(0);
      const back = await at("rollback", "web", "--dry-run");
      expect({ code: back.code, said: back.stdout + back.stderr }).toMatchObject({
        code: 0,
        said: expect.stringContaining("start web.service"),
      });
      expect((await at("rollback", "web", "--dry-run", "--to", "999")).stdout).toContain(
        "generation 999 is not kept",
      );
      other.remove();
    },
  );

  step("one service is removed by name, the last ones by an empty playbook with --prune=all", async () => {
    play("one", "two", "three");
    await apply(0);
    const shown = await run("remove", "two", "--dry-run");
    expect(shown.stdout).toContain("stop two.service: no longer declared");
    expect(shown.stdout).not.toMatch(/one\.service|three\.service/);
    expect((await run("remove", "nope", "--dry-run")).code).toBe(64);
    const removed = await run("remove", "two", "--yes");
    expect({ code: removed.code, said: removed.stdout.replace(/\s+/g, " ") }).toMatchObject({
      code: 0,
      said: expect.stringContaining("the play web still brings two: take it out of playbooks/site.yaml"),
    });
    expect(await host.shell("systemctl is-active one.service two.service three.service || true")).toBe(
      "active\ninactive\nactive\n",
    );
    shop.write("playbooks/site.yaml", "[]\n");
    expect((await run("plan", "--prune")).code).toBe(1);
    await apply(0, "--prune=all");
    expect(await host.shell("ls /var/lib/svcdeploy/projects/workshop | wc -l")).toBe("0\n");
    expect((await run("plan", "--prune=all", "--detailed-exitcode")).code).toBe(0);
  });
});
