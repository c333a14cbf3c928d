/** How long the undo may take. */
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/core/model/plan.ts";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { stopTimeoutSeconds } from "../../../src/core/plan/undo-time.ts";
import { makeObservation, makeResource, makeTarget } from "./host-builder.ts";

const idle: Plan = makePlan(makeTarget([]), makeObservation({}, []));
const units = [
  makeResource({ kind: "unit", startTimeoutSeconds: 30, stopTimeoutSeconds: 900 }),
  makeResource({ kind: "unit", unit: "b.service" }),
] as UnitResource[];

describe("stopTimeoutSeconds", () => {
  it("is a minute when no unit is touched", () => {
    expect(stopTimeoutSeconds(idle, units)).toBe(60);
  });

  it("adds each touched unit once, its times capped at its action's limit", () => {
    const act = { unit: "app.service", because: "", timeoutSeconds: 600 } as const;
    const actions: Plan["actions"] = [
      { verb: "daemon-reload", because: "" },
      { ...act, verb: "stop" },
      { ...act, verb: "start" },
    ];
    expect(stopTimeoutSeconds({ ...idle, actions }, units)).toBe(30 + 600 + 60);
  });

  it("knows of a unit that goes only its stop's limit", () => {
    const actions: Plan["actions"] = [{ verb: "stop", unit: "gone.timer", because: "", timeoutSeconds: 100 }];
    expect(stopTimeoutSeconds({ ...idle, actions }, units)).toBe(200 + 60);
  });
});
