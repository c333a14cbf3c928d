import { expect, test } from "vitest";
import { conclude } from "../../src/deploy/conclude.ts";
import type { Story } from "../../src/deploy/story.ts";
import { makeTarget } from "../core/plan/host-builder.ts";

test("a transaction that another run settled is not called a failed undo: nobody here knows", async () => {
  const plan = { changes: [], actions: [] };
  const story = { target: makeTarget([]), plan, startedAt: 0, context: { now: () => 1000 }, transaction: { id: "0".repeat(32) } };
  const report = await conclude(story as unknown as Story, { name: "GONE", detail: "" }, null); // it reads nothing else of the story
  expect(report).toMatchObject({ status: "unknown", cause: "unknown" });
  expect(report.message).toContain("not known here");
});
