/** The order of acts, and that every process is stopped at most once. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { UnitResource } from "../../../src/core/model/resource.ts";
import { dependencyOrder } from "../../../src/core/plan/dependency-order.ts";
import { schedule } from "../../../src/core/plan/schedule.ts";
import type { Debt } from "../../../src/core/plan/unit-debt.ts";
import { makeObservation, makeResource } from "./host-builder.ts";

const restart: Debt = { verb: "restart", because: "changed" };

describe("schedule", () => {
  it("takes a whole chain down from its end and up from its start, once each", () => {
    const units = [unit("c.service", ["b.service"]), unit("b.service", ["a.service"]), unit("a.service")];
    const host = makeObservation(
      {
        units: {
          "a.service": { RequiredBy: "b.service" },
          "b.service": { BoundBy: "c.service" },
          "c.service": {},
        },
      },
      units,
    );
    const { actions, collateral } = schedule(
      units,
      new Map([
        ["a.service", restart],
        ["c.service", restart],
      ]),
      host,
    );
    expect(actions.map(({ verb, unit }) => `${verb} ${unit}`)).toEqual([
      "stop c.service",
      "stop b.service",
      "restart a.service",
      "start b.service",
      "start c.service",
    ]);
    expect(collateral).toEqual([]);
  });

  it("stops what goes down along right before its cause, not before what comes first and may fail", () => {
    const units = [
      unit("migrate.service"),
      unit("web.service", ["migrate.service"]),
      unit("worker.service", ["web.service"]),
      unit("a-other.service"),
    ];
    const host = makeObservation(
      { units: { "web.service": { ConsistsOf: "worker.service" }, "worker.service": {} } },
      units,
    );
    const start: Debt = { verb: "start", because: "changed" };
    const debts = new Map([
      ["a-other.service", restart],
      ["migrate.service", start],
      ["web.service", restart],
    ]);
    expect(schedule(units, debts, host).actions.map(({ verb, unit: name }) => `${verb} ${name}`)).toEqual([
      "restart a-other.service",
      "start migrate.service",
      "stop worker.service",
      "restart web.service",
      "start worker.service",
    ]);
  });

  it("leaves alone what hangs on a restarted unit and does not run", () => {
    const units = [unit("a.service"), unit("b.service", ["a.service"])];
    const host = makeObservation(
      { units: { "a.service": { RequiredBy: "b.service" }, "b.service": { ActiveState: "inactive" } } },
      units,
    );
    expect(schedule(units, new Map([["a.service", restart]]), host).actions.map(({ verb }) => verb)).toEqual([
      "restart",
    ]);
  });

  it("gives an act start and stop time and ten seconds, ten minutes at most", () => {
    const units = [unit("a.service"), { ...unit("b.service"), startTimeoutSeconds: 600 }];
    const debts = new Map([
      ["a.service", restart],
      ["b.service", restart],
    ]);
    const { actions } = schedule(units, debts, makeObservation({}, units));
    expect(actions.map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([190, 600]);
  });
});

describe("dependencyOrder", () => {
  it("puts mounts before slices before services, and everything after what it is ordered after", () => {
    const units = [
      unit("z.service"),
      unit("a.service", ["z.service"]),
      unit("p.slice"),
      unit("c.mount"),
      unit("b.mount", ["z.service"]),
    ];
    expect(dependencyOrder(units).map(({ unit }) => unit)).toEqual([
      "z.service",
      "b.mount",
      "c.mount",
      "p.slice",
      "a.service",
    ]);
  });

  it("loses no unit, whatever the circles, and keeps every order without one", () => {
    const names = ["a", "b", "c", "d", "e"].map((name) => `${name}.service`);
    fc.assert(
      fc.property(fc.array(fc.subarray(names), { minLength: 5, maxLength: 5 }), (afters) => {
        const circular = names.map((name, index) => unit(name, afters[index] ?? []));
        expect(new Set(dependencyOrder(circular))).toEqual(new Set(circular));
        const straight = circular.map((one, index) => ({
          ...one,
          after: one.after.filter((name) => names.indexOf(name) > index),
        }));
        const order = dependencyOrder(straight).map(({ unit }) => unit);
        for (const one of straight)
          for (const before of one.after) expect(order.indexOf(before)).toBeLessThan(order.indexOf(one.unit));
      }),
    );
  });
});

function unit(name: string, after: readonly string[] = []): UnitResource {
  const resource = makeResource({ kind: "unit", unit: name, after });
  if (resource.kind !== "unit") throw new Error("not a unit");
  return resource;
}
