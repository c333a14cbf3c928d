import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rollout } from "../../../src/core/model/declared.ts";
import { batchesOf } from "../../../src/core/plan/batches.ts";

const hosts = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test.each<[number, Rollout["batches"], number[]]>([
  [2, [1, "25%", "100%"], [1, 1]],
  [20, [1, "25%", "100%"], [1, 5, 14]],
  [7, [2], [2, 2, 2, 1]],
  [3, ["10%"], [1, 1, 1]],
  [5, ["100%"], [5]],
  [0, [1], []],
])("%i hosts in batches of %j", (count, sizes, expected) => {
  expect(batchesOf(hosts(count), sizes).map((batch) => batch.length)).toEqual(expected);
});

test("every host is in exactly one batch, in order", () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 100 }).map((percent): `${number}%` => `${percent}%`),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.array(size, { minLength: 1, maxLength: 4 }),
      (count, sizes) => {
        expect(batchesOf(hosts(count), sizes).flat()).toEqual(hosts(count));
      },
    ),
  );
});
