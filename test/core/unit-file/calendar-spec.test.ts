/**
 * Calendar expressions: normal forms, what is refused, and the next elapse, as systemd-analyze calendar says
 * them (compared in full by test/e2e).
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CalendarSpec, parseCalendarSpec } from "../../../src/core/unit-file/calendar-spec.ts";
import { nextElapse } from "../../../src/core/unit-file/next-elapse.ts";
import { printCalendarSpec } from "../../../src/core/unit-file/print-calendar-spec.ts";
import { calendarExpression } from "../../support/unit-values.ts";

const NORMAL_FORMS: readonly (readonly [string, string])[] = [
  ["minutely", "*-*-* *:*:00"],
  ["Weekly", "Mon *-*-* 00:00:00"],
  ["quarterly", "*-01,04,07,10-01 00:00:00"],
  ["semi-annually", "*-01,07-01 00:00:00"],
  ["anually", "*-01-01 00:00:00"],
  ["Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"],
  ["Mon-Fri 9:00", "Mon..Fri *-*-* 09:00:00"],
  ["Mon, 1:00", "Mon *-*-* 01:00:00"],
  ["mon..sun", "*-*-* 00:00:00"],
  ["*:0/15", "*-*-* *:00/15:00"],
  ["*-*~1 0/4:0:30.5 Europe/Berlin", "*-*~01 00/4:00:30.500000 Europe/Berlin"],
  ["05~03 utc", "*-05~03 00:00:00 UTC"],
  ["99-2-3", "1999-02-03 00:00:00"],
  ["@1700000000", "2023-11-14 22:13:20 UTC"],
  ["*:*:0/0.5", "*-*-* *:*:00/0.500000"],
  ["1:2:3.4567895", "*-*-* 01:02:03.456790"],
  ["22..22:1,1,0", "*-*-* 22:00,01:00"],
  ["1:2:3..5/7", "*-*-* 01:02:03"],
  ["1:2:0..9/4", "*-*-* 01:02:00..08/4"],
  ["*:*:*", "*-*-* *:*:*"],
  ["*:*:0/1,0", "*-*-* *:*:*"],
  ["Etc/UTC 12:00", ""],
  ["12:00 Etc/UTC", "*-*-* 12:00:00 Etc/UTC"],
];

test.each(NORMAL_FORMS)("%s → %s", (text, normal) => {
  const spec = parseCalendarSpec(text);
  expect(spec === null ? "" : printCalendarSpec(spec)).toBe(normal);
});

test.each([
  ...[
    "",
    " ",
    "UTC",
    " UTC",
    "bad",
    "Mon..",
    "Sat..Mon",
    "Mon.Tue",
    "Mon,,Tue",
    "Monda",
    "Mon..Tue..Wed",
    "25:00",
    "1:60",
    "1:2:60",
    "12",
    "1:2:3:4",
    "1:2:3..3",
  ],
  ...[
    "*-13-1",
    "*-1-32",
    "*-*~29",
    "*-*~27,28",
    "1969-1-1",
    "2200-1-1",
    "0:0/0",
    "1:0/60",
    "*~1~1",
    "*-1:0",
    "1:2:3.",
    "1:2:.5",
    "99999999999:0",
    "@",
    "@x",
    "@99999999999",
  ],
  ...[
    "12:00 europe/berlin",
    "12:00 +01:00",
    "12:00 Nowhere/City",
    "1-2-3-4",
    "*-*-*  1:00  UTC ",
    `${"1,".repeat(241)}1:00`,
  ],
])("refused: %s", (text) => {
  expect(parseCalendarSpec(text)).toBeNull();
});

test("as many values in a field as systemd takes", () => {
  expect(parseCalendarSpec(`${"1,".repeat(240)}1:00`)).not.toBeNull();
});

const at = (text: string): number => Date.parse(text) * 1000;

function elapses(
  text: string,
  from: string,
  count: number,
  host: { timeZone?: string; systemd?: number } = {},
): readonly string[] {
  const found: string[] = [];
  const spec = parsed(text);
  for (let after: number | null = at(from); found.length < count; ) {
    after = nextElapse(spec, after, host);
    if (after === null) return [...found, "never"];
    found.push(new Date(after / 1000).toISOString());
  }
  return found;
}

function parsed(text: string): CalendarSpec {
  const spec = parseCalendarSpec(text);
  if (spec === null) throw new Error(`refused: ${text}`);
  return spec;
}

describe("next elapse", () => {
  test("the moment itself does not count", () => {
    expect(elapses("*:0/15", "2026-01-01T00:15:00Z", 2)).toEqual([
      "2026-01-01T00:30:00.000Z",
      "2026-01-01T00:45:00.000Z",
    ]);
  });

  test("never: past, or a day that no month has", () => {
    expect(elapses("2020-01-01", "2026-01-01T00:00:00Z", 1)).toEqual(["never"]);
    expect(elapses("*-02-30", "2026-01-01T00:00:00Z", 1)).toEqual(["never"]);
  });

  test("29 February comes in a leap year, on a Thursday in 2052 at the earliest", () => {
    expect(elapses("*-2-29", "2026-01-01T00:00:00Z", 1)).toEqual(["2028-02-29T00:00:00.000Z"]);
    expect(elapses("Thu *-2-29", "2026-01-01T00:00:00Z", 1)).toEqual(["2052-02-29T00:00:00.000Z"]);
  });

  test("the last day of each month", () => {
    expect(elapses("*-*~1", "2028-01-31T00:00:00Z", 3)).toEqual([
      "2028-02-29T00:00:00.000Z",
      "2028-03-31T00:00:00.000Z",
      "2028-04-30T00:00:00.000Z",
    ]);
  });

  test("an hour that is skipped does not elapse", () => {
    expect(elapses("2:30 Europe/Berlin", "2026-03-28T12:00:00Z", 1)).toEqual(["2026-03-30T00:30:00.000Z"]);
    expect(elapses("2026-3-29 2:30 Europe/Berlin", "2026-01-01T00:00:00Z", 1)).toEqual(["never"]);
  });

  test("an hour that comes twice elapses at its first coming", () => {
    expect(elapses("2:30 Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  test("every half hour goes on over both changes of the clock", () => {
    const spring = ["2026-03-29T00:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z"];
    expect(elapses("*:0/30 Europe/Berlin", "2026-03-29T00:00:00Z", 3)).toEqual(spring);
  });

  test("an expression without a zone follows the host's", () => {
    expect(elapses("12:00", "2026-01-01T00:00:00Z", 1, { timeZone: "Asia/Kolkata" })).toEqual([
      "2026-01-01T06:30:00.000Z",
    ]);
  });

  test("what systemd misses after a field ran over its end, by version", () => {
    const from = "2026-02-01T00:52:00Z";
    expect(elapses("*-2-* *:31/21,51,2", from, 1, { systemd: 247 })).toEqual(["2026-02-01T01:31:00.000Z"]);
    expect(elapses("*-2-* *:31/21,51,2", from, 1, { systemd: 252 })).toEqual(["2026-02-01T01:02:00.000Z"]);
    expect(elapses("*:*:0/19.1", "2026-01-01T00:00:57.3Z", 1)).toEqual(["2026-01-01T00:01:19.100Z"]);
  });

  test("fractions of seconds", () => {
    expect(elapses("0:0:1.25", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-01T00:00:01.250Z"]);
  });
});

/**
 * systemd writes every second as * and leaves out what else stands beside it, so that this form has fewer
 * values.
 */
