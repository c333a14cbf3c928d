/** What healing puts right by itself, what it leaves, and why. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HealPlan, planHeal } from "../../../src/core/drift/heal.ts";
import { ignoreFindings, openRules } from "../../../src/core/drift/ignore.ts";
import type { HealPolicy } from "../../../src/core/drift/why-left.ts";
import type { IgnoreRule } from "../../../src/core/model/declared.ts";
import type { Observation } from "../../../src/core/model/observation.ts";
import { isUnitAction } from "../../../src/core/plan/acted-units.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import { manifestPath } from "../../../src/core/plan/manifest.ts";
import { hasWork } from "../../../src/core/plan/planned.ts";
import {
  CLOCK,
  digest,
  type HostSpec,
  LONG_AGO,
  makeObservation,
  makeResource,
  makeTarget,
  pathState,
  type ResourceSpec,
  withApplied,
} from "../plan/host-builder.ts";

const UNIT = "/etc/systemd/system/app.service";
const unitText = "[Service]\nExecStart=/bin/app\n";
const inputPaths = [UNIT, "/etc/app/a.conf", "/etc/app/b.conf"];
const conf = (name: string, content: string): ResourceSpec => ({
  kind: "file",
  id: `file:${name}`,
  path: `/etc/app/${name}.conf`,
  content,
  role: "config",
  onChange: "restart",
});

/**
 * The declared service; moved: what the project changed since the last apply, which was of the same without.
 */
function shall(moved: { readonly a?: string; readonly b?: string } = {}): readonly ResourceSpec[] {
  const restartDigest = `${moved.a ?? "a"} ${moved.b ?? "b"}`;
  return [
    conf("a", moved.a ?? "a"),
    conf("b", moved.b ?? "b"),
    { kind: "file", id: "file:unit", role: "unit", path: UNIT, content: unitText },
    { kind: "unit", id: "unit:app", unit: "app.service", path: UNIT, inputPaths, restartDigest },
  ];
}

type Spec = {
  readonly a?: string | null;
  readonly b?: string | null;
  readonly unit?: Readonly<Record<string, string>>;
  readonly since?: number;
} & Pick<HostSpec, "dropIns" | "transactions">;

function host({ a = "a", b = "b", unit = {}, since = LONG_AGO, ...more }: Spec): Observation {
  const at = (content: string | null): { content: string; ctime: number } | null =>
    content === null ? null : { content, ctime: since };
  const resources = shall().map(makeResource);
  const spec: HostSpec = {
    ...more,
    paths: { "/etc/app/a.conf": at(a), "/etc/app/b.conf": at(b), [UNIT]: { content: unitText } },
    units: { "app.service": unit },
    records: { "app.service": { restartDigest: digest("a b") } },
  };
  return withApplied(makeTarget(resources), makeObservation(spec, resources));
}

const POLICY: HealPolicy = { graceSeconds: 900, maxHeals: 3, seenFor: () => 0, healed: () => 0 };
const STOPPED = { ActiveState: "inactive", InvocationID: "", StateChangeTimestampMonotonic: "1000000" };
const JUST_STOPPED = { ...STOPPED, StateChangeTimestampMonotonic: String((100_000 - 60) * 1e6) };
/** Its process is one that someone else started, later than all files. */
const RESTARTED = { InvocationID: "run-2" };

function healing(
  observation: Observation,
  declared = shall(),
  policy: Partial<HealPolicy> = {},
  rules: readonly IgnoreRule[] = [],
): HealPlan {
  const target = makeTarget(declared.map(makeResource));
  const split = ignoreFindings(
    findDrift(target, observation),
    "web1",
    openRules(rules, [target.host], "2026-11-21"),
    observation,
  );
  return planHeal(target, observation, split, { ...POLICY, ...policy });
}

const doings = ({ plan: { changes, actions } }: HealPlan): readonly string[] => [
  ...changes.map(({ resource }) => resource.id),
  ...actions.map((action) => (isUnitAction(action) ? `${action.verb} ${action.unit}` : action.verb)),
];
const whys = ({ verdicts }: HealPlan): readonly string[] =>
  [...verdicts].map(([{ kind }, { outcome, why }]) => `${kind}: ${outcome}${why === "" ? "" : ` ${why}`}`);

const rule = (pattern: string): IgnoreRule => ({
  what: { kind: "path", pattern },
  host: null,
  because: "known",
  until: "2026-12-31",
  place: { file: "svcdeploy.yaml", line: 1, column: 1 },
});

