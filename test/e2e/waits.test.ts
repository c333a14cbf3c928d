/** Starts that never end and stops that nothing limits: said by the plan, bounded by the play. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

let hosts: readonly TestHost[] = [];
let shop: Workshop;

beforeAll(async () => {
  hosts = await Promise.all(versionsOr(252).map((systemd) => startHost({ systemd, name: "waits" })));
  shop = makeWorkshop(hosts);
  shop.write("values/base.yaml", 'v: "0"\n');
  shop.write(
    "playbooks/site.yaml",
    "- { play: slow, hosts: all, services: [slow], rollout: { healthyDeadline: 5s } }\n",
  );
});
afterAll(async () => {
  shop?.remove();
  await removeHosts();
});

const service = (program: string, more: string): void =>
  shop.write(
    "services/slow.yaml",
    `name: slow\nservice: { ExecStart: '/bin/sh -c "${program}"', ${more} }\nenvironment: { V: "{{values.v}}" }\nsettle: 1s\n`,
  );
const run = (v: number, ...words: readonly string[]) =>
  shop.run([...words, "--env", "test", "--set", `v=${v}`]);
const flat = (text: string): string => text.replace(/\s+/g, " ");

test("a start that takes longer than healthyDeadline is undone then, not after TimeoutStartSec=", async () => {
  service("exec sleep infinity", "Type: notify, TimeoutStartSec: 9min, TimeoutStopSec: 2s");
  expect(flat((await run(1, "plan")).stdout)).toContain(
    "slow.service may take longer to start (TimeoutStartSec=) than healthyDeadline allows, 5 s: it is undone then",
  );
  const { code, stdout, stderr } = await run(1, "apply", "--yes");
  expect(code, stdout + stderr).toBe(5);
  expect(flat(stdout)).toContain("systemctl start slow.service was not done after 17 s");
  const left =
    "systemctl list-jobs --no-legend; systemctl --failed --plain --no-legend; ls /etc/systemd/system | grep slow; true";
  for (const host of hosts) expect(await host.shell(left)).toBe("");
});

test("a stop without a limit is named before it is begun", async () => {
  service("exec sleep infinity", "TimeoutStopSec: infinity");
  const first = await run(1, "apply", "--yes");
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(first.stdout).not.toContain("nothing limits");
  expect(flat((await run(2, "plan")).stdout)).toContain(
    "nothing limits the stop of slow.service (TimeoutStopSec=): a program that does not react to SIGTERM holds " +
      "the apply for 10 min, and is undone then",
  );
});
