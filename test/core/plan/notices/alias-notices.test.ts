/** Other names of our units that another's unit has already. */
import { expect, test } from "vitest";
import { makePlan } from "../../../../src/core/plan/plan.ts";
import { probeRequest } from "../../../../src/core/plan/probe-request.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "../host-builder.ts";

const path = "/etc/systemd/system/nick.service";
const alias = makeResource({
  kind: "link",
  role: "enablement",
  path,
  target: "/etc/systemd/system/app.service",
});
const wants = makeResource({
  kind: "link",
  role: "enablement",
  path: "/etc/systemd/system/x.wants/app.service",
  target: "/etc/systemd/system/app.service",
});
const template = makeResource({
  kind: "link",
  role: "enablement",
  path: "/etc/systemd/system/n@.service",
  target: "/etc/systemd/system/app@.service",
});

const codes = (spec: HostSpec): readonly string[] =>
  makePlan(makeTarget([alias, wants]), makeObservation(spec, [alias, wants])).notices.map(({ code }) => code);

test("the probe asks who has the name, and nothing about templates", () => {
  expect(probeRequest([makeTarget([alias, wants, template])]).units).toEqual(["nick.service"]);
});

test("the distribution's own unit is not shadowed", () => {
  expect(
    codes({ units: { "nick.service": { FragmentPath: "/usr/lib/systemd/system/nick.service" } } }),
  ).toEqual(["vendor-unit"]);
  expect(codes({ units: { "nick.service": { FragmentPath: "/lib/systemd/system/other.service" } } })).toEqual(
    ["vendor-unit"],
  );
});

test("a link of someone else stays; one that we made may move", () => {
  const other = { paths: { [path]: { type: "link", target: "/etc/systemd/system/other.service" } as const } };
  expect(codes(other)).toEqual(["alias-taken"]);
  expect(codes({ ...other, manifest: [{ kind: "link", path }] })).toEqual([]);
});

test("a free name and one that is ours are fine", () => {
  expect(codes({ units: { "nick.service": { LoadState: "not-found", FragmentPath: "" } } })).toEqual([]);
  expect(
    codes({
      paths: { [path]: { type: "link", target: "/etc/systemd/system/app.service" } },
      units: { "nick.service": {} },
    }),
  ).toEqual([]);
});
