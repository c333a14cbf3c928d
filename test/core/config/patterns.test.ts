/** Host patterns, and that a mistyped term is never silently nothing. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInventory } from "../../../src/core/config/inventory.ts";
import { matchesGlob, matchHosts } from "../../../src/core/config/patterns.ts";
import { parseYaml } from "../../../src/core/config/yaml.ts";
import { processorTime } from "../../support/processor-time.ts";

const { hosts, groups } = readInventory(
  parseYaml(
    'hosts: { web1: { labels: { zone: a } }, "web[2:9]": , db1: , db2: { labels: { zone: b } } }\ngroups: { web: { hosts: ["web*"] }, db: { hosts: ["db*"] }, prod: { hosts: ["web[1:3]", web9, db1] } }',
    "i",
  ),
  (path) => path,
);
const names = (pattern: string) => matchHosts(pattern, { hosts, groups }).hosts.map((host) => host.name);

describe("patterns select", () => {
  test.each([
    ["all", 11],
    ["*", 11],
    ["db1:web9", ["web9", "db1"]],
    ["db1, web1", ["web1", "db1"]],
    ["web:&prod:!web9", ["web1", "web2", "web3"]],
    ["!web", ["db1", "db2"]],
    ["&prod:!db", ["web1", "web2", "web3", "web9"]],
    ["db*", ["db1", "db2"]],
    ["web?:!web[1:8]", ["web1"]],
    ["web[0]", ["web1"]],
    ["web[-1]", ["web9"]],
    ["web[0:1]", ["web1", "web2"]],
    ["web[7:]", ["web8", "web9"]],
    ["web[:1]", ["web1", "web2"]],
    ["prod[-1]", ["db1"]],
    ["~web[12]$", ["web1", "web2"]],
    ["~(?!web|all|prod|ungrouped)", ["db1", "db2"]],
    ["we[ab]1", ["web1"]],
    ["web[!1-7]", ["web8", "web9"]],
    ["web:&prod,db", ["web1", "web2", "web3", "web9", "db1"]],
    ["ungrouped", []],
    ["label:zone=b", ["db2"]],
    ["prod:&label:zone=a", ["web1"]],
  ])("%s", (pattern, expected) => {
    const found = names(pattern);
    expect(typeof expected === "number" ? found.length : found).toEqual(expected);
  });
});

describe("mistakes", () => {
  test.each([
    ["wbe", 'there is no host or group "wbe"', 'did you mean "web"?'],
    [
      "web:!porduction",
      'there is no host or group "porduction"',
      expect.stringMatching(/^there are: .*\bprod\b.*\bweb1\b/),
    ],
    ["web:&prd", 'there is no host or group "prd"', 'did you mean "prod"?'],
    ["web:!web", 'the pattern "web:!web" selects no host', null],
    ["x*", 'the pattern "x*" selects no host', null],
    ["", "the host pattern is empty", 'write "all" for every host'],
    ["~web(", '"~web(" is no regular expression: a ( is not closed', null],
    [
      "~(w)eb\\1",
      '"~(w)eb\\1" is no regular expression: references to a group (\\1) are not supported',
      null,
    ],
    ["web[9]", '"web[9]" counts past its 9 hosts', "the first host is [0], the last [-1]"],
    ["web:!", "a ! or & without a name behind it", null],
    ["service:x", '"service:x": services are known only once the plays are', "use it in --limit"],
  ])("%s", (pattern, message, hint) => {
    expect(matchHosts(pattern, { hosts, groups }).mistakes).toContainEqual({ message, hint });
  });
});

test("a glob means what its regular expression means", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 }),
      fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }),
      (glob, text) => {
        const pattern = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(matchesGlob(glob, text)).toBe(pattern.test(text));
      },
    ),
  );
});

test("a glob of many stars takes no time", () => {
  const started = processorTime();
  expect(matchesGlob(`${"*a".repeat(100)}b`, "a".repeat(255))).toBe(false);
  expect(processorTime() - started).toBeLessThan(100);
});
