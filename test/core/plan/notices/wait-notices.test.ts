/** Which waits a plan names: by the act, what the unit allows itself, and whether it runs. */
import { expect, it } from "vitest";
import type { UnitAction } from "../../../../src/core/model/plan.ts";
import { waitNotices } from "../../../../src/core/plan/notices/wait-notices.ts";
import { makeObservation, makeResource } from "../host-builder.ts";

const LIVE = { ActiveState: "active", SubState: "running" };

it.each([
  ["restart", { startTimeoutSeconds: 90, stopTimeoutSeconds: 90 }, 300, []],
  ["restart", { startTimeoutSeconds: 301, stopTimeoutSeconds: 90 }, 300, ["slow-start"]],
  ["start", { startTimeoutSeconds: 90, stopTimeoutSeconds: 90 }, 20, []],
  ["start", { startTimeoutSeconds: 91, stopTimeoutSeconds: 90 }, 20, ["slow-start"]],
  ["start", { startTimeoutSeconds: 600, stopTimeoutSeconds: 90, type: "oneshot" }, 20, []],
  ["start", { startTimeoutSeconds: 300, stopTimeoutSeconds: 90, type: "oneshot" }, 20, ["slow-start"]],
  ["restart", { startTimeoutSeconds: 301, stopTimeoutSeconds: 600 }, null, ["endless-stop"]],
  ["stop", { startTimeoutSeconds: 301, stopTimeoutSeconds: 600 }, 300, ["endless-stop"]],
  ["start", { startTimeoutSeconds: 90, stopTimeoutSeconds: 600 }, 300, []],
  ["reload", { startTimeoutSeconds: 600, stopTimeoutSeconds: 600 }, 300, []],
] as const)("%s, %j, healthyDeadline %s", (verb, times, deadline, codes) => {
  const unit = makeResource({ kind: "unit", unit: "a.service", type: "simple", running: true, ...times });
  if (unit.kind !== "unit") throw new Error("no unit");
  const actions: readonly UnitAction[] = [{ verb, unit: "a.service", because: "", timeoutSeconds: 1 }];
  const host = makeObservation({ units: { "a.service": LIVE } }, [unit]);
  expect(waitNotices([unit], actions, deadline, host).map(({ code }) => code)).toEqual(codes);
  expect(waitNotices([unit], [], deadline, host)).toEqual([]);
  const idle = makeObservation({ units: { "a.service": { ActiveState: "inactive" } } }, [unit]);
  expect(waitNotices([unit], actions, deadline, idle).map(({ code }) => code)).not.toContain("endless-stop");
});
