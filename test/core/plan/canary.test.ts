/** The first of several instances must hold before the next is touched. */
import { describe, expect, it } from "vitest";
import type { HostTarget, Resource } from "../../../src/core/model/resource.ts";
import { notContained } from "../../../src/core/plan/contained.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "./host-builder.ts";

const NAMES = ["web@b.service", "web@a.service", "web@c.service"];
const TEMPLATE = "/etc/systemd/system/web@.service";

const instances = (more: { readonly [key: string]: unknown } = {}): readonly Resource[] =>
  NAMES.map((unit, index) =>
    makeResource({
      kind: "unit",
      service: "web",
      unit,
      path: TEMPLATE,
      after: NAMES.slice(0, index),
      ...more,
    }),
  );

function targetOf(resources: readonly Resource[]): HostTarget {
  const target = makeTarget(resources);
  return { ...target, services: target.services.map((service) => ({ ...service, settleSeconds: 7 })) };
}

function actionsOf(host: HostSpec, resources = instances()): readonly string[] {
  const plan = makePlan(
    targetOf(resources),
    makeObservation({ paths: { [TEMPLATE]: {} }, ...host }, resources),
  );
  return plan.actions.map((action) =>
    action.verb === "settle"
      ? `settle ${action.unit} ${action.timeoutSeconds}`
      : `${action.verb} ${"unit" in action ? action.unit : ""}`.trim(),
  );
}

const all = <T>(value: T): { readonly [unit: string]: T } =>
  Object.fromEntries(NAMES.map((unit) => [unit, value]));
const LOADED = { FragmentPath: TEMPLATE };
const STALE = { restartDigest: "0".repeat(64) };

describe("a change of the template", () => {
  it("restarts in the order of the file, with one wait behind the first", () => {
    expect(actionsOf({ units: all(LOADED), records: all(STALE) })).toEqual([
      "restart web@b.service",
      "settle web@b.service 7",
      "restart web@a.service",
      "restart web@c.service",
    ]);
  });

  it("waits behind one that has to be started, while others run on", () => {
    const units = { ...all(LOADED), "web@b.service": { ...LOADED, ActiveState: "failed" } };
    expect(actionsOf({ units, records: all(STALE) }).slice(0, 3)).toEqual([
      "start web@b.service",
      "settle web@b.service 7",
      "restart web@a.service",
    ]);
  });

  it("waits for nothing where nothing runs, for the last one, and for work that ends by itself", () => {
    expect(actionsOf({ units: all({ ...LOADED, ActiveState: "inactive" }) })).toEqual(
      NAMES.map((unit) => `start ${unit}`).toSorted(byOrder),
    );
    expect(actionsOf({ units: all(LOADED), records: { ...all({}), "web@c.service": STALE } })).toEqual([
      "restart web@c.service",
    ]);
    expect(
      actionsOf({ units: all(LOADED), records: all(STALE) }, instances({ type: "oneshot" })),
    ).not.toContainEqual(expect.stringContaining("settle"));
  });

  it("says what it waits for", () => {
    const resources = instances();
    const plan = makePlan(
      targetOf(resources),
      makeObservation({ paths: { [TEMPLATE]: {} }, units: all(LOADED), records: all(STALE) }, resources),
    );
    expect(plan.actions[1]?.because).toBe(
      "web@b.service must stay up before its 2 other instances are touched",
    );
  });

  it("is no news when another instance than in the plan comes first by now", () => {
    const resources = instances();
    const planOf = (records: HostSpec["records"]) =>
      makePlan(
        targetOf(resources),
        makeObservation({ paths: { [TEMPLATE]: {} }, units: all(LOADED), records: records ?? {} }, resources),
      );
    const fresh = planOf({ ...all(STALE), "web@b.service": {} });
    expect(fresh.actions.map(({ verb }) => verb)).toEqual(["restart", "settle", "restart"]);
    expect(notContained(fresh, planOf(all(STALE)))).toEqual([]);
  });
});

describe("one instance", () => {
  it("that is new is started alone, though systemd knows its template", () => {
    const host = {
      units: { ...all(LOADED), "web@c.service": { ...LOADED, ActiveState: "inactive" } },
      records: { "web@a.service": {}, "web@b.service": {} },
    };
    const resources = instances();
    const plan = makePlan(
      targetOf(resources),
      makeObservation({ paths: { [TEMPLATE]: {} }, ...host }, resources),
    );
    expect(plan.actions.map(({ verb, because }) => `${verb} ${because}`)).toEqual(["start new"]);
  });

  it("that was stopped by hand is started alone", () => {
    expect(
      actionsOf({
        units: { ...all(LOADED), "web@a.service": { ...LOADED, ActiveState: "inactive" } },
        records: all({}),
      }),
    ).toEqual(["start web@a.service"]);
  });
});

it("one with a unit file of its own is refused: the template would not count for it", () => {
  const resources = instances();
  const own = "/etc/systemd/system/web@a.service";
  const host = {
    paths: { [TEMPLATE]: {} },
    units: { ...all(LOADED), "web@a.service": { FragmentPath: own } },
    records: all({}),
  };
  const { notices } = makePlan(targetOf(resources), makeObservation(host, resources));
  expect(
    notices.filter(({ severity }) => severity === "error").map(({ code, text }) => `${code} ${text}`),
  ).toEqual([
    `own-unit-file web@a.service has a file of its own, ${own}, which wins over ${TEMPLATE}: remove it, or take the instance out`,
  ]);
});

it("units of one name without an @ have no canary", () => {
  const resources = ["a.service", "b.service"].map((unit) =>
    makeResource({ kind: "unit", service: "web", unit, path: TEMPLATE }),
  );
  const names = { "a.service": LOADED, "b.service": LOADED };
  expect(actionsOf({ units: names, records: { "a.service": STALE, "b.service": STALE } }, resources)).toEqual(
    ["restart a.service", "restart b.service"],
  );
});

function byOrder(left: string, right: string): number {
  return NAMES.findIndex((unit) => left.endsWith(unit)) - NAMES.findIndex((unit) => right.endsWith(unit));
}
