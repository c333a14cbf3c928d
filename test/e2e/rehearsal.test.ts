/**
 * Before anything is written, systemd and logrotate of the host read it: what they say, and that nothing is
 * left of it. And logrotate's file at work.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { relayed } from "../support/relayed-host.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Run, type Workshop } from "../support/workshop.ts";

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(
    systemdVersions.map((systemd) => startHost({ systemd, name: "rehearsal" })),
  );
  for (const host of started) hosts.set(host.systemd, host);
  await Promise.all(started.map(prepare));
});
afterAll(removeHosts);

/** Counts its calls, and takes its time where a file says so. */
const WRAPPER = `#!/bin/sh
echo "$*" >>/root/analyzed
i=0
while [ -e /root/slow ] && [ $i -lt 600 ]; do i=$((i + 1)); sleep 0.1; done
exec /usr/bin/systemd-analyze "$@"
`;

/** A host with mistakes of its own. */
async function prepare(host: TestHost): Promise<void> {
  await host.exec(["tee", "/usr/local/bin/systemd-analyze"], WRAPPER);
  await host.exec(
    ["tee", "/etc/systemd/system/foreign.service"],
    "[Unit]\nBogus=1\n[Service]\nType=oneshot\nExecStart=/usr/bin/not-there\n",
  );
  await host.exec(
    ["tee", "/etc/logrotate.d/foreign"],
    "/var/log/foreign.log {\n  dayly\n  missingok\n}\n/var/log/broken.log {\n  rotate x\n}\n",
  );
  await host.exec(["tee", "/etc/logrotate.d/shared"], "/var/log/shared.log {\n  missingok\n}\n");
  await host.shell(
    "chmod 755 /usr/local/bin/systemd-analyze; chmod 644 /etc/logrotate.d/*; touch /root/analyzed; systemctl daemon-reload",
  );
}

type Written = {
  readonly service?: string;
  readonly rotate?: string;
  readonly paths?: string;
  readonly ignore?: string;
  readonly rotation?: "block" | "file" | "none";
};

/** Writes a line a moment into its log, which it opens anew on a signal. */
const PROGRAM = `#!/bin/bash
exec >>/var/log/scribe/a.log
trap 'exec >>/var/log/scribe/a.log' USR1
while :; do echo tick; sleep 0.2; done
`;

/** The same logs, in a file of the service's own beside its block. */
const OWN_FILE =
  '{ path: /etc/logrotate.d/scribe-own, content: "/var/log/scribe/a.log {\\n  missingok\\n  su scribe scribe\\n}\\n", onChange: none }';

function give(
  shop: Workshop,
  {
    service = "  Type: exec\n",
    rotate = "weekly: true, copytruncate: true",
    paths = "/var/log/scribe/*.log",
    ignore = "",
    rotation = "block",
  }: Written,
): void {
  const block = `logrotate: { paths: [${paths}], rotate: 3, missingok: true, ${rotate} }\n`;
  shop.write("artifacts/scribe.sh", PROGRAM);
  shop.write(
    "playbooks/site.yaml",
    "- { play: site, hosts: all, services: [scribe], rollout: { healthyDeadline: 8s } }\n",
  );
  shop.write(
    "services/scribe.yaml",
    `name: scribe
account: { user: scribe }
unit: { Wants: foreign.service }
service:
${service}  ExecStart: /etc/scribe/scribe.sh
  ExecReload: /bin/kill -USR1 $MAINPID
files: [{ path: /etc/scribe/scribe.sh, source: artifacts/scribe.sh, mode: "0755" }${rotation === "file" ? `, ${OWN_FILE}` : ""}]
directories: [{ path: /var/log/scribe, mode: "0775" }]
${rotation === "block" ? block : ""}settle: 1s
lint: { ignore: [${ignore}] }
`,
  );
}

