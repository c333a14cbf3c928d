/** A file system that is full in the middle: what was put back is reported as put back, with what was full. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stateFolder } from "../../src/host/frames.ts";
import { reportsOf } from "../support/events.ts";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(252);

/** What the service runs before it starts, and what takes all that is left of the state folder's file system. */
const HOOK = "/var/hook";
const FILLS = {
  blocks: `dd if=/dev/zero of=${stateFolder}/fill bs=4k 2>/dev/null; true`,
  inodes: `mkdir $(seq -f ${stateFolder}/fill%g 1 2000) 2>/dev/null; true`,
} as const;
const SERVICE = `name: app
service:
  ExecStartPre: "/bin/sh ${HOOK}"
  ExecStart: "/bin/sleep infinity"
files:
  - { path: /etc/app.conf, content: "v={{values.version}}\\n", onChange: restart }
settle: 1s
`;

type Bench = { readonly host: TestHost; readonly shop: Workshop };
let benches: ReadonlyMap<number, Bench> = new Map();

beforeAll(async () => {
  const all = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "full" })));
  benches = new Map(
    all.map((host) => {
      const shop = makeWorkshop([host]);
      shop.write("services/app.yaml", SERVICE);
      shop.write("playbooks/site.yaml", "- { play: app, hosts: all, services: [app] }\n");
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
  afterEach(async () => {
    await bench().host.shell(
      `systemctl stop app.service; umount -l ${stateFolder}; cd /etc/systemd/system && rm -f /etc/app.conf app.service */app.service; systemctl daemon-reload`,
    );
  });
  const apply = (version: string) =>
    bench().shop.run([
      "apply",
      "--env",
      "test",
      "--yes",
      "--set",
      `version=${version}`,
      "--output",
      "ndjson",
    ]);

  const full = `mount -t tmpfs -o size=4m,nr_inodes=1k,mode=0700 full ${stateFolder}`;
  const statesOf = (): Promise<string> =>
    bench().host.shell(`head -qn 1 ${stateFolder}/txn/*/state | sort | tr '\\n' ' '`);
  const shown = (): Promise<string> =>
    bench().host.shell("cat /etc/app.conf; systemctl is-active app.service");
  /** The first version runs; the next one takes what is left of the disk before it starts, and does this behind it. */
  async function begin(what: keyof typeof FILLS, then: string): Promise<void> {
    await bench().host.shell(`mkdir -p ${stateFolder} && ${full} && echo true >${HOOK}`);
    expect((await apply("1")).code).toBe(0);
    await bench().host.shell(`echo '${FILLS[what]}; ${then}' >${HOOK}`);
  }

  test.each(["blocks", "inodes"] as const)("no %s are left, and the new version fails", async (what) => {
    const { host, shop } = bench();
    await begin(what, "test ! -e /var/fail; r=$?; rm -f /var/fail; exit $r");
    await host.shell("touch /var/fail");
    const [report] = reportsOf(await apply("2"));
    expect(report).toMatchObject({ status: "rolled-back" });
    expect(report?.message).toMatch(/app\.service(?:: exit-code|.* ended with 1$)/);
    expect([await shown(), await statesOf()]).toEqual(["v=1\nactive\n", "CONFIRMED ROLLEDBACK "]);
    await host.shell(`rm -rf ${stateFolder}/fill*`);
    // The record is of the process that was started from the old file, so there is nothing to restart.
    const plan = await shop.run(["plan", "--env", "test", "--set", "version=1"]);
    expect(plan.stdout).toContain("No changes");
  });

  test.each(["blocks", "inodes"] as const)(
    "no %s are left, and the new version is confirmed",
    async (what) => {
      const { host, shop } = bench();
      await begin(what, "true");
      const [report] = reportsOf(await apply("2"));
      expect(report).toMatchObject({ status: "changed", message: "" });
      expect([await shown(), await statesOf()]).toEqual(["v=2\nactive\n", "CONFIRMED CONFIRMED "]);
      expect(await host.shell(`readlink ${stateFolder}/current; ls ${stateFolder}/gen`)).toBe(
        "gen/2\n1\n2\n",
      );
      await host.shell(`rm -rf ${stateFolder}/fill*`);
      const plan = await shop.run(["plan", "--env", "test", "--set", "version=2"]);
      expect(plan.stdout).toContain("No changes");
    },
  );

  test("a commit that cannot be completed is reported with its reason, and completed once it can", async () => {
    const { host } = bench();
    await host.shell(`mkdir -p ${stateFolder} && ${full} && echo true >${HOOK}`);
    expect((await apply("1")).code).toBe(0);
    await host.shell(`cd ${stateFolder} && rm current && mkdir current && touch current/x`);
    const startedAt = performance.now();
    const [report] = reportsOf(await apply("2"));
    expect((performance.now() - startedAt) / 1000).toBeLessThan(120);
    expect(report).toMatchObject({ status: "failed", cause: "host" });
    expect(report?.message).toMatch(/was confirmed and stays, .*: mv: cannot .*\/current/);
    expect([await shown(), await statesOf()]).toEqual([
      "v=2\nactive\n",
      expect.stringMatching(/^COMMITTING mv: .* CONFIRMED $/),
    ]);
    await host.shell(`rm -r ${stateFolder}/current`);
    await until(30_000, "the recovery", async () => ((await statesOf()).startsWith("COMM") ? null : true));
    expect(await host.shell(`readlink ${stateFolder}/current`)).toBe("gen/2\n");
  });
});
