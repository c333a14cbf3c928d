/**
 * Units' names, signals, exit statuses, capabilities and whole numbers, as seen on systemd 247, 252 and 257.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CAPABILITIES, capabilityName, capabilitySet } from "../../../src/core/unit-file/capability.ts";
import { unescapePath } from "../../../src/core/unit-file/escape.ts";
import {
  exitStatuses,
  exitStatusName,
  exitStatusNumber,
  parseExitStatusSet,
} from "../../../src/core/unit-file/exit-status.ts";
import { parseInteger } from "../../../src/core/unit-file/integer.ts";
import { signalName, signalNumber } from "../../../src/core/unit-file/signal.ts";
import {
  instanceOf,
  instancePathOf,
  instantiate,
  instantiatePath,
  mangleUnitName,
  parseUnitName,
  templateOf,
} from "../../../src/core/unit-file/unit-name.ts";

describe("names of units", () => {
  test.each([
    ["web.service", { prefix: "web", instance: null, type: "service" }],
    ["web-api@.service", { prefix: "web-api", instance: "", type: "service" }],
    ["a@b@c\\x2d.mount", { prefix: "a", instance: "b@c\\x2d", type: "mount" }],
    ["....service", { prefix: "...", instance: null, type: "service" }],
    ["web", null],
    ["web.conf", null],
    ["@a.service", null],
    ["a b.service", null],
    ["ü.service", null],
    [".service", null],
    [`${"a".repeat(247)}.service`, { prefix: "a".repeat(247), instance: null, type: "service" }],
    [`${"a".repeat(248)}.service`, null],
  ])("%s", (name, parts) => {
    expect(parseUnitName(name)).toEqual(parts);
  });

  test.each([
    ["", null],
    ["/", "-.mount"],
    ["a/b", "a-b.service"],
    ["/a//b/", "a-b.mount"],
    ["/a/../b", "-a-..-b.service"],
    ["ü.x", "\\xc3\\xbc.x.service"],
    ["/dev/sda", "dev-sda.device"],
    ["//dev/sda", "dev-sda.device"],
    ["a b.service", "a\\x20b.service"],
    ["foo.d", "foo.d.service"],
    ["foo.mount", "foo.mount"],
    ["a\\x2", "a\\x2.service"],
  ])("mangle %j", (text, name) => {
    expect(mangleUnitName(text)).toBe(name);
  });

  test("instances", () => {
    expect(instantiate("a@.service", "/x y")).toBe("a@-x\\x20y.service");
    expect(instantiatePath("a@.service", "/x//y/")).toBe("a@x-y.service");
    expect(instantiate("a@b.service", "x")).toBeNull();
    expect(["a@b\\x2dc@d.service", "a@.service", "a.b.service"].map(templateOf)).toEqual([
      "a@.service",
      "a@.service",
      "a.b.service",
    ]);
    expect(instantiate("a@.service", "")).toBeNull();
    expect(instanceOf("a@b\\x2dc-d.service")).toBe("b-c/d");
    expect(instancePathOf("a@b-c.service")).toBe("/b/c");
    expect([
      instanceOf("a.service"),
      instanceOf("a@.service"),
      instanceOf("a@\\x.service"),
      instancePathOf("a@-b.service"),
    ]).toEqual([null, null, null, null]);
  });

  test.each([
    ["-", "/"],
    ["a-b", "/a/b"],
    ["...", "/..."],
    ["a\\x2db", "/a-b"],
    ["", null],
    ["-a", null],
    ["a--b", null],
    ["..", null],
    ["\\x", null],
  ])("the path of %j", (name, path) => {
    expect(unescapePath(name)).toBe(path);
  });

  test("an instance comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), (text) => {
        const name = instantiate("a@.service", text);
        fc.pre(name !== null && !text.includes("\0"));
        expect(instanceOf(name)).toBe(text);
        expect(mangleUnitName(name)).toBe(name);
      }),
    );
  });
});

describe("signals", () => {
  test.each([
    ["SIGTERM", 15],
    ["INT", 2],
    ["RTMIN", 34],
    ["SIGRTMIN+30", 64],
    ["RTMAX-5", 59],
    ["RTMIN+0x2", 36],
    ["STKFLT", 16],
    ["010", 8],
    ["32", 32],
  ])("%s is %d", (name, number) => {
    expect(signalNumber(name)).toBe(number);
  });
  test.each([
    "term",
    "SIG9",
    "65",
    "0",
    "09",
    "IOT",
    "RTMIN+31",
    "RTMIN-1",
    "RTMIN+",
    "RTMAX+1",
    "RTMAX-31",
    "SIGSIGTERM",
    "",
  ])("%j is none", (name) => {
    expect(signalNumber(name)).toBeNull();
  });
  test("names and numbers are each other's reverse", () => {
    for (let number = 1; number <= 64; number++) {
      const name = signalName(number);
      expect(name === null ? null : signalNumber(name)).toBe(number === 32 || number === 33 ? null : number);
    }
    expect([signalName(0), signalName(65), signalName(1.5)]).toEqual([null, null, null]);
  });
});

describe("exit statuses", () => {
  test("by name and number, by version", () => {
    expect([
      exitStatusNumber("TEMPFAIL"),
      exitStatusNumber("tempfail"),
      exitStatusNumber("256"),
      exitStatusNumber("010"),
    ]).toEqual([75, null, null, 8]);
    expect([
      exitStatusNumber("BPF", 247),
      exitStatusNumber("BPF", 252),
      exitStatusName(245, 252),
      exitStatusName(245),
    ]).toEqual([null, 244, null, "KSM"]);
    expect(exitStatuses().map(({ status }) => status)).toEqual(
      [...new Set(exitStatuses().map(({ status }) => status))].sort((a, b) => a - b),
    );
    expect(exitStatuses(247)).toHaveLength(66);
  });
  test("in a list with signals", () => {
    const set = parseExitStatusSet("3 SIGKILL FOO TEMPFAIL RTMIN+1");
    expect({ statuses: [...set.statuses], signals: [...set.signals], unknown: set.unknown }).toEqual({
      statuses: [3, 75],
      signals: [9, 35],
      unknown: ["FOO"],
    });
  });
});

describe("capabilities", () => {
  const names = (start: "all" | "none", ...values: readonly string[]): readonly string[] => [
    ...capabilitySet(start, values).names,
  ];
  test("by name in any case, or number", () => {
    expect([
      capabilityName("CAP_Chown"),
      capabilityName("40"),
      capabilityName("41"),
      capabilityName("CHOWN"),
    ]).toEqual(["cap_chown", "cap_checkpoint_restore", null, null]);
    expect(CAPABILITIES).toHaveLength(41);
  });
  test("sets", () => {
    expect(names("all", "CAP_CHOWN", "CAP_KILL")).toEqual(["cap_chown", "cap_kill"]);
    expect(names("all", "CAP_CHOWN CAP_KILL", "~CAP_KILL")).toEqual(["cap_chown"]);
    expect(names("all", "~CAP_KILL", "CAP_KILL")).toHaveLength(41);
    expect(names("all", "CAP_CHOWN", "", "~CAP_KILL")).toEqual([]);
    expect(names("all")).toHaveLength(41);
    expect(names("none", "~CAP_CHOWN")).toHaveLength(40);
    expect(names("none", "CAP_CHOWN", "~CAP_CHOWN")).toEqual([]);
    expect(capabilitySet("all", ["CAP_CHOWN FOO"]).unknown).toEqual(["FOO"]);
  });
});

test.each([
  ["10", 10],
  ["010", 8],
  ["09", null],
  ["0x1F", 31],
  ["0b11", 3],
  ["0o17", 15],
  ["+5", 5],
  ["-5", -5],
  ["-0", 0],
  [" 5", 5],
  ["5 ", null],
  ["", null],
  ["99999999999999999999", null],
])("the whole number %j", (text, number) => {
  expect(parseInteger(text)).toBe(number);
});
