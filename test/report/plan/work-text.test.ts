/** What plans come to, in words. */
import { expect, test } from "vitest";
import type { Work } from "../../../src/core/model/plan.ts";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import { workIn } from "../../../src/core/plan/work.ts";
import { doingText, sumText } from "../../../src/report/plan/work-text.ts";
import { emptyPlan, samplePlan } from "../samples.ts";

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

test.each([
  [
    [acts("restart a.service"), acts("restart a.service", "reload b.service")],
    "2 restarts, 1 reload, 2 files changed",
  ],
  [[acts("stop a.service", "start b.service")], "1 start, 1 stop, 1 file changed"],
  [[changes("file new"), changes("file removed", "link removed")], "1 file new, 2 files removed"],
  [[changes("file changed", "release new", "directory new")], "1 file changed, 2 new"],
  [[changes("account changed", "file changed")], "2 changed"],
  [[changes(), changes()], ""],
])("summed up: %#: %j", (works, text) => {
  expect(sumText(works)).toBe(text);
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

test("of a plan: what is new, changed and removed; what becomes of a unit is an act, or its file", () => {
  const {
    changes: [change],
  } = samplePlan("db1");
  if (change === undefined) throw new Error("no change");
  const unit: UnitResource = {
    kind: "unit",
    id: "unit:etcd.service",
    service: "etcd",
    unit: "etcd.service",
    path: "/etc/systemd/system/etcd.service",
    running: true,
    restartInputs: {},
    reloadInputs: {},
    restartDigest: "",
    reloadDigest: "",
    inputPaths: [],
    canReload: true,
    after: [],
    startTimeoutSeconds: 90,
    stopTimeoutSeconds: 90,
    type: "notify",
  };
  const plan = {
    actions: [],
    changes: [
      { ...change, before: null, after: {} },
      { ...change, before: {}, after: {} },
      { ...change, before: {}, after: null },
      { ...change, resource: unit },
    ],
  };
  const { kind } = change.resource;
  expect(workIn(plan).changes).toEqual([
    { kind, outcome: "new" },
    { kind, outcome: "changed" },
    { kind, outcome: "removed" },
  ]);
});
