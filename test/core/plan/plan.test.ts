/** What a plan says beside its changes and actions. */
import { describe, expect, it } from "vitest";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hasWork } from "../../../src/core/plan/planned.ts";
import { makeObservation, makeResource, makeTarget, type PathSpec, withManifests } from "./host-builder.ts";

const resources = [
  makeResource({ kind: "file", path: "/etc/a", content: "a" }),
  makeResource({ kind: "file", path: "/etc/b", content: "b" }),
];
const target = makeTarget(resources);

describe("the fingerprint", () => {
  const of = (a: PathSpec, b: PathSpec, machineId = "m1") =>
    makePlan(
      target,
      makeObservation({ facts: { machineId }, paths: { "/etc/a": a, "/etc/b": b } }, resources),
    ).fingerprint;

  it("is that of what the plan touches", () => {
    expect(of({ content: "x" }, { content: "b" })).toBe(of({ content: "x" }, { content: "b", ctime: 5 }));
    expect(of({ content: "x" }, { content: "b" })).toMatch(/^[0-9a-f]{64}$/);
  });

  it("changes with the old content, its mode, and the machine", () => {
    const seen = [
      of({ content: "x" }, { content: "b" }),
      of({ content: "y" }, { content: "b" }),
      of({ content: "x", mode: "600" }, { content: "b" }),
    ];
    expect(new Set([...seen, of({ content: "x" }, { content: "b" }, "m2")]).size).toBe(4);
  });
});

describe("makePlan", () => {
  it("refuses a host that is older than what was rendered", () => {
    const newer = makeTarget(resources, { systemd: 257 });
    const codes = makePlan(newer, makeObservation({}, resources)).notices.map(({ code }) => code);
    expect(codes).toEqual(["older-systemd"]);
  });

  it("says which project, play and host it is for, and is not empty while a manifest is to be written", () => {
    const host = makeObservation(
      { paths: { "/etc/a": { content: "a" }, "/etc/b": { content: "b" } } },
      resources,
    );
    const plan = makePlan(target, host);
    expect(plan).toMatchObject({ host: "web1", play: "site", changes: [], actions: [] });
    expect(hasWork(plan)).toBe(true);
    expect(hasWork(makePlan(target, withManifests(target, host)))).toBe(false);
  });
});
