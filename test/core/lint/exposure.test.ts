import { expect, test } from "vitest";
import { exposureOf, worstExposures } from "../../../src/core/lint/exposure.ts";
import { makeUnit } from "../../../src/core/lint/from-files.ts";
import { randomServices } from "../../support/random-services.ts";

const unitOf = (text: string) => makeUnit("a.service", { path: "a.service", text }, [], "");
const tenths = (text: string, systemd = 252) => exposureOf(unitOf(text), systemd).tenths;

/**
 * What `systemd-analyze security --offline=true` of each version said of the first 24;
 * test/e2e/lint-agreement.test.ts asks it anew.
 */
test.each([
  [252, [72, 37, 55, 92, 44, 39, 70, 82, 15, 80, 53, 40, 94, 50, 47, 84, 33, 28, 88, 73, 59, 87, 40, 56]],
  [257, [70, 35, 55, 91, 44, 39, 68, 82, 15, 78, 53, 38, 94, 50, 45, 82, 31, 28, 86, 71, 57, 86, 38, 54]],
])("random services as systemd %i weighs them", (systemd, expected) => {
  expect(randomServices(expected.length).map(({ text }) => tenths(text, systemd))).toEqual(expected);
});

test("a bare service, and what takes most off it", () => {
  expect([tenths("[Service]\n"), tenths("[Service]\n", 257)]).toEqual([96, 94]);
  const { rows } = exposureOf(unitOf("[Service]\n"), 252);
  expect(rows.slice(0, 2)).toEqual([
    { name: "PrivateNetwork=", tenths: 5 },
    { name: "User=/DynamicUser=", tenths: 4 },
  ]);
  expect(exposureOf(unitOf("[Service]\nPrivateNetwork=yes\n"), 252).rows[0]?.name).toBe("User=/DynamicUser=");
});

test("of several hosts the worst counts, and the most exposed service comes first", () => {
  const of = (unit: string, score: number) => ({ unit, file: "x", tenths: score, rows: [] });
  expect(
    worstExposures([of("a", 30), of("b", 50), of("a", 40)]).map((each) => [each.unit, each.tenths]),
  ).toEqual([
    ["b", 50],
    ["a", 40],
  ]);
});
