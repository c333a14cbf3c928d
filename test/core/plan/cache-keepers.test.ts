/** A cache that was kept is removed: it is saved once no process writes into it, and the plan says so. */
import { expect, test } from "vitest";
import type { ManifestEntry } from "../../../src/core/model/observation.ts";
import type { HostTarget } from "../../../src/core/model/resource.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { makeObservation, makeResource, makeTarget, sha256 } from "./host-builder.ts";

const folder = "/etc/systemd/system";
const mount = "var-cache-app.mount";
const keeper = "app-cache-restore.service";

function planOf(declared: readonly string[], gone: readonly string[]) {
  const resources = [
    ...declared.map((unit) =>
      makeResource({ kind: "file", role: "unit", path: `${folder}/${unit}`, content: unit }),
    ),
    ...declared.map((unit) =>
      makeResource({ kind: "unit", unit, after: [mount, keeper].filter((other) => other !== unit) }),
    ),
  ];
  const target: HostTarget = {
    ...makeTarget(resources),
    declared: declared.length === 0 ? [] : ["app"],
    removal: { pruning: "everything", declared: new Set(), earlier: [] },
  };
  const manifest = gone.flatMap(
    (unit): readonly (Partial<ManifestEntry> & Pick<ManifestEntry, "kind" | "path">)[] => [
      { kind: "file", path: `${folder}/${unit}`, sha256: sha256(unit), mode: "644", service: "app" },
      { kind: "unit", path: unit, service: "app" },
    ],
  );
  const all = [...declared, ...gone];
  const paths = Object.fromEntries(all.map((unit) => [`${folder}/${unit}`, { content: unit }]));
  const units = {
    ...Object.fromEntries(all.map((unit) => [unit, {}])),
    [mount]: { RequiredBy: "app.service", BoundBy: all.includes(keeper) ? keeper : "" },
  };
  const records = Object.fromEntries(declared.map((unit) => [unit, {}]));
  return makePlan(target, makeObservation({ paths, units, records, manifest }, resources));
}

const acts = ({ actions }: ReturnType<typeof planOf>) =>
  actions.map((action) => ("unit" in action ? `${action.verb} ${action.unit}` : action.verb));

test("the whole service: what writes stops first, what is written to last", () => {
  const plan = planOf([], [keeper, "app.service", mount]);
  expect(acts(plan).slice(0, 3)).toEqual(["stop app.service", `stop ${keeper}`, `stop ${mount}`]);
  expect(plan.notices.map(({ severity, code }) => `${severity} ${code}`)).toContain("info contents-saved");
});

test("the mount alone, because the cache goes to another path: its users stop in their order", () => {
  const plan = planOf(["app.service", keeper], [mount]);
  expect(acts(plan)).toEqual([
    "stop app.service",
    `stop ${keeper}`,
    `stop ${mount}`,
    "daemon-reload",
    `start ${keeper}`,
    "start app.service",
  ]);
  expect(plan.notices.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["info contents-saved"]);
});

test("a cache that no one keeps is lost, and so it says", () => {
  expect(planOf([], ["app.service", mount]).notices.map(({ code }) => code)).toContain("contents-lost");
});
