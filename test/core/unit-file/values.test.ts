/** Time spans, sizes, percentages and the directive table. */
import { describe, expect, test } from "vitest";
import { directiveSince, isKnownDirective, nearestDirective, sectionsWithDirective } from "../../../src/core/unit-file/directive-table.ts";
import { parsePercent } from "../../../src/core/unit-file/percent.ts";
import { parseSize } from "../../../src/core/unit-file/size.ts";
import { parseTimeSpan } from "../../../src/core/unit-file/time-span.ts";

describe("parseTimeSpan", () => {
  test.each([
    ["90", 90],
    ["5min 20s", 320],
    ["5min20s", 320],
    ["1.5h", 5400],
    ["100ms", 0.1],
    ["3us", 0.000003],
    ["1d12h", 129_600],
    ["0", 0],
    ["infinity", Number.POSITIVE_INFINITY],
    ["1M", 2_629_800],
    ["1m", 60],
  ])("%s is %d s", (text, seconds) => {
    expect(parseTimeSpan(text)).toBe(seconds);
  });
  test.each(["", "abc", "5 parsecs", "-1", "1.5.2", "s", "5S"])("%j is none", (text) => {
    expect(parseTimeSpan(text)).toBeNull();
  });
});

describe("parseSize and parsePercent", () => {
  test.each([
    ["512", 512],
    ["512B", 512],
    ["2G", 2 ** 31],
    ["1.5G", 1.5 * 2 ** 30],
    ["4 K", 4096],
    ["infinity", Number.POSITIVE_INFINITY],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
  test.each(["2GB", "2g", "K", "", "-1", "50%"])("%j is no size", (text) => {
    expect(parseSize(text)).toBeNull();
  });
  test("percentages need their sign", () => {
    expect(["75%", "250%", "12.5%", "125‰", "75", "%", "a%"].map(parsePercent)).toEqual([75, 250, 12.5, 12.5, null, null, null]);
  });
});

describe("the directive table", () => {
  test.each([
    ["Service", "ExecStart", 247, true],
    ["Unit", "ExecStart", 247, false],
    ["Service", "RestartMode", 252, false],
    ["Service", "RestartMode", 257, true],
    ["Service", "RestartMode", 255, false],
    ["Service", "ExitType", 260, true],
    ["Service", "ExitType", 247, false],
    ["Service", "ManagedOOMMemoryPressureLimitPercent", 247, true],
    ["Service", "ManagedOOMMemoryPressureLimitPercent", 252, false],
    ["Service", "StartLimitIntervalSec", 257, false],
    ["Service", "X-Ours", 247, true],
    ["Install", "WantedBy", 247, true],
    ["Nowhere", "WantedBy", 247, false],
  ])("[%s] %s= in %d: %s", (section, name, version, known) => {
    expect(isKnownDirective(section, name, version)).toBe(known);
  });
  test("finds the nearest name, and none for nonsense", () => {
    expect(nearestDirective("Service", "ExecSatrt", 252)).toBe("ExecStart");
    expect(nearestDirective("Service", "memorymax", 252)).toBe("MemoryMax");
    expect(nearestDirective("Service", "Zzzzzz", 252)).toBeNull();
  });
  test("says where and since when a name is known", () => {
    expect(sectionsWithDirective("StartLimitIntervalSec", 252)).toEqual(["Unit"]);
    expect(directiveSince("Service", "ExitType")).toBe(252);
    expect(directiveSince("Service", "Nonsense")).toBeNull();
  });
});
