/** Inventories: ranges, groups, variables, and every mistake with its place. */
import { describe, expect, test } from "vitest";
import { readInventory } from "../../../src/core/config/inventory.ts";
import { expandRanges } from "../../../src/core/config/ranges.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";

function read(text: string) {
  return readInventory(parseYaml(text, "inventory/x.yaml"), (path) => `/project/${path}`);
}

function problemsOf(text: string): readonly string[] {
  return read(text).problems.map(
    ({ place, message, hint }) =>
      `${place.line}:${place.column} ${message}${hint === null ? "" : ` [${hint}]`}`,
  );
}

describe("hosts", () => {
  test("defaults lie under each host", () => {
    const { hosts, problems } = read(`
defaults: { user: deploy, systemd: 252, identity: .ssh/key, connectTimeout: 20s, labels: { zone: a, rack: "1" } }
hosts:
  db1: { address: 10.0.0.21, port: 2222, connectTimeout: 45s, labels: { zone: b }, required: true, vars: { shard: 1 } }
  web1:
  root1: { user: root, become: none, systemd: 247 }
`);
    expect(problems).toEqual([]);
    expect(hosts[0]).toEqual({
      name: "db1",
      address: "10.0.0.21",
      port: 2222,
      user: "deploy",
      become: "sudo",
      identity: "/project/.ssh/key",
      knownHosts: null,
      connectTimeoutSeconds: 45,
      groups: [],
      vars: { shard: 1 },
      labels: { zone: "b", rack: "1" },
      systemd: 252,
      required: true,
      place: { file: "inventory/x.yaml", line: 4, column: 3 },
    });
    expect(hosts[1]).toMatchObject({ name: "web1", address: "web1", port: 22, required: false });
    expect(hosts.map(({ connectTimeoutSeconds }) => connectTimeoutSeconds)).toEqual([45, 20, 20]);
    expect(hosts[2]).toMatchObject({ user: "root", become: "none", systemd: 247 });
  });

  test("without anything said: root, port 22, systemd 247", () => {
    expect(read("hosts: { a: }").hosts[0]).toMatchObject({
      user: "root",
      become: "none",
      port: 22,
      systemd: 247,
      identity: null,
      knownHosts: null,
      connectTimeoutSeconds: 10,
    });
  });

  test("a range in a value zips with the range in the name", () => {
    const { hosts } = read('hosts:\n  "web[01:03]": { address: "10.0.0.1[1:3]", port: "220[1:3]" }\n');
    expect(hosts.map(({ name, address, port }) => [name, address, port])).toEqual([
      ["web01", "10.0.0.11", 2201],
      ["web02", "10.0.0.12", 2202],
      ["web03", "10.0.0.13", 2203],
    ]);
  });

  test("protected", () => {
    expect(read("protected: true\nhosts: { a: }").protected).toBe(true);
    expect(read("hosts: { a: }").protected).toBe(false);
  });
});

describe("ranges", () => {
  test.each([
    ["web[1:3]", ["web1", "web2", "web3"]],
    ["web[08:10]", ["web08", "web09", "web10"]],
    ["n[0:6:3]x", ["n0x", "n3x", "n6x"]],
    ["db-[a:c]", ["db-a", "db-b", "db-c"]],
    ["r[1:2]n[a:b]", ["r1na", "r1nb", "r2na", "r2nb"]],
    ["plain", ["plain"]],
    ["[::1]", ["[::1]"]],
  ])("%s", (text, texts) => {
    expect(expandRanges(text)).toEqual({ ok: true, texts });
  });
  test.each(["web[3:1]", "web[01:100]", "web[1:3:0]", "web[1:999999999]", "a[1:999]b[1:999]"])(
    "%s is refused",
    (text) => {
      expect(expandRanges(text).ok).toBe(false);
    },
  );
});

describe("groups", () => {
  test("hosts come through children; variables merge parent, child, host", () => {
    const { hosts, problems } = read(`
defaults: { vars: { level: defaults, base: 1 } }
hosts: { web1: { vars: { own: web1 } }, web2: , db1: }
groups:
  web: { hosts: ["web*"], vars: { level: web, port: 8080, nested: { a: 2 } } }
  db: { hosts: [db1] }
  prod: { children: [web, db], vars: { level: prod, own: prod, nested: { a: 1, b: 1 } } }
`);
    expect(problems).toEqual([]);
    expect(hosts[0]).toMatchObject({
      groups: ["prod", "web"],
      vars: { level: "web", base: 1, port: 8080, own: "web1", nested: { a: 2, b: 1 } },
    });
    expect(hosts[2]).toMatchObject({ groups: ["db", "prod"], vars: { level: "prod" } });
  });

  test("a cycle is named", () => {
    expect(
      problemsOf(
        "hosts: { h: }\ngroups:\n  a: { children: [b] }\n  b: { children: [c] }\n  c: { children: [a] }\n",
      ),
    ).toEqual(["3:3 groups that contain themselves: a → b → c → a"]);
  });

  test("groups of too many members are laid over no host", () => {
    const groups = Array.from({ length: 600 }, (_, index) => `  g${index}: { hosts: ["h*"] }`).join("\n");
    const { hosts, problems } = read(`hosts: { "h[1:1000]": }\ngroups:\n${groups}\n`);
    expect(problems.map(({ message }) => message)).toEqual([
      "the groups have more members than an inventory may hold",
    ]);
    expect(hosts.every((host) => host.groups.length === 0)).toBe(true);
  });

  test("a chain of five thousand groups is read", () => {
    const chain = Array.from(
      { length: 5000 },
      (_, index) => `  g${index}: { children: [g${index + 1}] }`,
    ).join("\n");
    expect(read(`hosts: { h: }\ngroups:\n${chain}\n  g5000: { hosts: [h] }\n`).hosts[0]?.groups.length).toBe(
      5001,
    );
  });
});

