/**
 * `svcdeploy env` against the truth: what it says of services of every kind, and what /proc says of their
 * processes, on each systemd version.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost, versionsOr } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const VERSIONS = versionsOr(257);

const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  const started = await Promise.all(VERSIONS.map((systemd) => startHost({ systemd, name: "seeing" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

const SECRET = "s3cret-of-the-tests";

/**
 * A service with every way of setting a variable, each overriding another somewhere, and a job that prints
 * what it got.
 */
const WEB = `name: web
account: { user: web }
service:
  Type: exec
  ExecStart: /bin/sleep 1000000
  Restart: on-failure
  CPUQuota: 150%
  Environment:
    - LEVEL=first "WORDS=two words" UNIT=%n HOST=%H LITERAL=%%n GONE=1 STAYS=1 FILE=no BLOCK=no
    - LEVEL=second HOME=/elsewhere
  EnvironmentFile: [/etc/web/one.env, -/etc/web/two.env, -/etc/default/strange, -/etc/web/absent.env]
  PassEnvironment: NOBODY_HAS_THIS
  UnsetEnvironment: GONE STAYS=other LANG
  StateDirectory: web web/deep
  RuntimeDirectory: web
  LogsDirectory: web
  NotifyAccess: all
  WatchdogSec: 1h
  SetCredential: "word:open sesame"
runtime: go
environment: { GREETING: "{{values.greeting}}", BLOCK: "from the block", LINES: "one\\ntwo" }
secrets: { TOKEN: { exec: [printf, ${SECRET}] } }
files:
  - { path: /etc/web/one.env, mode: "0600", content: "FILE=one\\nSHARED=one\\nEXPANDS=$HOME/%n\\n" }
  - { path: /etc/web/two.env, mode: "0600", content: "SHARED=first\\nSHARED=two\\nPASSWORD={{secrets.TOKEN}}!\\n" }
timers:
  - { name: job, OnCalendar: "*-01-01", ExecStart: /usr/bin/env, StandardOutput: "file:/run/web-job.env" }
lint:
  ignore:
    - { rule: SD010, because: "the test is about who wins" }
settle: 1s
`;

/** Nothing but what systemd sets by itself. */
const PLAIN =
  "name: plain\nservice: { Type: exec, ExecStart: /bin/sleep 1000000, StandardOutput: 'null', StandardError: 'null' }\nsettle: 1s\n";

function makeProject(host: TestHost): Workshop {
  const shop = makeWorkshop([host]);
  const reach = `address: ${host.address}, port: ${host.port}, identity: ${host.identity}, knownHosts: ${host.knownHosts}, user: root`;
  shop.write("inventory/test.yaml", `hosts:\n  h1: { ${reach}, systemd: ${host.systemd} }\n`);
  shop.write("services/web.yaml", WEB);
  shop.write("services/plain.yaml", PLAIN);
  shop.write("playbooks/site.yaml", "- { play: all, hosts: all, services: [web, plain] }\n");
  return shop;
}

type Said = {
  readonly variables: readonly {
    readonly name: string;
    readonly value: string | null;
    readonly secret: boolean;
    readonly when: string | null;
    readonly setBy: string;
    readonly file: string | null;
    readonly line: number | null;
  }[];
  readonly removed: readonly { readonly name: string }[];
  readonly unknownFiles: readonly { readonly path: string }[];
};

async function ask(shop: Workshop, ...words: readonly string[]): Promise<Said> {
  const run = await shop.run(["env", ...words, "--env", "test", "--output", "json"]);
  expect({ code: run.code, said: run.stderr }).toMatchObject({ code: 0 });
  expect(run.stdout).not.toContain(SECRET);
  return JSON.parse(run.stdout);
}

/** The environment that a process was started with. */
async function environOf(host: TestHost, unit: string): Promise<ReadonlyMap<string, string>> {
  const text = await host.shell(`cat /proc/$(systemctl show -p MainPID --value ${unit})/environ`);
  return new Map(
    text
      .split("\0")
      .flatMap((each) =>
        each === "" ? [] : [[each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)] as const],
      ),
  );
}

/** All that env says is so, and it says all that is so but for what only the host knows. */
function compare(said: Said, real: ReadonlyMap<string, string>, onHost: readonly string[]): void {
  const told = new Set(said.variables.map(({ name }) => name));
  expect([...real.keys()].filter((name) => !told.has(name)).sort()).toEqual(onHost);
  const sure = said.variables.filter(({ when }) => when === null);
  expect(sure.filter(({ name }) => !real.has(name))).toEqual([]);
  const known = sure.filter(({ value }) => value !== null);
  expect(Object.fromEntries(known.map(({ name }) => [name, real.get(name)]))).toEqual(
    Object.fromEntries(known.map(({ name, value }) => [name, value])),
  );
  expect(said.removed.filter(({ name }) => real.has(name))).toEqual([]);
}

describe.concurrent.each(VERSIONS)("systemd %i", (version) => {
  let host: TestHost;
  let shop: Workshop;
  beforeAll(async () => {
    const found = hosts.get(version);
    if (found === undefined) throw new Error(`no host with systemd ${version}`);
    host = found;
    shop = makeProject(host);
    await host.shell("echo 'STRANGE=set by the host' >/etc/default/strange");
    const run = await shop.run(["apply", "--env", "test", "--yes"]);
    expect({ code: run.code, said: run.stdout + run.stderr }).toMatchObject({ code: 0 });
  });
  afterAll(() => shop.remove());
  const step = (name: string, work: () => Promise<void>): void =>
    void test(name, { concurrent: false }, work);

  step("a service that sets variables in every way there is", async () => {
    const said = await ask(shop, "web", "h1");
    const real = await environOf(host, "web.service");
    compare(said, real, ["STRANGE"]);
    expect(said.unknownFiles.map(({ path }) => path)).toEqual([
      "/etc/default/strange",
      "/etc/web/absent.env",
    ]);
    expect(said.removed.map(({ name }) => name)).toEqual(["GONE", "LANG"]);
    expect(said.variables.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
      "PASSWORD",
      "TOKEN",
    ]);
    expect([real.get("TOKEN"), real.get("PASSWORD")]).toEqual([SECRET, `${SECRET}!`]);
    const values = Object.fromEntries(said.variables.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      LEVEL: "second",
      SHARED: "two",
      FILE: "one",
      BLOCK: "from the block",
      GOMAXPROCS: "2",
      HOME: "/elsewhere",
    });
    expect(values).toMatchObject({
      UNIT: "web.service",
      LITERAL: "%n",
      EXPANDS: "$HOME/%n",
      STAYS: "1",
      HOST: null,
      LINES: "one\ntwo",
    });
  });

  step("one that sets none", async () => {
    const said = await ask(shop, "plain@h1");
    compare(said, await environOf(host, "plain.service"), []);
    expect(said.variables.some(({ name }) => name === "USER")).toBe(version >= 256);
  });

  step("the job of a timer, which says itself what it got", async () => {
    await host.shell("systemctl start web-job.service");
    const lines = (await host.shell("cat /run/web-job.env"))
      .split("\n")
      .filter((line) => /^[A-Z_]+=/.test(line));
    const real = new Map(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    const said = await ask(shop, "web", "h1", "web-job");
    // env(1) prints the second line of LINES as a line of its own.
    const without = { ...said, variables: said.variables.filter(({ name }) => name !== "LINES") };
    real.delete("LINES");
    compare(without, real, ["STRANGE"]);
  });
});