const plan = (shop: Workshop): Promise<Run> => shop.run(["plan", "--env", "test", "--no-pager"]);
const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
/** The notices of a plan, each on one line. */
const noticesIn = ({ stdout }: Run): readonly string[] =>
  stdout
    .replaceAll(/\n {6}(?=\S)/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^(?:error|warning|info): /.test(line));
const staging = (host: TestHost): Promise<string> => host.shell("ls /run | grep svcdeploy-rehearse || true");
const asked = (host: TestHost): Promise<string> => host.shell("wc -l </root/analyzed");

/** Rotates and waits until the program writes into the new log and no more into the old one. */
async function rotated(host: TestHost): Promise<void> {
  await until(60_000, "a log to rotate", () =>
    host.exec(["test", "-s", "/var/log/scribe/a.log"]).then(({ status }) => (status === 0 ? true : null)),
  );
  await host.shell(
    "touch /root/state; chmod 600 /root/state; logrotate -f -s /root/state /etc/logrotate.d/scribe",
  );
  await until(60_000, "the new log to grow", () =>
    host.exec(["test", "-s", "/var/log/scribe/a.log"]).then(({ status }) => (status === 0 ? true : null)),
  );
  expect(await host.shell("stat -c '%a %U:%G' /var/log/scribe/a.log")).toBe("640 scribe:scribe\n");
  const size = await host.shell("stat -c %s /var/log/scribe/a.log.1");
  const grown = await host.shell("stat -c %s /var/log/scribe/a.log");
  await until(60_000, "the new log to go on growing", async () =>
    (await host.shell("stat -c %s /var/log/scribe/a.log")) === grown ? null : true,
  );
  expect(await host.shell("stat -c %s /var/log/scribe/a.log.1")).toBe(size);
}