const isEverySecondAndMore = ({ microsecond }: CalendarSpec): boolean =>
  microsecond !== null &&
  microsecond.length > 1 &&
  microsecond.some(({ start, stop, repeat }) => start === 0 && stop === null && repeat === 1e6);

test("the normal form means the same", () => {
  fc.assert(
    fc.property(calendarExpression, (text) => {
      const spec = parseCalendarSpec(text);
      fc.pre(spec !== null && !isEverySecondAndMore(spec));
      expect(parsed(printCalendarSpec(spec))).toEqual(spec);
    }),
    { numRuns: 2000 },
  );
});

test("what comes next is later, and comes next from anywhere before it", () => {
  const moment = fc.integer({ min: at("2020-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });
  fc.assert(
    fc.property(calendarExpression, moment, (text, after) => {
      const spec = parseCalendarSpec(text);
      fc.pre(spec !== null);
      const next = nextElapse(spec, after);
      if (next === null) return;
      expect(next).toBeGreaterThan(after);
      expect(nextElapse(spec, next - 1)).toBe(next);
    }),
    { numRuns: 500 },
  );
});

test("any text is an expression or is not, and nothing throws", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."0129*-~:./, @MonTueFri UTC".split("")), maxLength: 30 }),
      (text) => {
        const spec = parseCalendarSpec(text);
        if (spec !== null) nextElapse(spec, at("2026-01-01T00:00:00Z"));
      },
    ),
    { numRuns: 2000 },
  );
});
