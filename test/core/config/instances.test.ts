/** Names of instances as written → names of units, and what cannot be one. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { normaliseText } from "./normalise-text.ts";

const SERVICE = "name: x\nservice: { ExecStart: /bin/x }\n";

function mistakes(more: string): readonly string[] {
  try {
    normaliseText(SERVICE + more);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ place, message }) => `${place.line}:${place.column} ${message}`);
  }
}

test("names become units in the order of the file, escaped as systemd-escape does; numbers are names", () => {
  const { instances } = normaliseText(`${SERVICE}instances: [green, 8080, "a/b c", .dot, "ü", "-"]\n`);
  expect(instances.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
    "green x@green.service",
    "8080 x@8080.service",
    String.raw`a/b c x@a-b\x20c.service`,
    String.raw`.dot x@\x2edot.service`,
    String.raw`ü x@\xc3\xbc.service`,
    String.raw`- x@\x2d.service`,
  ]);
  expect(instances[0]?.place).toMatchObject({ line: 3, column: 13 });
});

test("without the key there are none", () => {
  expect(normaliseText(SERVICE).instances).toEqual([]);
});

describe("refused", () => {
  test.each([
    [
      "instances: []",
      "3:12 a service with instances has at least one; leave `instances` out for a service that runs once",
    ],
    [
      `instances: [${Array.from({ length: 101 }, (_, index) => index)}]`,
      "3:12 a service has 100 instances on a host at most",
    ],
    ["instances: blue", "3:12 a list of names is expected here"],
    ["instances: [[a]]", "3:13 a text or number is expected here, this is a list"],
    ['instances: [a, ""]', '3:17 the instance "": an instance needs a name'],
    ["instances: [a, b, a]", '3:19 the instance "a": it is in the list twice'],
    ['instances: [1, "1"]', '3:17 the instance "1": it is in the list twice'],
    ['instances: ["a\\nb"]', '3:14 the instance "a\\nb": a name cannot hold control characters'],
    [
      `instances: ["${"ü".repeat(29)}"]`,
      `3:14 the instance "${"ü".repeat(29)}": its unit's name would have 242 bytes, 240 at most (everything but letters, digits and : _ . takes four)`,
    ],
    [
      "instances: [a]\nsockets: [{ ListenStream: 80 }]",
      "4:10 a service with instances cannot have sockets: systemd would not know which instance gets one",
    ],
  ])("%s", (line, problem) => {
    expect(mistakes(`${line}\n`)).toEqual([problem]);
  });

  test("the longest name that is none of them", () => {
    expect(mistakes(`instances: [${"a".repeat(230)}]\n`)).toEqual([]);
    expect(mistakes(`instances: [${"a".repeat(231)}]\n`)).toHaveLength(1);
  });
});
