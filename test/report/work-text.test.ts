/** What is done to a host, in one line of a log. */
import { expect, test } from "vitest";
import type { Work } from "../../src/core/model/plan.ts";
import { workIn } from "../../src/core/plan/work.ts";
import { doingText } from "../../src/report/run/work-text.ts";
import { emptyPlan, samplePlan } from "./samples.ts";

const acts = (...words: readonly string[]): Work => ({
  acts: words.map((each) => {
    const [verb, unit = ""] = each.split(" ");
    return { verb: verb as Work["acts"][number]["verb"], unit };
  }),
  changes: [{ kind: "file", outcome: "changed" }],
});
const changes = (...words: readonly string[]): Work => ({
  acts: [],
  changes: words.map((each) => {
    const [kind, outcome] = each.split(" ");
    return { kind, outcome } as Work["changes"][number];
  }),
});

test.each([
  [acts("restart shop.service"), "restarting shop"],
  [acts("reload nginx.service", "restart shop.service"), "restarting shop; reloading nginx"],
  [
    acts("start shop.timer", "stop old.service", "stop old.socket"),
    "stopping old, old.socket; starting shop.timer",
  ],
  [
    acts(...["a", "b", "c", "d", "e"].map((name) => `restart ${name}.service`)),
    "restarting a, b, c and 2 more",
  ],
  [acts("restart a.service", "restart a.service"), "restarting a"],
  [changes("file changed", "file new", "link changed"), "writing 3 files"],
  [changes("file removed", "link removed", "directory removed"), "removing 2 files"],
  [changes("file new", "file removed"), "writing 1 file; removing 1 file"],
  [changes("directory new", "account new"), "making 2 changes"],
  [changes(), "renewing svcdeploy's records"],
])("%#: %j", (work, text) => {
  expect(doingText(work)).toBe(text);
});

test("of a plan: a daemon-reload and the wait behind a canary are no acts", () => {
  const work = workIn({
    changes: [],
    actions: [
      { verb: "daemon-reload", because: "1 unit file changed" },
      { verb: "restart", unit: "a.service", because: "", timeoutSeconds: 9 },
      { verb: "settle", unit: "a.service", because: "", timeoutSeconds: 9 },
    ],
  });
  expect(work.acts).toEqual([{ verb: "restart", unit: "a.service" }]);
  expect(workIn(emptyPlan("db1"))).toEqual({ acts: [], changes: [] });
});

test("of a plan: what is new, changed and removed", () => {
  const plan = samplePlan("db1");
  const { changes: counted } = workIn(plan);
  expect(counted.length).toBe(plan.changes.length);
  for (const [index, { before, after }] of plan.changes.entries())
    expect(counted[index]?.outcome).toBe(after === null ? "removed" : before === null ? "new" : "changed");
});