describe("healing", () => {
  test("puts back what was edited; a process that never read the edit is left running", () => {
    expect(doings(healing(host({ a: "x" })))).toEqual(["file:a"]);
  });

  test("puts back what was edited and restarts a process that was started from it", () => {
    expect(doings(healing(host({ a: "x", unit: RESTARTED })))).toEqual(["file:a", "restart app.service"]);
  });

  test("starts what was stopped", () => {
    expect(doings(healing(host({ unit: STOPPED })))).toEqual(["start app.service"]);
  });

  test("writes no manifest: what is pending has not been applied", () => {
    const observation = host({ a: "x" });
    const garbled = new Map([
      ...observation.paths,
      [manifestPath("shop", "app"), pathState({ content: "a line that nobody wrote" })] as const,
    ]);
    expect(healing({ ...observation, paths: garbled }).plan.manifests).toEqual([]);
    const { plan } = healing(observation, shall({ b: "new" }));
    expect(plan.manifests).toEqual([]);
    expect(plan.changes.map(({ resource }) => resource.id)).toEqual(["file:a"]);
  });

  test("never restarts a process for a pending change, nor brings it", () => {
    expect(hasWork(healing(host({}), shall({ b: "new" })).plan)).toBe(false);
    expect(whys(healing(host({}), shall({ b: "new" })))).toEqual(["content: left pending: apply changes it"]);
  });

  test("starts a stopped service from what was last applied, and records that and not what is declared", () => {
    const healed = healing(host({ unit: STOPPED }), shall({ b: "new" }));
    expect(doings(healed)).toEqual(["start app.service"]);
    expect(healed.plan.recordAs).toEqual({
      "app.service": { restartDigest: digest("a b"), reloadDigest: digest("reload") },
    });
  });

  test("starts a stopped service beside an ignored edit, and claims no digest for it", () => {
    const healed = healing(host({ b: "tuned", unit: STOPPED }), shall(), {}, [rule("/etc/app/b.conf")]);
    expect(doings(healed)).toEqual(["start app.service"]);
    expect(healed.plan.recordAs).toEqual({ "app.service": { restartDigest: "-", reloadDigest: "-" } });
  });

  test("leaves a conflict, and the unit that would have to start from it with all of its service", () => {
    const healed = healing(host({ a: "x", b: "y", unit: STOPPED }), shall({ b: "new" }));
    expect(hasWork(healed.plan)).toBe(false);
    expect(whys(healed)).toEqual([
      "content: left a unit of its service stays down",
      "content: left decide which side is right, then apply",
      "not-running: left one of its files is left as it is",
    ]);
  });

  test("leaves what is younger than the grace, and a service that was just stopped altogether", () => {
    expect(whys(healing(host({ a: "x", since: CLOCK - 600 })))).toEqual([
      "content: left left alone for another 5 min (--grace): someone may be working on it",
    ]);
    expect(doings(healing(host({ a: "x", unit: JUST_STOPPED })))).toEqual([]);
    expect(doings(healing(host({ a: "x", unit: JUST_STOPPED }), shall(), { graceSeconds: 60 }))).toEqual([
      "file:a",
      "start app.service",
    ]);
  });

  test("counts from the first look where nothing says since when, or the future does", () => {
    const ahead = host({ a: "x", since: CLOCK + 31_536_000 });
    expect(doings(healing(ahead))).toEqual([]);
    expect(doings(healing(ahead, shall(), { seenFor: () => 900 }))).toEqual(["file:a"]);
    const forgotten = { ...STOPPED, StateChangeTimestampMonotonic: "0" };
    expect(doings(healing(host({ unit: forgotten })))).toEqual([]);
    expect(doings(healing(host({ unit: forgotten }), shall(), { seenFor: () => 900 }))).toEqual([
      "start app.service",
    ]);
  });

  test("ends when it did not help often enough", () => {
    expect(whys(healing(host({ a: "x" }), shall(), { healed: () => 3 }))).toEqual([
      "content: flapping healed 3 times today: find out what keeps changing it",
    ]);
    expect(doings(healing(host({ a: "x" }), shall(), { healed: () => 2 }))).toEqual(["file:a"]);
  });

  test("leaves a directory in a file's place, and goes on with the rest", () => {
    const observation = host({ b: "x" });
    const directory = { ...observation, paths: new Map(observation.paths) };
    const found = directory.paths.get("/etc/app/a.conf");
    if (found !== undefined)
      directory.paths.set("/etc/app/a.conf", { ...found, type: "directory", sha256: null });
    const healed = healing(directory);
    expect(doings(healed)).toEqual(["file:b"]);
    expect(whys(healed)[0]).toContain("healing deletes nothing");
  });

  test("does not call a finding healed that no plan puts right", () => {
    const healed = healing(host({ unit: { UnitFileState: "masked", ...STOPPED } }));
    expect(hasWork(healed.plan)).toBe(false);
    expect([...healed.verdicts.values()].every(({ outcome }) => outcome === "left")).toBe(true);
  });
});

test("whatever happened, healing touches only what the host moved, and what it says it heals", () => {
  const content = fc.constantFrom("a", "b", "x", null);
  const moved = fc.record({ a: fc.constantFrom("a", "new"), b: fc.constantFrom("b", "new") });
  const unit = fc.constantFrom({}, STOPPED, RESTARTED, JUST_STOPPED);
  const rules = fc.subarray([rule("/etc/app/a.conf"), rule("/etc/app/*")]);
  const age = fc.constantFrom(LONG_AGO, CLOCK - 10, CLOCK + 1000);
  fc.assert(
    fc.property(content, content, moved, unit, age, rules, (a, b, project, state, since, ignore) => {
      const declared = shall(project);
      const { plan, verdicts } = healing(host({ a, b, unit: state, since }), declared, {}, ignore);
      const healed = [...verdicts]
        .filter(([, { outcome }]) => outcome === "heal")
        .map(([finding]) => finding);
      for (const { origin } of healed) expect(origin).toBe("host");
      const subjects = new Set(healed.map(({ subject }) => subject));
      for (const { resource } of plan.changes)
        expect(subjects).toContain("path" in resource ? resource.path : resource.id);
      if (plan.changes.length === 0 && !subjects.has("app.service")) expect(hasWork(plan)).toBe(false);
      expect([plan.manifests, plan.records, plan.orphans]).toEqual([[], [], []]);
    }),
    { numRuns: 500 },
  );
});
