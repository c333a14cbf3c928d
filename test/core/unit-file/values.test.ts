/** Time spans, sizes, percentages and the directive table. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  directiveSince,
  isKnownDirective,
  nearestDirective,
  sectionsWithDirective,
} from "../../../src/core/unit-file/directive-table.ts";
import { parsePercent } from "../../../src/core/unit-file/percent.ts";
import { parseDecimalSize, parseSize } from "../../../src/core/unit-file/size.ts";
import {
  formatTimeSpan,
  parseTimeSpan,
  parseTimeSpanMicroseconds,
} from "../../../src/core/unit-file/time-span.ts";

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
    ["1G 500M", 1_598_029_824],
    ["1K1", 1025],
    ["10.M", 10_485_760],
    ["0.7K", 716],
    ["1.0000000001T", 1_099_511_627_885],
    ["infinity", Number.POSITIVE_INFINITY],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
  test("bandwidths count by thousands", () => {
    expect([parseDecimalSize("5M"), parseDecimalSize("1.5K")]).toEqual([5_000_000, 1500]);
  });
  test.each(["500M1G", "1M1M", "16E", "15.99E", "1.1.1", "0x10K", "2GB", "2g", "K", "", "-1", "50%"])(
    "%j is no size",
    (text) => {
      expect(parseSize(text)).toBeNull();
    },
  );
  test("percentages need their sign", () => {
    expect(["75%", "250%", "12.5%", "125‰", "75", "%", "a%"].map((text) => parsePercent(text))).toEqual([
      75,
      250,
      12.5,
      12.5,
      null,
      null,
      null,
    ]);
  });
  test("percentages by version, and their odd forms", () => {
    const both = (text: string): readonly (number | null)[] => [
      parsePercent(text, { systemd: 247 }),
      parsePercent(text, { systemd: 252 }),
    ];
    expect(["20.5%", "20.55%", "5.5‰", "5‱", "5‰"].map(both)).toEqual([
      [20.5, 20.5],
      [null, 20.55],
      [null, 0.55],
      [null, 0.05],
      [0.5, 0.5],
    ]);
    expect(["050%", "0x10%", "+5%", ".5%", "5.%", "20.555%", "-5%", "50 %", "99999999%"].map(both)).toEqual([
      [40, 40],
      [16, 16],
      [5, 5],
      ...[
        [null, null],
        [null, null],
        [null, null],
        [null, null],
        [null, null],
        [99999999, null],
      ],
    ]);
  });
});

describe("time spans in microseconds", () => {
  test.each([
    ["1y 2M 3d", "1y 2month 3d"],
    ["0", "0"],
    ["90", "1min 30s"],
    ["1.5", "1.500000s"],
    [".5", "500ms"],
    ["1ms 5us", "1.005ms"],
    ["1.9us", "1us"],
    ["1.9999999s", "1.999999s"],
    ["1.5 .5", "2s"],
    ["1s+1", "2s"],
    ["1y1.99999999999y", "2y 11month 4w 2d 10h 29min 59.999667s"],
    ["infinity", "infinity"],
    ["584500y", "584500y"],
  ])("%s is %s", (text, normal) => {
    const span = parseTimeSpanMicroseconds(text);
    expect(span === null ? null : formatTimeSpan(span)).toBe(normal);
  });
  test.each([
    "584542y",
    "9223372036854775808us",
    "5.",
    "1+1",
    "+.5",
    "1hmin",
    "1mins",
    "1,5",
    "infinity 1",
    "1 . 5",
    "1ns",
    "9".repeat(100_000),
  ])("%.30s is none", (text) => {
    expect(parseTimeSpanMicroseconds(text)).toBeNull();
  });
  test("the normal form means the same", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n }), (span) => {
        expect(parseTimeSpanMicroseconds(formatTimeSpan(span))).toBe(span);
      }),
    );
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
