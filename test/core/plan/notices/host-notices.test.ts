/** Whether another run is there, in words. */
import { expect, test } from "vitest";
import type { OpenTransaction } from "../../../../src/core/model/observation.ts";
import { sayUnfinished } from "../../../../src/core/plan/notices/host-notices.ts";

const LIVE: OpenTransaction = {
  id: "0".repeat(32),
  state: "AWAIT",
  running: true,
  leaseAgeSeconds: 1,
  ageSeconds: 5,
  owner: "alice@laptop",
  project: "shop",
};

test.each([
  ["another run is under way (alice@laptop); waiting for it", {}],
  ["another run is under way (alice@laptop); waiting for it", { state: "STAGED", running: false }],
  ["an earlier run left a transaction unfinished; settling it first", { leaseAgeSeconds: 21 }],
  ["an earlier run left a transaction unfinished; settling it first", { running: false }],
  [
    "an earlier run left a transaction unfinished; settling it first",
    { state: "STAGED", running: false, leaseAgeSeconds: null },
  ],
])("%s: %o", (words, more) =>
  expect(
    sayUnfinished([
      { ...LIVE, running: false, leaseAgeSeconds: 21 },
      { ...LIVE, ...more },
    ]),
  ).toBe(words),
);