describe.concurrent.each(systemdVersions)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(() => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeWorkshop([host]);
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);

  step(
    "what the host says of its own files, and of what the transaction brings, is not told; plan and apply ask, nothing else does",
    async () => {
      give(shop, {});
      expect(noticesIn(await plan(shop))).toEqual([]);
      expect(await asked(host)).not.toBe("0\n");
      const first = await apply(shop);
      expect({ code: first.code, said: first.stdout + first.stderr }).toMatchObject({ code: 0 });
      expect(await staging(host)).toBe("");
      const before = await asked(host);
      expect((await plan(shop)).stdout).toContain("No changes");
      expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
      expect((await shop.run(["status", "--env", "test"])).code).toBe(0);
      expect(await asked(host)).toBe(before);
    },
  );

  step(
    "a value that lint does not know to be wrong: systemd does, at the line of the service file",
    async () => {
      give(shop, { service: "  Type: exec\n  IOWeight: 100000\n" });
      expect(noticesIn(await plan(shop))).toEqual([
        expect.stringMatching(
          new RegExp(
            `^warning: systemd ${version} says of scribe\\.service:\\d+ \\(services/scribe\\.yaml:6\\): .*, ignoring`,
          ),
        ),
      ]);
    },
  );

  step(
    "a unit that systemd would not load is refused, whatever lint was told; the host stays as it was",
    async () => {
      give(shop, {
        service: "  Type: oneshot\n  Restart: always\n",
        ignore: '{ rule: SD033, because: "to see" }',
      });
      const shown = await plan(shop);
      expect({ notices: noticesIn(shown), said: shown.stderr }).toMatchObject({
        notices: [expect.stringMatching(/^error: .*Refusing\.$/)],
      });
      expect(shown.stdout).toContain("1 host will be refused.");
      expect(shown.code).toBe(1);
      const run = await apply(shop);
      expect({ code: run.code, said: run.stdout }).toMatchObject({
        code: 1,
        said: expect.stringContaining("Refusing."),
      });
      expect(
        await host.shell(
          "systemctl is-active scribe; grep -c oneshot /etc/systemd/system/scribe.service || true",
        ),
      ).toBe("active\n0\n");
    },
  );

  step("a unit that ends systemd 247 itself ends its reader alone", async () => {
    give(shop, { service: "  Type: dbus\n", ignore: '{ rule: SD029, because: "to see" }' });
    const notices = noticesIn(await plan(shop));
    expect(notices).toEqual([
      expect.stringMatching(
        version === 247 ? /^error: .*crashed on these unit files \(signal 6\)/ : /^error: .*Refusing\.$/,
      ),
    ]);
    expect(await host.shell("systemctl is-active scribe")).toBe("active\n");
    expect(await staging(host)).toBe("");
  });

  step("a log that another file has already: refused, and the other file is named", async () => {
    give(shop, { paths: "/var/log/scribe/*.log, /var/log/shared.log" });
    const shown = await plan(shop);
    expect(noticesIn(shown)).toEqual([
      "error: logrotate says of /etc/logrotate.d/shared, because of what this plan writes: duplicate log entry for /var/log/shared.log, which is in /etc/logrotate.d/scribe as well: it skips the whole file",
    ]);
    expect((await apply(shop)).code).toBe(1);
    expect(await host.shell("grep -c shared.log /etc/logrotate.d/scribe || true")).toBe("0\n");
  });

  step("the connection is cut meanwhile: nothing stays on the host", async () => {
    const { host: far, relay } = await relayed(host);
    const other = makeWorkshop([far]);
    try {
      give(other, { service: "  Type: exec\n  CPUWeight: 50\n" });
      await host.shell("touch /root/slow");
      const running = plan(other);
      await until(60_000, "a staging folder", async () => (await staging(host)) || null);
      relay.cut();
      expect((await running).code).toBe(4);
      await host.shell("rm /root/slow");
      await until(60_000, "the end of the staging folder", async () =>
        (await staging(host)) === "" ? true : null,
      );
    } finally {
      await host.shell("rm -f /root/slow");
      await relay.close();
      other.remove();
    }
  });

  step(
    "a signal after the rotation: the program goes on in a new log, made for its user; nothing restarts",
    async () => {
      const before = await host.shell("systemctl show -p InvocationID --value scribe");
      give(shop, {
        rotate: 'daily: true, maxsize: 1M, create: "0640 scribe scribe", postrotate: { signal: USR1 }',
      });
      const run = await apply(shop);
      expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
      await rotated(host);
      expect(await host.shell("systemctl show -p InvocationID --value scribe")).toBe(before);
    },
  );

  step("a reload does the same; hourly is told to be more than the timer gives", async () => {
    give(shop, { rotate: 'hourly: true, create: "0640", postrotate: reload' });
    expect(noticesIn(await plan(shop))).toEqual([
      expect.stringMatching(/^warning: .*\(services\/scribe\.yaml:10\) says hourly, but logrotate\.timer/),
    ]);
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    await rotated(host);
  });

  step("a service that does not run is no failed rotation; a host without logrotate is told", async () => {
    await host.shell("systemctl stop scribe; logrotate -f -s /root/state /etc/logrotate.d/scribe");
    await host.shell("systemctl start scribe; mv /usr/sbin/logrotate /usr/sbin/logrotate.away");
    give(shop, {});
    expect(noticesIn(await plan(shop))).toEqual([
      "warning: logrotate is not installed: nothing will rotate these logs",
    ]);
    await host.shell("mv /usr/sbin/logrotate.away /usr/sbin/logrotate");
  });

  step(
    "the logs move from the block to a file beside it: no duplicate, since the first one goes along; then both are gone",
    async () => {
      give(shop, { rotation: "file" });
      expect(noticesIn(await plan(shop))).toEqual([]);
      const moved = await apply(shop);
      expect({ code: moved.code, said: moved.stdout + moved.stderr }).toMatchObject({ code: 0 });
      expect(await host.shell("ls /etc/logrotate.d | grep scribe")).toBe("scribe-own\n");
      give(shop, { rotation: "none" });
      const run = await apply(shop);
      expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
      expect(await host.shell("ls /etc/logrotate.d | grep scribe || true")).toBe("");
      expect((await plan(shop)).stdout).toContain("No changes");
    },
  );
});
