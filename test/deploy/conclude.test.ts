import { expect, test } from "vitest";
import { conclude } from "../../src/deploy/conclude.ts";
import type { Story } from "../../src/deploy/story.ts";
import { makeTarget } from "../core/plan/host-builder.ts";

const plan = { changes: [], actions: [] };
const parts = {
  target: makeTarget([]),
  plan,
  startedAt: 0,
  context: { now: () => 1000, run: { environment: "prod" } },
  transaction: { id: "0".repeat(32) },
};
const story = parts as unknown as Story; // nothing else of it is read

test("a transaction that another run settled is not called a failed undo: nobody here knows", async () => {
  const report = await conclude(story, { name: "GONE", detail: "" }, null);
  expect(report).toMatchObject({ status: "unknown", cause: "unknown" });
  expect(report.message).toContain("not known here");
});

test.each([
  ["locked: another transaction holds the lock of this host", "locked"],
  ["conflict: /etc/a is not as it was when the plan was made", "conflict"],
  ["the disk was full", "host"],
])("a refusal has its own cause: %s", async (detail, cause) => {
  const report = await conclude(story, { name: "REFUSED", detail }, null);
  expect(report).toMatchObject({ status: "failed", cause, message: `Nothing was changed: ${detail}` });
});
