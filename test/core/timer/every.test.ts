import fc from "fast-check";
import { expect, test } from "vitest";
import { cronFields, type Every, onCalendar, parseEvery } from "../../../src/core/timer/every.ts";

function every(text: string): Every {
  const parsed = parseEvery(text);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

test.each([
  ["1min", "* * * * *", "minutely"],
  ["15min", "12,27,42,57 * * * *", "*-*-* *:00/15:00"],
  ["900", "12,27,42,57 * * * *", "*-*-* *:00/15:00"],
  ["30m", "27,57 * * * *", "*-*-* *:00/30:00"],
  ["1h", "57 * * * *", "hourly"],
  ["3h", "57 2,5,8,11,14,17,20,23 * * *", "*-*-* 00/3:00:00"],
  ["1d", "57 23 * * *", "daily"],
  ["24h", "57 23 * * *", "daily"],
  ["1week", "57 23 * * 6", "weekly"],
  ["7min", null, null],
  ["90min", null, null],
  ["90s", null, null],
  ["5h", null, null],
  ["2d", null, null],
])("%s", (text, fields, calendar) => {
  expect(cronFields(every(text), 6 * 1440 + 23 * 60 + 57)).toBe(fields);
  expect(onCalendar(every(text))).toBe(calendar);
});

test.each([
  "",
  "soon",
  "15 minutes past",
  "-5min",
  "30s",
  "59s",
  "8d",
  "90.5s",
  "infinity",
  "15min; reboot",
  "15min\n* * * * * root reboot",
])("%j is no period", (text) => {
  expect(parseEvery(text)).toHaveProperty("problem");
});

test("whatever the seed: as many runs a day as the period says, evenly spread", () => {
  const periods = ["2min", "4min", "10min", "12min", "20min", "1h", "2h", "6h", "12h", "1d"];
  fc.assert(
    fc.property(fc.constantFrom(...periods), fc.nat(), (text, seed) => {
      const times = timesOfDay(cronFields(every(text), seed) ?? "");
      const step = every(text).seconds / 60;
      expect(times).toHaveLength(1440 / step);
      expect(
        new Set(times.map((time, index) => (index === 0 ? step : time - (times[index - 1] ?? 0)))),
      ).toEqual(new Set([step]));
    }),
  );
});

/**
 * The minutes of a day at which two fields run something; lists, numbers and * alone, as crontab(5) reads
 * them.
 */
function timesOfDay(fields: string): readonly number[] {
  const [minutes = "", hours = ""] = fields.split(" ");
  const read = (field: string, count: number): readonly number[] =>
    field === "*" ? Array.from({ length: count }, (_, index) => index) : field.split(",").map(Number);
  return read(hours, 24).flatMap((hour) => read(minutes, 60).map((minute) => hour * 60 + minute));
}
