/**
 * Units that are not ours and that drop-ins of ours change: when they restart, and what the plan says of
 * them.
 */
import { describe, expect, it, test } from "vitest";
import type { Observation } from "../../../src/core/model/observation.ts";
import type { FileResource, HostTarget } from "../../../src/core/model/resource.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import { asUnit, foreignDebt, foreignUnits } from "../../../src/core/plan/foreign-units.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hasWork } from "../../../src/core/plan/planned.ts";
import { probeRequest } from "../../../src/core/plan/probe-request.ts";
import {
  CLOCK,
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  sha256,
  withApplied,
} from "./host-builder.ts";

const PATH = "/etc/systemd/system/nginx.service.d/svcdeploy-app-limits.conf";
const text = (lines: string): string => `# ours\n\n[Service]\n${lines}\n`;

function dropIn(lines: string, more: Partial<Pick<FileResource, "path" | "service" | "onChange">> = {}) {
  return makeResource({
    kind: "file",
    role: "drop-in",
    path: PATH,
    content: text(lines),
    onChange: "restart",
    ...more,
  });
}

/** nginx runs; its drop-in on the disk has these lines, none where null. */
function host(target: HostTarget, found: string | null, more: HostSpec = {}): Observation {
  const paths = { [PATH]: found === null ? null : { content: text(found) } };
  const nginx = {
    Id: "nginx.service",
    DropInPaths: found === null ? "" : PATH,
    ...more.units?.["nginx.service"],
  };
  return makeObservation(
    { ...more, paths: { ...paths, ...more.paths }, units: { "nginx.service": nginx } },
    target.resources,
  );
}

const acts = (target: HostTarget, observation: Observation): readonly string[] =>
  makePlan(target, observation).actions.map((action) =>
    "unit" in action ? `${action.verb} ${action.unit}: ${action.because}` : action.verb,
  );
const codes = (target: HostTarget, observation: Observation): readonly string[] =>
  makePlan(target, observation).notices.map(({ severity, code }) => `${severity} ${code}`);
const target = makeTarget([dropIn("LimitNOFILE=65536")]);

test("the probe asks for the unit", () => {
  expect(probeRequest([target]).units).toEqual(["nginx.service"]);
});

describe("a unit that runs", () => {
  it("restarts for what only a restart brings to it", () => {
    expect(acts(target, host(target, null))).toEqual([
      "daemon-reload",
      "restart nginx.service: LimitNOFILE changed in our drop-in",
    ]);
    expect(acts(target, host(target, "LimitNOFILE=1024\nMemoryMax=1G"))).toEqual([
      "daemon-reload",
      "restart nginx.service: LimitNOFILE changed in our drop-in",
    ]);
  });

  it("goes on where the change reaches it, and its record is written along", () => {
    const live = makeTarget([dropIn("LimitNOFILE=65536\nMemoryMax=2G")]);
    const plan = makePlan(live, host(live, "LimitNOFILE=65536\nMemoryMax=1G"));
    expect(plan.actions.map(({ verb }) => verb)).toEqual(["daemon-reload"]);
    expect(plan.records).toEqual(["nginx.service"]);
  });

  it("restarts for a directive that goes", () => {
    const empty = makeTarget([dropIn("MemoryMax=1G")]);
    expect(acts(empty, host(empty, "MemoryMax=1G\nEnvironment=A=1"))).toContain(
      "restart nginx.service: Environment changed in our drop-in",
    );
  });

  it("owes nothing when it is as declared, and an edit that it never read is put back without a restart", () => {
    const asDeclared = host(target, "LimitNOFILE=65536");
    expect(hasWork(makePlan(target, withApplied(target, asDeclared)))).toBe(false);
    const recorded = recordedBy(target, host(target, "LimitNOFILE=1"));
    expect(acts(target, recorded)).toEqual(["daemon-reload"]);
  });

  it("restarts when a run ended before it could", () => {
    const pending = {
      records: { "nginx.service": { invocationId: "pending", restartDigest: "-", reloadDigest: "-" } },
    };
    expect(acts(target, host(target, "LimitNOFILE=65536", pending))).toEqual([
      "restart nginx.service: a run wrote a drop-in and ended before the restart",
    ]);
  });

  it("restarts when it is older than its drop-in and no one knows what it read", () => {
    const late = { paths: { [PATH]: { content: text("LimitNOFILE=65536"), ctime: CLOCK } } };
    expect(acts(target, host(target, "LimitNOFILE=65536", late))).toEqual([
      "restart nginx.service: started before svcdeploy-app-limits.conf was written",
    ]);
    const live = makeTarget([dropIn("MemoryMax=1G")]);
    expect(
      acts(
        live,
        host(live, "MemoryMax=1G", { paths: { [PATH]: { content: text("MemoryMax=1G"), ctime: CLOCK } } }),
      ),
    ).toEqual([]);
  });

  it("restarts once for two services", () => {
    const path = PATH.replace("app", "api");
    const both = makeTarget([dropIn("LimitNOFILE=1"), dropIn("UMask=077", { service: "api", path })]);
    const actions = acts(both, host(both, null, { paths: { [path]: null } }));
    expect(actions).toEqual([
      "daemon-reload",
      "restart nginx.service: LimitNOFILE and UMask changed in our drop-in",
    ]);
  });

  it("goes on with onChange: none, which is told", () => {
    const patient = makeTarget([dropIn("LimitNOFILE=65536", { onChange: "none" })]);
    expect(acts(patient, host(patient, null))).toEqual(["daemon-reload"]);
    expect(codes(patient, host(patient, null))).toEqual(["warning waits-for-restart"]);
    expect(
      acts(
        patient,
        host(patient, "LimitNOFILE=65536", {
          paths: { [PATH]: { content: text("LimitNOFILE=65536"), ctime: CLOCK } },
        }),
      ),
    ).toEqual([]);
  });

  it("gets a daemon-reload when systemd has not read what is there, which is drift", () => {
    const unread = host(target, "LimitNOFILE=65536", { units: { "nginx.service": { DropInPaths: "" } } });
    expect(acts(target, unread)).toEqual(["daemon-reload"]);
    expect(
      findDrift(target, withApplied(target, unread)).map(({ kind, subject, origin }) => [
        kind,
        subject,
        origin,
      ]),
    ).toEqual([["not-loaded", "nginx.service", "host"]]);
  });
});

