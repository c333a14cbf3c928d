/** What is kept of a run: no secret, and no more than fits. */
import { expect, test } from "vitest";
import { capPlans, makeRecordedHost } from "../../../src/core/history/recorded-run.ts";
import { makeRedactor } from "../../../src/core/redact.ts";
import { Secret } from "../../../src/core/secret.ts";
import { recordedHost } from "./sample-runs.ts";

test("a secret is in nothing that a host, a unit or a check said", () => {
  const canary = "canary-4f1d2c";
  const report = {
    ...recordedHost("web1"),
    message: `why ${canary}`,
    hint: `look at ${canary}`,
    verdicts: [{ unit: "web.service", ok: false, cause: "exited", isActive: "failed", detail: canary }],
    health: [
      {
        service: "web",
        check: `http://x/${canary}`,
        role: "ready" as const,
        ok: false,
        detail: canary,
        attempts: 1,
      },
    ],
    journal: [{ unit: "web.service", lines: ["a", `b ${canary}`] }],
    differences: [{ path: "/etc/x", change: "remove" as const, secret: false, before: canary, after: null }],
  };
  const kept = makeRecordedHost(report, makeRedactor([new Secret("TOKEN", canary)]).redact);
  expect(JSON.stringify(kept)).not.toContain(canary);
  expect(kept).toMatchObject({
    host: "web1",
    message: "why <secret TOKEN>",
    journal: [{ lines: ["a", "b <secret TOKEN>"] }],
  });
  expect(kept).not.toHaveProperty("differences");
});

test("plans are cut at 256 KiB in all, and say so", () => {
  const lines = Array.from({ length: 3000 }, () => "x".repeat(99));
  const [first, second] = capPlans([
    { play: "a", hosts: ["h"], lines },
    { play: "b", hosts: ["h"], lines: ["one"] },
  ]);
  expect(first?.lines.at(-1)).toBe("… not kept: 379 lines");
  expect(first?.lines).toHaveLength(2622);
  expect(second?.lines).toEqual(["… not kept: 1 line"]);
});
