/** After an undo `systemctl --failed` has nothing of ours: neither what was tried nor the unit that tried it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stateFolder } from "../../src/host/frames.ts";
import { reportsOf } from "../support/events.ts";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { settleAlone } from "../support/snapshot.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(257);

const SERVICE = `name: app
service: { ExecStart: "/bin/sleep {{values.version}}" }
files:
  - { path: /etc/app.conf, content: "v={{values.version}}\\n", onChange: restart }
settle: 1s
`;
/** A timer whose job fails at once, and one whose job runs on. */
const JOBS = `name: jobs
service: { ExecStart: "/bin/sleep infinity" }
timers:
  - { name: bad, OnActiveSec: 0s, AccuracySec: 1ms, ExecStart: "/bin/sh -c 'exit 3'" }
  - { name: long, OnActiveSec: 0s, AccuracySec: 1ms, ExecStart: "/bin/sleep 600" }
settle: 1s
`;
/** The service behind them never starts. */
const LAST = `name: last
unit: { After: [jobs-bad.timer, jobs-long.timer] }
service: { Type: oneshot, RemainAfterExit: true, ExecStart: "/bin/sh -c 'sleep 2; exit 4'" }
`;

type Bench = { readonly host: TestHost; readonly shop: Workshop };
let benches: ReadonlyMap<number, Bench> = new Map();

beforeAll(async () => {
  const all = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "failed" })));
  benches = new Map(
    all.map((host) => {
      const shop = makeWorkshop([host]);
      for (const [name, text] of Object.entries({ app: SERVICE, jobs: JOBS, last: LAST }))
        shop.write(`services/${name}.yaml`, text);
      return [host.systemd, { host, shop }];
    }),
  );
});
afterAll(async () => {
  for (const { shop } of benches.values()) shop.remove();
  await removeHosts();
});

describe.each(VERSIONS)("systemd %i", (systemd) => {
  const bench = (): Bench => {
    const found = benches.get(systemd);
    if (found === undefined) throw new Error(`no host has systemd ${systemd}`);
    return found;
  };
  const failed = (): Promise<string> =>
    bench().host.shell(
      "systemctl list-units --failed --plain --no-legend; systemctl is-system-running || true",
    );
  const nothingFailed = (): Promise<true> =>
    until(20_000, "nothing has failed", async () => ((await failed()) === "running\n" ? true : null));
  const apply = (services: string, version: string) => {
    bench().shop.write("playbooks/site.yaml", `- { play: all, hosts: all, services: [${services}] }\n`);
    return bench().shop.run([
      "apply",
      "--env",
      "test",
      "--yes",
      "--set",
      `version=${version}`,
      "--output",
      "ndjson",
    ]);
  };

  test("kill -9 of the transaction's own unit", async () => {
    const { host } = bench();
    expect((await apply("app", "1000")).code).toBe(0);
    await nothingFailed();
    const running = apply("app", "2000");
    await until(60_000, "AWAIT", async () =>
      (await host.shell(`cat ${stateFolder}/txn/*/state || true`)).includes("AWAIT") ? true : null,
    );
    await host.shell("systemctl kill --signal=KILL --kill-who=main 'svcdeploy-*.service'");
    expect(reportsOf(await running)).toMatchObject([{ status: "rolled-back" }]);
    await nothingFailed();
    expect(await host.shell("cat /etc/app.conf; systemctl is-active app.service")).toBe("v=1000\nactive\n");
  });

  test("timers whose jobs failed or run on, behind which a service does not start", async () => {
    const { host } = bench();
    expect(reportsOf(await apply("app, jobs, last", "1000"))).toMatchObject([{ status: "rolled-back" }]);
    await nothingFailed();
    const units = "jobs-bad.timer jobs-bad.service jobs-long.timer jobs-long.service last.service";
    expect(
      await host.shell(`systemctl show -p ActiveState -p LoadState ${units} | grep . | sort | uniq -c`),
    ).toMatch(/^ +5 ActiveState=inactive\n +5 LoadState=not-found\n$/);
  });

  test("a power cut while it waits, and the boot behind it", async () => {
    const { host } = bench();
    const running = apply("app, jobs", "3000");
    await until(60_000, "AWAIT", async () =>
      (await host.shell(`cat ${stateFolder}/txn/*/state || true`)).includes("AWAIT") ? true : null,
    );
    await host.kill();
    await host.start();
    expect(await settleAlone(host, 30)).not.toBe(null);
    await running;
    await nothingFailed();
    expect(await host.shell("cat /etc/app.conf")).toBe("v=1000\n");
  });
});
