/** Whose a change is before it is made: edited by hand, another project's, left by a service that left. */
import { expect, test } from "vitest";
import { findDrift } from "../../../../src/core/plan/drift.ts";
import { makePlan } from "../../../../src/core/plan/plan.ts";
import { summarisePlan } from "../../../../src/report/plan/plan-view.ts";
import { plannedHost, samplePlay } from "../../../report/samples.ts";
import { makeObservation, makeResource, makeTarget, withApplied } from "../host-builder.ts";

const conf = (content: string) => makeResource({ kind: "file", path: "/etc/app/app.conf", content });

function noticesFor(applied: string, found: string, declared: string): readonly string[] {
  const before = makeTarget([conf(applied)]);
  const paths = { "/etc/app/app.conf": { content: found } };
  const observation = withApplied(before, makeObservation({ paths }, before.resources));
  return makePlan(makeTarget([conf(declared)]), observation).notices.map(({ text }) => text);
}

test("a file that was edited by hand is named; one that only the project changed is not", () => {
  const text = "/etc/app/app.conf was edited on the host since the last apply, which is lost";
  expect(noticesFor("a", "a by hand", "a")).toContain(text);
  expect(noticesFor("a", "a by hand", "b")).toContain(text);
  expect(noticesFor("a", "a", "b")).not.toContain(text);
  expect(noticesFor("a", "b", "b")).not.toContain(text);
});

const unitPath = "/etc/systemd/system/app.service";
const unit = (name: string) =>
  makeResource({ kind: "unit", unit: name, path: `/etc/systemd/system/${name}` });

test.each<[string, string, number]>([
  ["a unit that is the same to the byte", "app.service", 1],
  ["a slice that both declare", "payments.slice", 0],
])("%s of another project", (_name, name, expected) => {
  const path = `/etc/systemd/system/${name}`;
  const file = makeResource({ kind: "file", role: "unit", path, content: "x" });
  const target = makeTarget([file, unit(name)]);
  const spec = { paths: { [path]: { content: "x" } }, others: [{ kind: "file", path }] } as const;
  const { notices } = makePlan(target, makeObservation(spec, target.resources));
  expect(notices.filter(({ code }) => code === "owned-elsewhere")).toHaveLength(expected);
});

test("a service that left the project is one finding, and the plan does not call the host as declared", () => {
  const target = { ...makeTarget([]), declared: [] };
  const manifest = [
    { service: "beat", kind: "unit", path: "beat.service" },
    { service: "beat", kind: "file", path: unitPath },
    { service: "beat", kind: "file", path: "/etc/beat.conf" },
  ] as const;
  const observation = makeObservation({ manifest }, []);
  const orphans = findDrift(target, observation).filter(({ kind }) => kind === "orphan");
  expect(orphans.map(({ subject }) => subject)).toEqual(["beat"]);
  expect(orphans[0]?.text).toBe(
    "service beat left the project and is still here: svcdeploy apply --prune removes it",
  );
  const plan = makePlan(target, observation);
  const hosts = [plannedHost("web1", plan), plannedHost("web2", plan)];
  expect(summarisePlan({ environment: "prod", plays: [{ play: samplePlay("p"), hosts }] })).toBe(
    "No changes, 1 orphan on 2 hosts.",
  );
});
