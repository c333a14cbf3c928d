/** What counts as news between the plan that was shown and a fresh one. */
import { describe, expect, it } from "vitest";
import { notContained } from "../../../src/core/plan/contained.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "./host-builder.ts";

const resources = [
  makeResource({ kind: "file", path: "/etc/app.yaml", content: "new", onChange: "restart" }),
  makeResource({ kind: "unit", inputPaths: ["/etc/app.yaml"] }),
];
const target = makeTarget(resources);

function planOf(host: HostSpec, others = target) {
  const paths = { "/etc/systemd/system/app.service": {}, ...host.paths };
  return makePlan(
    others,
    makeObservation(
      { units: { "app.service": {} }, records: { "app.service": {} }, ...host, paths },
      resources,
    ),
  );
}

describe("notContained", () => {
  const shown = planOf({ paths: { "/etc/app.yaml": { content: "old" } } });

  it("takes less than was shown", () => {
    expect(notContained(planOf({ paths: { "/etc/app.yaml": { content: "new" } } }), shown)).toEqual([]);
  });

  it("names an edit since the plan, with then and now", () => {
    const [line, ...rest] = notContained(
      planOf({ paths: { "/etc/app.yaml": { content: "edited", mode: "600" } } }),
      shown,
    );
    expect(line).toMatch(/^\/etc\/app\.yaml was edited since the plan: .*mode 644.* then, .*mode 600.* now$/);
    expect(rest).toEqual([]);
  });

  it("names a file that is gone since the plan", () => {
    expect(notContained(planOf({}), shown)[0]).toMatch(
      /\/etc\/app\.yaml was edited since the plan: .* then, absent now/,
    );
  });

  it("names an act that was not shown", () => {
    const fresh = planOf({
      paths: { "/etc/app.yaml": { content: "old" } },
      units: { "app.service": { ActiveState: "inactive" } },
    });
    expect(notContained(fresh, shown)).toEqual(["start app.service was not in the plan: was inactive"]);
  });

  it("names units of others that would go down now", () => {
    const records = { "app.service": { restartDigest: "other" } };
    const before = planOf({ paths: { "/etc/app.yaml": { content: "old" } }, records });
    const units = { "app.service": { RequiredBy: "front.service" } };
    const after = planOf({ paths: { "/etc/app.yaml": { content: "old" } }, records, units });
    expect(notContained(after, before)).toEqual([
      "front.service would go down with it: app.service restarts",
    ]);
  });

  it("names another wish", () => {
    const other = makeTarget([makeResource({ kind: "file", path: "/etc/app.yaml", content: "newer" })]);
    const fresh = planOf({ paths: { "/etc/app.yaml": { content: "old" } } }, other);
    expect(notContained(fresh, shown)).toEqual([
      "/etc/app.yaml is to become something else than in the plan",
    ]);
  });
});
