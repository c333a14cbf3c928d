/** A sample of npm run fuzz: every parser on a few thousand inputs. */
import { expect, test } from "vitest";
import { fuzz } from "../support/fuzz.ts";
import { processorTime } from "../support/processor-time.ts";

test("no input makes a parser throw or take a second", () => {
  const { failures, slowest } = fuzz(2000, 20_261_121, processorTime);
  expect(failures).toEqual([]);
  expect(slowest.milliseconds, `${slowest.parser} on ${JSON.stringify(slowest.input)}`).toBeLessThan(1000);
}, 60_000);

test("a parser that throws is found", () => {
  let time = 0;
  const { slowest } = fuzz(5, 1, () => (time += 7));
  expect(slowest).toMatchObject({ milliseconds: 7, parser: "parseUnitFile" });
});
