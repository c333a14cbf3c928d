/** A reload that ends the process, and a process that names its successor; and systemd that starts anew meanwhile. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { hearing, reportsOf, stageOf } from "../support/events.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

let host: TestHost;
let shop: Workshop;

beforeAll(async () => {
  host = await startHost({ systemd: 252 });
  shop = makeWorkshop([host]);
  shop.write(
    "playbooks/site.yaml",
    "- { play: rl, hosts: all, services: [rl], rollout: { healthyDeadline: 20s } }\n",
  );
  shop.write("values/base.yaml", 'v: "0"\n');
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

const service = (program: string, more: string): string => `name: rl
service: { ExecStart: '${program}', Restart: always, RestartSec: 100ms, ${more} }
files: [{ path: /etc/rl.conf, content: "v={{values.v}}\\n", onChange: reload }]
settle: 2s
`;
const apply = (v: number): readonly string[] => ["apply", "--env", "test", "--yes", "--set", `v=${v}`];

test.each([
  ["at once", "exec sleep infinity", 1],
  // The undo reloads as well, and its end is behind the first look at what was restored.
  ["a moment later", "trap next HUP; next() { sleep 1; exit 1; }; while :; do sleep 0.2; done", 7],
])(
  "a reload that ends the process %s is a failure, and undone, although systemd started it again",
  async (_when, program, v) => {
    shop.write(
      "services/rl.yaml",
      service(`/bin/sh -c "${program}"`, 'ExecReload: "/bin/kill -HUP $MAINPID"'),
    );
    expect((await shop.run(apply(v))).code).toBe(0);
    const { code, stdout } = await shop.run(apply(v + 1));
    expect({ code, report: stdout }).toMatchObject({ code: 5 });
    expect(stdout.replace(/\s+/g, " ")).toMatch(
      /reload-ended-it: the reload ended the process, and systemd (started it anew: main process \d+ → \d+, NRestarts 0 → 1|starts it anew: it was main process \d+)/,
    );
    expect(await host.shell("cat /etc/rl.conf")).toBe(`v=${v}\n`);
  },
);

test.each([
  // The reload is over when the successor is named, as a program that does so well behaves.
  ["before its reload is over", "", '["/bin/kill -HUP $MAINPID", /bin/sleep 2]', 3],
  ["while it is watched", "sleep 0.7; ", '"/bin/kill -HUP $MAINPID"', 5],
])("a program that names another main process %s is well", async (_when, wait, reload, v) => {
  const program = `/bin/sh -c "systemd-notify --ready; trap next HUP; next() { ${wait}sleep infinity & systemd-notify MAINPID=$$!; }; while :; do sleep 0.2; done"`;
  shop.write("services/rl.yaml", service(program, `Type: notify, NotifyAccess: all, ExecReload: ${reload}`));
  expect((await shop.run(apply(v))).code).toBe(0);
  const before = await host.shell("systemctl show rl -p MainPID,InvocationID");
  const { code, stdout } = await shop.run([...apply(v + 1), "--output", "json"]);
  const after = await host.shell("systemctl show rl -p MainPID,InvocationID");
  expect({ code, report: stdout }).toMatchObject({ code: 0 });
  expect(after.split("\n")[1]).toBe(before.split("\n")[1]);
  expect(after.split("\n")[0]).not.toBe(before.split("\n")[0]);
  expect(stdout).toContain("the program named it itself");
});

test("systemd and the bus start anew while it settles: the release stays", async () => {
  const plain = service('/bin/sh -c "exec sleep infinity"', "Type: exec");
  shop.write("services/rl.yaml", plain.replace("onChange: reload", "onChange: restart"));
  let acted: Promise<string> | null = null;
  const run = await shop.run(
    [...apply(5), "--output", "ndjson"],
    hearing((event) => {
      if (stageOf(event) === "settle")
        acted ??= host.shell("systemctl daemon-reexec; systemctl restart dbus; echo done");
    }),
  );
  expect(await acted).toBe("done\n");
  expect(reportsOf(run).map(({ status, message }) => ({ status, message }))).toEqual([
    { status: "changed", message: "" },
  ]);
});
