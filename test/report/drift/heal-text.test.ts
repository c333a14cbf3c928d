/** What healing says before and after: at 80 columns, a fleet as one line. */
import { expect, test } from "vitest";
import type { DriftHost } from "../../../src/core/drift/host-drift.ts";
import { concludeHealing } from "../../../src/core/drift/plan-healing.ts";
import type { Plan } from "../../../src/core/model/plan.ts";
import { driftText } from "../../../src/report/drift/drift-text.ts";
import type { DriftView } from "../../../src/report/drift/drift-view.ts";
import { healAnnouncement, summariseHealing } from "../../../src/report/drift/heal-text.ts";
import { plainText } from "../../../src/report/lines/text.ts";
import {
  DRIFT_CLOCK,
  emptyPlan,
  plannedHost,
  sampleFindings,
  samplePlan,
  samplePlay,
  sampleReport,
} from "../samples.ts";

const findings = sampleFindings().map((finding) => ({
  ...finding,
  heal:
    finding.origin === "host"
      ? ({ outcome: "heal", why: "" } as const)
      : ({ outcome: "left", why: "pending: apply changes it" } as const),
}));
const before: DriftHost = {
  host: "db1",
  play: "stores",
  services: ["etcd"],
  findings,
  ignored: [],
  clock: DRIFT_CLOCK,
  error: null,
};
const viewOf = (host: DriftHost): DriftView => ({
  environment: "prod",
  health: "with",
  hosts: [host],
  rules: { expired: [], unmatched: [] },
});

test("what is done to many hosts alike is told once, and within the columns", () => {
  const collateral: Plan["collateral"] = [{ unit: "other.service", because: "etcd.service restarts" }];
  const hosts = Array.from({ length: 200 }, (_, index) =>
    plannedHost(`db${index}`, { ...samplePlan(`db${index}`), collateral }),
  );
  const text = plainText(
    healAnnouncement({ environment: "prod", plays: [{ play: samplePlay("stores"), hosts }] }, 80),
  );
  for (const line of text.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
  expect(text.split("\n").length).toBeLessThanOrEqual(12);
  expect(text.replaceAll(/\s+/g, " ")).toContain("db7 and 192 more (200 hosts): restore");
  expect(text).toContain("along with it other.service: etcd.service restarts");
});

test("a plan of nothing is announced by no one's name alone", () => {
  const one = healAnnouncement(
    {
      environment: "prod",
      plays: [{ play: samplePlay("stores"), hosts: [plannedHost("db1", emptyPlan("db1"))] }],
    },
    80,
  );
  expect(plainText(one)).toContain("Healing db1");
});

test("what was healed is no finding any more, what is pending stays one", () => {
  const after = concludeHealing(before, [{ ...sampleReport("db1", { status: "changed" }), play: "stores" }]);
  expect(after.findings.map(({ subject }) => subject)).toEqual(["/etc/etcd/new.conf"]);
  expect(after.healed?.map(({ heal }) => heal?.outcome)).toEqual(["healed", "healed"]);
  expect(summariseHealing(viewOf(after))).toBe("Healed: 2 findings on 1 host.");
  const text = plainText(driftText(viewOf(after), 80));
  expect(text).toContain("db1: 1 finding, 2 healed");
  expect(text).toContain("not healed: pending: apply changes it");
});

test("what could not be healed says why, and so does what no one came to", () => {
  const undone = concludeHealing(before, [
    {
      ...sampleReport("db1", { status: "rolled-back", message: "etcd.service: exited\nmore" }),
      play: "stores",
    },
  ]);
  expect(undone.findings).toHaveLength(3);
  expect(plainText(driftText(viewOf(undone), 80))).toContain("healing failed: etcd.service: exited\n");
  expect(summariseHealing(viewOf(undone))).toBe("Nothing was healed. 2 findings could not be healed.");
  expect(concludeHealing(before, []).findings[0]?.heal).toEqual({
    outcome: "failed",
    why: "it was not tried",
  });
});
