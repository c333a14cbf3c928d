/**
 * A service with instances: one template unit, each instance with its own restart debt, the first one as
 * canary of a change.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { escapeUnitName } from "../../src/core/unit-file/escape.ts";
import { instantiate } from "../../src/core/unit-file/unit-name.ts";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const VERSIONS = versionsOr(247);

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "instances" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

const PORTS = { blue: 18081, "gre/en é": 18082, third: 18083 };
type Name = keyof typeof PORTS;
const unitOf = (name: Name): string => `web@${escapeUnitName(name)}.service`;

/** The web service, once an instance; each has a configuration file with its port. */
function give(
  shop: Workshop,
  names: readonly Name[],
  more: { readonly greeting?: string; readonly command?: string; readonly type?: string } = {},
): void {
  const files = Object.entries(PORTS).map(
    ([name, port]) => `  - { path: '/etc/web/${escapeUnitName(name)}.conf', content: "port=${port}\\n" }`,
  );
  const service = webService(more.type === undefined ? {} : { type: more.type })
    .replace(/ {2}- \{ path: \/etc\/web\/web.conf.*\n/, `${files.join("\n")}\n`)
    .replace("settle: 3s", "settle: 2s")
    .replace("http://127.0.0.1:18080/ready", '"http://127.0.0.1:{{lookup values.ports instance}}/ready"')
    .replace(
      / {2}ExecStart: .*\n {2}ExecReload: .*\n/,
      `  ExecStart: ${more.command ?? "/opt/web/current/web.pl /etc/web/%i.conf"}\n`,
    );
  shop.write("services/web.yaml", `${service}instances: ${JSON.stringify(names)}\n`);
  shop.write("values/test.yaml", `greeting: ${more.greeting ?? "hello"}\nports: ${JSON.stringify(PORTS)}\n`);
}

const apply = (shop: Workshop): Promise<Run> => shop.run(["apply", "--env", "test", "--yes"]);
const show = async (host: TestHost, name: Name, property: string): Promise<string> => {
  const said = await host.exec(["systemctl", "show", "-p", property, "--value", unitOf(name)]);
  return said.stdout.trim();
};
const invocations = (host: TestHost, names: readonly Name[]): Promise<readonly string[]> =>
  Promise.all(names.map((name) => show(host, name, "InvocationID")));

/** Names that an operator may write, and those that make trouble in unit names, paths and shells. */
const HOSTILE = [
  "a/b",
  "/",
  "//",
  "-",
  "--x",
  ".",
  "..",
  ".a",
  "a b",
  " ",
  "é ü",
  "日本",
  "😀",
  "%i",
  "%%",
  "$HOME",
  "`id`",
  "a;b",
  "*",
  "[a]?",
  "~",
  "\\x2d",
  "a\\b",
  "'\"",
  "@",
  "a@b",
  "a.service",
  "0",
];

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

  step("systemd-escape and we name instances alike", async () => {
    const said = await host.exec(["systemd-escape", "--template=web@.service", "--", ...HOSTILE]);
    expect(said.stdout.trim().split(" ")).toEqual(HOSTILE.map((name) => instantiate("web@.service", name)));
  });

  step(
    "two instances run from one template, each is enabled and healthy; a second apply has nothing to do",
    async () => {
      give(shop, ["blue", "gre/en é"]);
      const first = await apply(shop);
      expect({ code: first.code, said: first.stdout + first.stderr }).toMatchObject({ code: 0 });
      expect(first.stdout).not.toContain("wait ");
      const states = await host.exec(["systemctl", "is-active", unitOf("blue"), unitOf("gre/en é")]);
      expect(states.stdout).toBe("active\nactive\n");
      const enabled = await host.exec(["systemctl", "is-enabled", unitOf("blue"), unitOf("gre/en é")]);
      expect(enabled.stdout).toBe("enabled\nenabled\n");
      const verified = await shop.run(["verify", "--env", "test"]);
      expect(verified.stdout).toContain(":18081/ready: HTTP 200");
      expect(verified.stdout).toContain(":18082/ready: HTTP 200");
      const second = await apply(shop);
      expect(second.stdout).toContain("No changes");
      expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
    },
  );

  step("a change restarts the first, waits, and restarts the second", async () => {
    const names = ["blue", "gre/en é"] as const;
    const before = await invocations(host, names);
    give(shop, names, { greeting: "moin" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    const order = [
      `restart ${unitOf("blue")}`,
      "wait 2 s: web@blue.service must stay up",
      `restart ${unitOf("gre/en é")}`,
    ];
    const found = order.map((text) => run.stdout.indexOf(text));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found).not.toContain(-1);
    const after = await invocations(host, names);
    expect(after.map((id, index) => id === before[index])).toEqual([false, false]);
    const [one, two] = await Promise.all(
      names.map((name) => show(host, name, "ExecMainStartTimestampMonotonic")),
    );
    expect(Number(two) - Number(one)).toBeGreaterThanOrEqual(2_000_000);
  });

  step("a version that does not stay up ends at the first: the second was never touched", async () => {
    const names = ["blue", "gre/en é"] as const;
    const [blue, green] = await invocations(host, names);
    give(shop, names, { greeting: "broken", command: "/bin/sh -c 'sleep 1; exit 3'", type: "simple" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 5 });
    expect(run.stdout).toMatch(/web@blue\.service did not stay up: it is (?:activating|failed)/);
    const after = await invocations(host, names);
    expect(after[1]).toBe(green);
    expect(after[0]).not.toBe(blue);
    give(shop, names, { greeting: "moin" });
    const plan = await shop.run(["plan", "--env", "test", "--detailed-exitcode"]);
    expect({ code: plan.code, said: plan.stdout }).toMatchObject({ code: 0 });
  });

  step("a third one is started alone", async () => {
    const names = ["blue", "gre/en é"] as const;
    const before = await invocations(host, names);
    give(shop, ["third", ...names], { greeting: "moin" });
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    expect(run.stdout).toContain("start web@third.service: new");
    expect(run.stdout).not.toMatch(/restart web@|wait /);
    expect(await invocations(host, names)).toEqual(before);
    expect(await show(host, "third", "ActiveState")).toBe("active");
  });

  step("one that was stopped by hand is drift, status names it, and healing starts it alone", async () => {
    const names = ["blue", "third"] as const;
    const before = await invocations(host, names);
    await host.exec(["systemctl", "stop", unitOf("gre/en é")]);
    await host.shell(
      "mkdir -p /etc/systemd/system/web@.service.d && printf '[Service]\\nNice=5\\n' >/etc/systemd/system/web@.service.d/nice.conf",
    );
    const drift = await shop.run(["drift", "--env", "test"]);
    const text = drift.stdout.replace(/\s+/g, " ");
    expect(text).toContain(
      "/etc/systemd/system/web@.service.d/nice.conf will change web@blue.service with the next daemon-reload",
    );
    await host.shell("rm -r /etc/systemd/system/web@.service.d");
    expect(drift.stdout).toContain(`not-running ${unitOf("gre/en é")}`);
    const status = await shop.run(["status", "--env", "test"]);
    expect(status.stdout).toContain("2 running, 1 stopped");
    expect(status.stdout).toMatch(/web@gre-en\\x20\\xc3\\xa9 +stopped.* yes\b/);
    expect(status.stdout).toMatch(/web@blue +running +1\.0.* no\b/);
    const heal = await shop.run([
      "drift",
      "--env",
      "test",
      "--heal",
      "--grace",
      "0",
      "--state",
      `${shop.folder}/state`,
    ]);
    expect({ code: heal.code, said: heal.stdout + heal.stderr }).toMatchObject({ code: 0 });
    expect(await show(host, "gre/en é", "ActiveState")).toBe("active");
    expect(await invocations(host, names)).toEqual(before);
  });

  step("logs of the service are those of all; of one instance its own", async () => {
    const all = await shop.run(["logs", "web", "--env", "test", "--lines", "all"]);
    expect(all.stdout).toContain("web@blue ");
    expect(all.stdout).toContain("web@third ");
    const one = await shop.run(["logs", "web@gre/en é", "--env", "test", "--output", "ndjson"]);
    const units = one.stdout
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text).unit);
    expect([...new Set(units)]).toEqual([unitOf("gre/en é")]);
  });

  step(
    "one that leaves the list is stopped and disabled; the others keep running, and nothing of it is left",
    async () => {
      const names = ["blue", "third"] as const;
      const before = await invocations(host, names);
      give(shop, ["third", "blue"], { greeting: "moin" });
      const run = await apply(shop);
      expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
      expect(run.stdout).toContain(`stop ${unitOf("gre/en é")}`);
      expect(run.stdout).not.toMatch(/restart web@|wait /);
      expect(await invocations(host, names)).toEqual(before);
      expect(await show(host, "gre/en é", "ActiveState")).toBe("inactive");
      expect(
        await host.shell("ls /etc/systemd/system/multi-user.target.wants /var/lib/svcdeploy/units"),
      ).not.toContain("gre-en");
      expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
    },
  );

  step("without instances it is one plain service on the port of one of them, and back", async () => {
    const plain = (): void => {
      give(shop, ["blue"], { greeting: "moin", command: "/opt/web/current/web.pl /etc/web/blue.conf" });
      const text = readFileSync(join(shop.folder, "services/web.yaml"), "utf8");
      shop.write(
        "services/web.yaml",
        text
          .replace(/^instances:.*\n/m, "")
          .replace(/"http:.*ready"/, `http://127.0.0.1:${PORTS.blue}/ready`),
      );
    };
    plain();
    const run = await apply(shop);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
    expect(
      await host.shell(
        "systemctl is-active web.service; systemctl list-units --all --plain --no-legend 'web@*'; ls /etc/systemd/system",
      ),
    ).not.toMatch(/web@/);
    expect((await shop.run(["drift", "--env", "test"])).code).toBe(0);
    give(shop, ["blue"], { greeting: "moin" });
    const back = await apply(shop);
    expect({ code: back.code, said: back.stdout + back.stderr }).toMatchObject({ code: 0 });
    expect((await host.exec(["systemctl", "is-active", "web.service", unitOf("blue")])).stdout).toBe(
      "inactive\nactive\n",
    );
    expect((await apply(shop)).stdout).toContain("No changes");
  });
});
