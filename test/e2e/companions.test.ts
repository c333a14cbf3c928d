/**
 * What stands beside a service: sockets that systemd holds for it, timers with their jobs, and a secret that
 * a program prints.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const VERSIONS = versionsOr(257);

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "beside" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

type Beside = {
  readonly port?: number;
  readonly when?: string;
  readonly greeting?: string;
  readonly conf?: string;
};

/** The web service behind a socket, with an hourly job that writes down who it is. */
function give(
  shop: Workshop,
  { port = 18081, when = "hourly", greeting = "hello", conf = "" }: Beside = {},
): void {
  const job = "/bin/sh -c 'id -un; echo $GREETING $TOKEN $GOMAXPROCS'";
  shop.write(
    "services/web.yaml",
    webService({
      service: "  CPUQuota: 150%",
      extra: `runtime: go
secrets: { TOKEN: { exec: [printf, "from a program"] } }
sockets: [{ ListenStream: "127.0.0.1:${port}", After: network-online.target }]
timers:
  - { name: rollup, OnCalendar: "${when}", ExecStart: "${job.replaceAll("$", "$$")}" }
`,
    }).replace("18080", String(port)),
  );
  shop.write("templates/web.conf.hbs", `version={{values.version}}\n${conf}`);
  shop.write("values/test.yaml", `greeting: ${greeting}\n`);
}

const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
const answers = (port: number): string => `perl -MIO::Socket::INET -e '
  my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => ${port}, Timeout => 5) or die "nobody\\n";
  print $s "GET /ready HTTP/1.0\\r\\n\\r\\n"; print grep { /version/ } <$s>'`;
const show = (host: TestHost, unit: string, property: string): Promise<string> =>
  host.shell(`systemctl show -p ${property} --value ${unit}`);

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
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

  step("the service is given its socket; the timer waits; a second apply has nothing to do", async () => {
    give(shop);
    const first = await apply(shop);
    expect({ code: first.code, said: first.stdout + first.stderr }).toMatchObject({ code: 0 });
    expect(await host.shell("systemctl is-active web.socket web.service web-rollup.timer")).toBe(
      "active\nactive\nactive\n",
    );
    expect(await host.shell("systemctl is-enabled web.socket web-rollup.timer")).toBe("enabled\nenabled\n");
    expect(await show(host, "web.socket", "After")).toContain("network-online.target");
    expect(await host.shell("journalctl -q --no-pager -u web.service")).toContain(
      "given 1 sockets: web.socket",
    );
    expect(await host.shell(answers(18081))).toContain('"version":"1.0"');
    const second = await apply(shop);
    expect({ code: second.code, said: second.stdout }).toMatchObject({ code: 0 });
    expect(second.stdout).toContain("No changes");
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
  });

  step("the job runs as the service does", async () => {
    await host.shell("systemctl start web-rollup.service; journalctl --sync");
    const said = await host.shell("journalctl -q --no-pager -o cat -u web-rollup.service");
    expect(said).toContain("web\n");
    expect(said).toContain("hello from a program 2\n");
  });

  step("another time for the timer is a daemon-reload and nothing else", async () => {
    const before = [
      await show(host, "web.service", "InvocationID"),
      await show(host, "web-rollup.timer", "InvocationID"),
    ];
    const next = await show(host, "web-rollup.timer", "NextElapseUSecRealtime");
    give(shop, { when: "*-01-01 04:00:00" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout }).toMatchObject({ code: 0 });
    expect(run.stdout).not.toMatch(/restart|start web/);
    expect(await show(host, "web-rollup.timer", "NextElapseUSecRealtime")).not.toBe(next);
    expect([
      await show(host, "web.service", "InvocationID"),
      await show(host, "web-rollup.timer", "InvocationID"),
    ]).toEqual(before);
  });

  step("another address: the service goes down, the socket moves, the service comes back on it", async () => {
    give(shop, { when: "*-01-01 04:00:00", port: 18082 });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    const order = [
      "stop web.service: web.socket restarts",
      "restart web.socket: ListenStream changed",
      "start web.service",
    ];
    expect(order.map((text) => run.stdout.indexOf(text)).toSorted((a, b) => a - b)).toEqual(
      order.map((text) => run.stdout.indexOf(text)),
    );
    expect(order.every((text) => run.stdout.includes(text))).toBe(true);
    expect(await host.shell(answers(18082))).toContain('"version":"1.0"');
  });

  step("an address that is taken: both are back on the old one", async () => {
    const squatter =
      'use IO::Socket::INET; my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:18083") or die; sleep 1000';
    await host.exec(["tee", "/tmp/squatter.pl"], squatter);
    await host.shell("systemd-run -q --unit=squatter perl /tmp/squatter.pl");
    await host.shell(
      "i=0; until ss -ltn | grep -q 18083 || [ $i = 100 ]; do i=$((i + 1)); sleep 0.1; done; ss -ltn | grep -q 18083",
    );
    give(shop, { when: "*-01-01 04:00:00", port: 18083 });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 5 });
    expect(run.stdout).toContain("rolled-back");
    expect(await host.shell("systemctl is-active web.socket web.service web-rollup.timer")).toBe(
      "active\nactive\nactive\n",
    );
    expect(await host.shell(answers(18082))).toContain('"version":"1.0"');
    await host.shell("systemctl stop squatter");
  });

  step("a service that does not come up on its new socket: both are back on the old one", async () => {
    give(shop, { when: "*-01-01 04:00:00", port: 18084, conf: "bad key=1\n" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 5 });
    expect(await host.shell("systemctl is-active web.socket web.service")).toBe("active\nactive\n");
    expect(await host.shell(answers(18082))).toContain('"version":"1.0"');
    give(shop, { when: "*-01-01 04:00:00", port: 18082 });
    const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
    expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
  });
});
