/** From what was read of hosts to their drift, the work that heals it, and what the next run remembers. */
import { describe, expect, test } from "vitest";
import { healsOf, NO_STATE, policyFrom, stateAfter } from "../../../src/core/drift/heal-state.ts";
import type { Looked } from "../../../src/core/drift/host-drift.ts";
import { openRules } from "../../../src/core/drift/ignore.ts";
import { judgeDrift, unseenDrift } from "../../../src/core/drift/judge-drift.ts";
import { planHealing } from "../../../src/core/drift/plan-healing.ts";
import { ConnectError } from "../../../src/core/errors.ts";
import type { HealthResult } from "../../../src/core/model/verify.ts";
import {
  CLOCK,
  LONG_AGO,
  makeObservation,
  makeResource,
  makeTarget,
  withApplied,
} from "../plan/host-builder.ts";

const UNIT = "/etc/systemd/system/app.service";
const unitText = "[Service]\nExecStart=/bin/app\n";
const resources = [
  { kind: "file", id: "file:unit", role: "unit", path: UNIT, content: unitText } as const,
  { kind: "unit", id: "unit:app", unit: "app.service", path: UNIT, inputPaths: [UNIT] } as const,
].map(makeResource);
const target = makeTarget(resources);
const rules = openRules([], [target.host], "2026-11-21");

function lookedAt(unit: Readonly<Record<string, string>>, health: readonly HealthResult[] = []): Looked {
  const paths = { [UNIT]: { content: unitText, ctime: LONG_AGO } };
  const observation = withApplied(
    target,
    makeObservation({ paths, units: { "app.service": unit } }, resources),
  );
  return { target, observation, drift: judgeDrift(target, observation, health, rules) };
}

const STOPPED = { ActiveState: "inactive", InvocationID: "", StateChangeTimestampMonotonic: "1000000" };
const check = (role: "ready" | "live", service = "app"): HealthResult => ({
  ...{ service, role, check: "http /", ok: false, attempts: 1, detail: "no answer" },
});
const kinds = ({ drift }: Looked): readonly string[] => drift.findings.map(({ kind }) => kind);

describe("health as drift", () => {
  test("a live check that fails is a finding, a ready one is not", () => {
    expect(kinds(lookedAt({}, [check("live"), check("ready")]))).toEqual(["health"]);
  });

  test("of a service that does not run, or is not in the play, it is no news", () => {
    expect(kinds(lookedAt(STOPPED, [check("live")]))).toEqual(["not-running"]);
    expect(kinds(lookedAt({}, [check("live", "other")]))).toEqual([]);
  });
});

describe("the work of healing", () => {
  const rollout = {
    ...{ batches: [1], maxFailed: 0, maxUnreachable: 0 },
    ...{ pauseSeconds: 0, healthyDeadlineSeconds: 60 },
  };
  const plays = [{ play: { name: target.play, rollout }, targets: [target] }];
  const policyFor = policyFrom(NO_STATE, { graceSeconds: 0, maxHeals: 3 }, CLOCK);
  const down = lookedAt(STOPPED);
  const unseen: Looked = {
    target,
    observation: null,
    drift: unseenDrift(target, new ConnectError("unreachable", "web1", "web1: no route")),
  };

  test("has the hosts that need something, and judges each finding", () => {
    const { drift, work } = planHealing(plays, [down], rules, policyFor);
    expect(drift[0]?.findings.map(({ heal }) => heal?.outcome)).toEqual(["heal"]);
    expect(work.flatMap(({ hosts }) => hosts.map((host) => host.target.host.name))).toEqual(["web1"]);
  });

  test("leaves out a host without drift and one that could not be looked at", () => {
    expect(planHealing(plays, [lookedAt({})], rules, policyFor).work).toEqual([]);
    expect(planHealing(plays, [unseen], rules, policyFor).work).toEqual([]);
  });

  test("counts once for each service, and what was not looked at is remembered as it was", () => {
    const { work } = planHealing(plays, [down], rules, policyFor);
    const after = stateAfter(NO_STATE, [down], work, CLOCK);
    expect(healsOf(after, "web1", "app", CLOCK)).toBe(1);
    expect([...after.seen.values()]).toEqual([CLOCK]);
    expect(stateAfter(after, [unseen], [], CLOCK + 60)).toEqual(after);
  });
});
