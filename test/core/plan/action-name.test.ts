/** An act has one name, whether a plan, a report or a host tells of it. */
import { expect, test } from "vitest";
import { actionName } from "../../../src/core/plan/action-name.ts";
import { doings } from "../../../src/deploy/host-report.ts";
import { samplePlan } from "../../report/samples.ts";

test.each([
  ["restart web@a.service", { verb: "restart", unit: "web@a.service", because: "", timeoutSeconds: 100 }],
  ["wait 2.5 s", { verb: "settle", unit: "web@a.service", because: "", timeoutSeconds: 2.5 }],
  ["daemon-reload", { verb: "daemon-reload", because: "" }],
] as const)("%s", (name, action) => {
  expect(actionName(action)).toBe(name);
  expect(doings({ ...samplePlan("web1"), actions: [action] }).actions).toEqual([name]);
});

test("a host's word of it may be anything", () => {
  expect(actionName({ verb: "daemon-reload", unit: "-", timeoutSeconds: 120 })).toBe("daemon-reload");
  expect(actionName({ verb: "", unit: "", timeoutSeconds: 0 })).toBe("");
});