it.each(["inactive", "failed", "activating"])("a unit that is %s stays as it is", (ActiveState) => {
  expect(acts(target, host(target, null, { units: { "nginx.service": { ActiveState } } }))).toEqual([
    "daemon-reload",
  ]);
});

it.each([
  ["error missing-unit", { LoadState: "not-found", ActiveState: "inactive" }],
  ["error other-name", { Id: "web.service" }],
  ["warning masked", { LoadState: "masked", ActiveState: "inactive" }],
])("%s", (code, properties) => {
  expect(codes(target, host(target, null, { units: { "nginx.service": properties } }))).toEqual([code]);
});

it("refuses a unit of another of the project's services", () => {
  expect(
    codes(
      target,
      host(target, null, { manifest: [{ kind: "unit", path: "nginx.service", service: "nginx" }] }),
    ),
  ).toEqual(["error own-unit"]);
});

it("goes on with what it has when a drop-in goes that said onChange: none", () => {
  const gone = dropIn("");
  if (gone.kind !== "file") throw new Error("a drop-in is a file");
  const beforeContent = new TextEncoder().encode(`${text("LimitNOFILE=1")}\n[X-Svcdeploy]\nOnChange=none\n`);
  const change = {
    resource: gone,
    before: { type: "file" },
    after: null,
    differs: ["sha256"],
    beforeContent,
  };
  const empty = makeTarget([]);
  const debts = [change, { ...change, beforeContent: new TextEncoder().encode(text("LimitNOFILE=1")) }].map(
    (each) => {
      const [foreign] = foreignUnits(empty, [each]);
      return foreign === undefined ? null : foreignDebt(foreign, [each], host(empty, "LimitNOFILE=1"));
    },
  );
  expect(debts).toEqual([null, { verb: "restart", because: "LimitNOFILE changed in our drop-in" }]);
});

it("restarts when an apply takes away what the project declares no more", () => {
  const app = makeTarget([makeResource({ kind: "unit" })]);
  const lost = { ...app, removal: { pruning: "blocks", declared: new Set<string>(), earlier: [] } } as const;
  const entry = {
    kind: "file",
    path: PATH,
    sha256: sha256(text("LimitNOFILE=1")),
    mode: "644",
    owner: "root:root",
  } as const;
  const known = host(target, "LimitNOFILE=1", { manifest: [entry] });
  expect(makePlan(lost, known).changes.map(({ resource, after }) => [resource.id, after])).toEqual([
    [`file:${PATH}`, null],
  ]);
  expect(acts(lost, known)).toContain("restart nginx.service: LimitNOFILE changed in our drop-in");
});

it("restarts when a rollback takes the drop-in away", () => {
  const gone = dropIn("");
  const back = {
    ...makeTarget([makeResource({ kind: "unit" })]),
    rollback: { of: "r", absent: gone.kind === "file" ? [gone] : [] },
  };
  const observation = host(back, "LimitNOFILE=65536", { records: { "app.service": {} } });
  expect(acts(back, observation)).toContain("restart nginx.service: LimitNOFILE changed in our drop-in");
  expect(
    codes(back, host(back, "A=1", { units: { "nginx.service": { LoadState: "not-found" } } })),
  ).not.toContain("error missing-unit");
});

/** The host after the drop-in of the target was applied: its record says what nginx started from. */
function recordedBy(wanted: HostTarget, observation: Observation): Observation {
  const unit = observation.units.get("nginx.service");
  const [foreign] = foreignUnits(wanted, []);
  if (foreign === undefined) throw new Error("the target has no drop-in");
  const { restartDigest, reloadDigest } = asUnit(foreign, observation);
  const record = {
    invocationId: unit?.InvocationID ?? "",
    bootId: observation.facts.bootId,
    restartDigest,
    reloadDigest,
  };
  return { ...observation, records: new Map([["nginx.service", record]]) };
}
