/**
 * status on real hosts: every figure against what the host itself says, and a watch over a host that
 * vanishes and comes back.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { runInTerminal } from "../support/terminal.ts";
import { makeWorkshop, type Workshop, webService } from "../support/workshop.ts";

type Unit = {
  readonly unit: string;
  readonly state: string;
  readonly version: {
    readonly running: string | null;
    readonly current: string | null;
    readonly says: string | null;
  };
  readonly sinceSeconds: number;
  readonly restarts: number;
  readonly pid: number;
  readonly invocation: string;
  readonly memory: {
    readonly bytes: number;
    readonly limit: number | null;
    readonly limitOf: string | null;
  } | null;
  readonly openFiles: { readonly count: number; readonly limit: number } | null;
  readonly drift: string;
};
type Answer = {
  readonly schema: string;
  readonly exitCode: number;
  readonly hosts: readonly {
    readonly status: string;
    readonly units: readonly Unit[];
    readonly lastRun: { readonly result: string; readonly agoSeconds: number } | null;
  }[];
};

const hosts: TestHost[] = [];
let workshop: Workshop;

beforeAll(async () => {
  hosts.push(...(await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })))));
  workshop = makeWorkshop(hosts);
  workshop.write("services/web.yaml", webService({ extra: "slice: { name: shop, MemoryMax: 256M }" }));
  const run = await workshop.run(["apply", "--env", "test", "--yes"]);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(async () => {
  workshop.remove();
  await removeHosts();
});

async function look(
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly answer: Answer }> {
  const { code, stdout } = await workshop.run(["status", "--env", "test", "--output", "json", ...words]);
  return { code, answer: JSON.parse(stdout) as Answer };
}
const unitOf = ({ hosts: all }: Answer, index: number, name = "web.service"): Unit => {
  const unit = all[index]?.units.find((each) => each.unit === name);
  if (unit === undefined) throw new Error(`no ${name} on host ${index}`);
  return unit;
};
const show = async (host: TestHost, property: string): Promise<string> =>
  (await host.shell(`systemctl show -p ${property} --value web`)).trim();

test("every figure is what the host's /proc and systemctl say, over one login a host", async () => {
  const logins = (host: TestHost): Promise<string> =>
    host.shell("journalctl --sync; journalctl -q -u ssh -o cat | grep -c 'Accepted publickey' || :");
  const before = await Promise.all(hosts.map(logins));
  const { code, answer } = await look();
  expect({ code, schema: answer.schema, exitCode: answer.exitCode }).toEqual({
    code: 0,
    schema: "svcdeploy.status/1",
    exitCode: 0,
  });
  for (const [index, host] of hosts.entries()) {
    const unit = unitOf(answer, index);
    const pid = await show(host, "MainPID");
    expect(unit).toMatchObject({
      state: "running",
      version: { running: "1.0", current: "1.0" },
      restarts: 0,
      pid: Number(pid),
      drift: "none",
    });
    expect(unit.invocation).toBe(await show(host, "InvocationID"));
    expect(unit.openFiles?.count).toBe(Number(await host.shell(`ls /proc/${pid}/fd | wc -l`)));
    expect(unit.openFiles?.limit).toBe(
      Number(await host.shell(`awk '/Max open files/ { print $4 }' /proc/${pid}/limits`)),
    );
    expect(unit.memory).toMatchObject({ limit: 256 * 1024 * 1024, limitOf: "slice" });
    const uptime = Number((await host.shell("cut -d ' ' -f 1 /proc/uptime")).trim());
    const age = uptime - Number(await show(host, "ActiveEnterTimestampMonotonic")) / 1e6;
    expect(unit.sinceSeconds).toBeLessThanOrEqual(age);
    expect(answer.hosts[index]?.lastRun?.result).toBe("confirmed");
    expect(answer.hosts[index]?.lastRun?.agoSeconds).toBeLessThan(600);
    expect(Number(await logins(host))).toBe(Number(before[index]) + 1);
  }
});

test("a program says its version itself: as the service's user, in the release, and never for longer than it may", async () => {
  const plain = webService({ extra: "slice: { name: shop, MemoryMax: 256M }" });
  const says = async (command: string, match: string): Promise<readonly (string | null)[]> => {
    const version = `version: { command: [${command}], match: "${match}" }`;
    workshop.write("services/web.yaml", plain.replace('version: "{{values.version}}"', version));
    const { answer } = await look();
    return hosts.map((_, index) => unitOf(answer, index).version.says);
  };
  expect(await says("/usr/bin/id, -un", ".+")).toEqual(["web", "web", "web"]);
  const plan = await workshop.run(["plan", "--env", "test"]);
  expect(plan.stdout.replace(/\s+/g, " ")).toContain(
    "version of web: web → what the new release says once it is",
  );
  expect(await says("/usr/bin/head, -n1, web.pl", "perl")).toEqual(["perl", "perl", "perl"]);
  expect(await says("/bin/sleep, 1000s", ".*")).toEqual([null, null, null]);
  workshop.write("services/web.yaml", plain);
});

test("a stopped, a masked and an edited service; a version on the disk that does not run", async () => {
  const [first, second, third] = hosts;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error("three hosts are needed");
  await first.shell("systemctl stop web");
  await second.shell(
    "echo x >>/etc/web/web.conf; cp -r /opt/web/releases/1.0-* /opt/web/releases/9.9-0123456789ab; sleep 2; ln -sfn releases/9.9-0123456789ab /opt/web/current",
  );
  await third.shell("systemctl stop web; mv /etc/systemd/system/web.service /root; systemctl mask web");
  const { code, answer } = await look();
  const text = await workshop.run(["status", "--env", "test"], { env: { COLUMNS: "120" } });
  await first.shell("systemctl start web");
  await second.shell(
    "rm -r /opt/web/releases/9.9-0123456789ab; ln -sfn \"releases/$(ls /opt/web/releases)\" /opt/web/current; sed -i '$d' /etc/web/web.conf",
  );
  await third.shell(
    "systemctl unmask web; mv /root/web.service /etc/systemd/system; systemctl daemon-reload; systemctl start web",
  );
  expect(code).toBe(1);
  expect([0, 1, 2].map((index) => unitOf(answer, index).state)).toEqual(["stopped", "running", "masked"]);
  // A script's process does not say which release it is from, and it is older than the link.
  expect(unitOf(answer, 1)).toMatchObject({ version: { running: null, current: "9.9" }, drift: "drift" });
  expect(text.stdout).toMatch(/^test: 1 running, 1 masked, 1 stopped, 3 drifted$/m);
  expect(text.stdout).toContain("9.9?");
});

test("without the artifact the mark says that it does not know; a host that is not there is a row", async () => {
  await hosts[2]?.stop();
  const { rmSync, cpSync } = await import("node:fs");
  cpSync(`${workshop.folder}/artifacts`, `${workshop.folder}/kept`, { recursive: true });
  rmSync(`${workshop.folder}/artifacts`, { recursive: true });
  const run = await workshop.run(["status", "--env", "test"], { env: { COLUMNS: "80" } });
  cpSync(`${workshop.folder}/kept`, `${workshop.folder}/artifacts`, { recursive: true });
  await hosts[2]?.start();
  // Masking it took its enablement along.
  await hosts[2]?.shell("systemctl start web");
  expect(run.code).toBe(3);
  expect(run.stderr).toContain("drift of web is unknown");
  expect(run.stdout).toMatch(/^h3 {2}unreachable: /m);
  expect(run.stdout).toMatch(/^h1 .* \?$/m);
  expect(Math.max(...run.stdout.split("\n").map((each) => each.length))).toBeLessThanOrEqual(80);
});

test("a watch in a terminal: a host stops and comes back, one login each, the screen is given back", async () => {
  const host = hosts[0];
  if (host === undefined) throw new Error("a host is needed");
  const count = async (): Promise<number> =>
    Number(
      await host.shell(
        "journalctl --sync; journalctl -q -u ssh -b -o cat | grep -c 'Accepted publickey' || :",
      ),
    );
  const before = await count();
  let step = 0;
  let looks = 0;
  let logins = 0;
  let last = "";
  let giveUp = (): void => {};
  const patience = setTimeout(() => giveUp(), 200_000);
  const run = await runInTerminal(
    ["status", "--env", "test", "--watch", "1s", "--project", workshop.folder],
    (shown, type) => {
      giveUp = () => type("\u0003");
      last = shown.slice(shown.lastIndexOf("Ctrl-C ends"));
      looks = shown.split("Ctrl-C ends").length - 1;
      if (step === 0 && looks >= 6 && last.includes("3 running")) {
        step = 1;
        void host.shell("systemctl stop web");
      } else if (step === 1 && last.includes("2 running, 1 stopped") && last.includes("*h1")) {
        step = 2;
        void count().then((seen) => {
          logins = seen;
          void host.stop();
        });
      } else if (
        step === 2 &&
        /h1 {2}(?:unreachable|no answer) \(below: as of /.test(last) &&
        last.includes("was stopped")
      ) {
        step = 3;
        void host.start();
      } else if (step === 3 && last.includes("3 running")) {
        step = 4;
        type("\u0003");
      }
    },
  );
  clearTimeout(patience);
  expect({ step, code: run.code, logins }, last).toEqual({ step: 4, code: 0, logins: before + 1 });
  // After the last picture the screen is left, and what was seen last stays on it.
  expect(run.stdout.slice(run.stdout.lastIndexOf("Ctrl-C ends"))).toMatch(
    /test: 3 running.*test: 3 running/s,
  );
});

test("a watch into a pipe that is closed ends quietly", async () => {
  const { execFileSync } = await import("node:child_process");
  const words = `'${process.execPath}' '${main}' status --env test --watch 1s --output json --project '${workshop.folder}' | head -n 2`;
  const lines = execFileSync("sh", ["-c", words], { encoding: "utf8", timeout: 120_000 }).trim().split("\n");
  expect(lines.map((each) => (JSON.parse(each) as Answer).schema)).toEqual([
    "svcdeploy.status/1",
    "svcdeploy.status/1",
  ]);
});
