/** Which rows of status are marked as drifted. */
import { expect, test } from "vitest";
import type { UnitProperties } from "../../../src/core/model/observation.ts";
import { driftMarks } from "../../../src/core/status/drift-mark.ts";
import {
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  withApplied,
} from "../plan/host-builder.ts";

const [blue, green] = ["web@blue.service", "web@green.service"];
const template = "/etc/systemd/system/web@.service";
const ENABLED = "/etc/systemd/system/multi-user.target.wants/web@green.service";
const target = makeTarget([
  makeResource({ kind: "file", role: "unit", service: "web", path: template, content: "[Service]\n" }),
  makeResource({ kind: "link", role: "enablement", service: "web", path: ENABLED, target: template }),
  ...[blue, green].map((unit) => makeResource({ kind: "unit", service: "web", unit, path: template })),
  makeResource({ kind: "unit", service: "api", unit: "api.service" }),
]);
const rows = [blue, green, "api.service"].map((unit) => ({
  service: unit === "api.service" ? "api" : "web",
  unit,
}));
const paths = {
  [template]: { content: "[Service]\n" },
  [ENABLED]: { type: "link", target: template },
} as const;

function marksOf(spec: HostSpec, unsure: readonly string[] = []): readonly (string | undefined)[] {
  const running = (unit: string): UnitProperties => {
    return {
      FragmentPath: unit === "api.service" ? "" : template,
      ActiveState: "active",
      SubState: "running",
      ...spec.units?.[unit],
    };
  };
  const units = Object.fromEntries(rows.map(({ unit }) => [unit, running(unit)]));
  const observation = withApplied(
    target,
    makeObservation({ ...spec, paths: { ...paths, ...spec.paths }, units }, target.resources),
  );
  const marks = driftMarks([target], rows, observation, new Set(unsure));
  return rows.map(({ unit }) => marks.get(unit));
}

const STOPPED = { ActiveState: "inactive", SubState: "dead" };

test.each([
  ["nothing", {}, ["none", "none", "none"]],
  ["an instance that stopped", { units: { [green]: STOPPED } }, ["none", "drift", "none"]],
  ["the link that enables an instance", { paths: { [ENABLED]: null } }, ["none", "drift", "none"]],
  [
    "the template of all instances",
    { paths: { [template]: { content: "[Service]\nNice=5\n" } } },
    ["drift", "drift", "none"],
  ],
  ["another service", { units: { "api.service": STOPPED } }, ["none", "none", "drift"]],
  ["a transaction under way", { transactions: [{}] }, ["drift", "drift", "drift"]],
  [
    "a login that is not root",
    { facts: { uid: 1000 }, units: { [green]: STOPPED } },
    ["unknown", "unknown", "unknown"],
  ],
] satisfies readonly (readonly [string, HostSpec, readonly string[]])[])("%s", (_what, spec, marks) =>
  expect(marksOf(spec)).toEqual(marks),
);

test("a service that could not be rendered, and a host at which no one looked", () => {
  expect(marksOf({ units: { [green]: STOPPED } }, ["web"])).toEqual(["unknown", "unknown", "none"]);
  expect([...driftMarks([target], rows, null, new Set()).values()]).toEqual([
    "not-looked",
    "not-looked",
    "not-looked",
  ]);
});