describe("mistakes", () => {
  test.each([
    ["hosts: {}", "1:1 the inventory has no host"],
    ["defaults: {}", '1:1 "hosts" is missing'],
    [
      "hosts: { web1: { adress: 10.0.0.1 } }",
      '1:18 the key "adress" is not known here [did you mean "address"?]',
    ],
    [
      "hosts: { web1: { address: -oProxyCommand=x } }",
      '1:27 "-oProxyCommand=x": an address has letters, digits and . _ : % [ ] -, and does not start with -',
    ],
    [
      'hosts: { web1: { address: "a b" } }',
      '1:28 "a b": an address has letters, digits and . _ : % [ ] -, and does not start with -',
    ],
    [
      "hosts: { web1: { user: -oX } }",
      '1:24 "-oX": a login name has lower-case letters, digits, _ . and -, at most 32, and starts with a letter or _',
    ],
    ["hosts: { web1: { port: 70000 } }", "1:24 70000 is not between 1 and 65535"],
    ["hosts: { web1: { systemd: 219 } }", "1:27 219 is not between 247 and 999"],
    [
      'hosts: { "web[1:3]": { address: "10.0.0.[1:2]" } }',
      '1:10 the range in "10.0.0.[1:2]" gives 2 values for 3 hosts [a range in a value has as many members as the range in the name]',
    ],
    ["hosts:\n  web2:\n  web[1:3]:\n", '3:3 the host "web2" is declared twice; first in line 2'],
    ["hosts: { all: }", '1:10 "all" means every host'],
    ["hosts: { a: }\ngroups: { web: { hosts: [b1] } }", '2:26 there is no host "b1"'],
    [
      "hosts: { web1: }\ngroups: { web: { hosts: [wbe1] } }",
      '2:26 there is no host "wbe1" [did you mean "web1"?]',
    ],
    [
      "hosts: { a: }\ngroups: { web: { children: [dbs] }, db: {} }",
      '2:29 there is no group "dbs" [did you mean "db"?]',
    ],
    ["hosts: { a: }\ngroups: { a: {} }", '2:11 "a" is a host and a group'],
    ["hosts: [a]", "1:8 a map is expected here, this is a list"],
    ["hosts: { a: }\nprotect: true", '2:1 the key "protect" is not known here [did you mean "protected"?]'],
  ])("%s", (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test("all of them at once", () => {
    expect(
      problemsOf("hosts:\n  a: { port: 0, usr: x }\n  b: { become: su }\ngroups: { g: { hosts: [c] } }\n")
        .length,
    ).toBe(4);
  });
});

/** Processor time, not the clock: other work on the machine is not the bomb's. */
describe("bombs end in a mistake within a second", () => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join("\n");
  test.each([
    ["a range of a thousand million", "hosts: { 'h[1:999999999]': }"],
    ["ranges of ranges", "hosts: { 'h[1:999][1:999][1:999]': }"],
    ["12 k hosts with a mistake each", `hosts:\n${lines(12_000, (index) => `  h${index}: { x: 1 }`)}`],
    ["20 k hostile names", `hosts:\n${lines(20_000, (index) => `  ";${index}":`)}`],
    [
      "a long list zipped with 10 k hosts",
      `hosts:\n  "h[1:10000]": { address: "a[1:10000]", vars: { a: [${"x,".repeat(30_000)}x] } }`,
    ],
    [
      "30 k variables for 10 k hosts",
      `hosts: { "h[1:10000]": }\ndefaults:\n  vars:\n${lines(30_000, (index) => `    v${index}: 1`)}`,
    ],
    [
      "8 k groups of 9 k hosts",
      `hosts: { "h[1:9000]": }\ngroups:\n${lines(8000, (index) => `  g${index}: { hosts: ["h*"] }`)}`,
    ],
    [
      "20 k unknown hosts in a group",
      `hosts: { "hhhhhh[1:9000]": }\ngroups: { g: { hosts: [${lines(20_000, (index) => `hhhhhx${index},`)}] } }`,
    ],
  ])("%s", (_, text) => {
    const started = process.cpuUsage();
    const { problems } = read(text);
    const { user, system } = process.cpuUsage(started);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(110);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

test("hostile names never come through", () => {
  const bad = [
    "-oProxyCommand=id",
    "a b",
    "a;b",
    "$(id)",
    "a\\nb",
    "`id`",
    "../x",
    "a'b",
    "é",
    "x".repeat(300),
    "a|b",
    "{{x}}",
  ];
  for (const text of bad) {
    for (const line of [`"${text}": {}`, `ok: { address: "${text}" }`, `ok: { user: "${text}" }`]) {
      const { problems } = read(`hosts:\n  ${line}\n`);
      expect(problems.length, line).toBeGreaterThan(0);
    }
  }
});
