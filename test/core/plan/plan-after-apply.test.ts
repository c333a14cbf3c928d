/** Whatever happened to a host: after one apply there is nothing left to do. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/core/model/observation.ts";
import type { HostTarget, Resource } from "../../../src/core/model/resource.ts";
import { notContained } from "../../../src/core/plan/contained.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hasWork } from "../../../src/core/plan/planned.ts";
import { hashHeld } from "../../../src/core/render/make-file.ts";
import { makeObservation, makeResource, makeTarget, type ResourceSpec, sha256 } from "./host-builder.ts";
import { applyPlan, befall, type Mishap } from "./simulated-host.ts";

type Version = {
  readonly exec: string;
  readonly description: string;
  readonly environment: string;
  readonly restarting: string;
  readonly reloading: string;
  readonly size: string;
  readonly mode: string;
  readonly release: string;
  readonly canReload: boolean;
};

const paths = {
  unit: "/etc/systemd/system/app.service",
  mount: "/etc/systemd/system/var-cache-app.mount",
  environment: "/etc/svcdeploy/env/app.env",
  token: "/etc/svcdeploy/credentials/app/TOKEN",
  restarting: "/etc/app/app.yaml",
  reloading: "/etc/app/rules.yaml",
  logrotate: "/etc/logrotate.d/app",
};

describe("a plan after an apply", () => {
  it("is empty, whatever was there before and whatever happened to it", () => {
    fc.assert(
      fc.property(version(), version(), fc.array(mishap(), { maxLength: 6 }), (first, second, mishaps) => {
        const before = mishaps.reduce(
          (host, one) => befall(one, host),
          applied(targetOf(first), emptyHost(targetOf(first))),
        );
        const target = targetOf(second);
        const plan = makePlan(target, before);
        expect(plan.notices.filter(({ severity }) => severity === "error")).toEqual([]);
        const after = applyPlan(plan, target, before);
        expect(makePlan(target, after)).toMatchObject({
          changes: [],
          actions: [],
          manifests: [],
          records: [],
        });
        expect(findDrift(target, after)).toEqual([]);
      }),
      { numRuns: 600 },
    );
  });

  it("stays empty through automatic restarts and reboots", () => {
    const harmless = fc.constantFrom<Mishap>({ kind: "respawn", unit: "app.service" }, { kind: "reboot" });
    fc.assert(
      fc.property(version(), fc.array(harmless, { maxLength: 4 }), (wanted, mishaps) => {
        const target = targetOf(wanted);
        const host = mishaps.reduce((before, one) => befall(one, before), applied(target, emptyHost(target)));
        expect(hasWork(makePlan(target, host))).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it("restarts exactly the processes that do not run on what is wanted", () => {
    fc.assert(
      fc.property(version(), version(), (first, second) => {
        const host = applied(targetOf(first), emptyHost(targetOf(first)));
        const verbs = makePlan(targetOf(second), host).actions.flatMap((action) =>
          "unit" in action ? [`${action.verb} ${action.unit}`] : [],
        );
        expect(verbs).toEqual(expectedVerbs(first, second));
      }),
      { numRuns: 300 },
    );
  });

  it("is contained in itself, and an edit in between is not", () => {
    fc.assert(
      fc.property(version(), fc.constantFrom(...Object.values(paths)), (wanted, path) => {
        const target = targetOf(wanted);
        const host = applied(target, emptyHost(target));
        const shown = makePlan(target, host);
        expect(notContained(shown, shown)).toEqual([]);
        const [news, ...rest] = notContained(makePlan(target, befall({ kind: "edit", path }, host)), shown);
        expect(news).toContain(`${path} was edited since the plan`);
        expect(rest.filter((line) => line.includes("was edited"))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

function expectedVerbs(first: Version, second: Version): readonly string[] {
  const differs = (keys: readonly (keyof Version)[]) => keys.some((key) => first[key] !== second[key]);
  const restarts =
    differs(["exec", "environment", "restarting", "release"]) ||
    (differs(["reloading"]) && !second.canReload);
  const reloads = differs(["reloading"]);
  const own = restarts ? ["restart app.service"] : reloads ? ["reload app.service"] : [];
  if (differs(["mode"])) return ["stop app.service", "restart var-cache-app.mount", "start app.service"];
  return differs(["size"]) ? ["reload var-cache-app.mount", ...own] : own;
}

function applied(target: HostTarget, host: Observation): Observation {
  return applyPlan(makePlan(target, host), target, host);
}

function emptyHost(target: HostTarget): Observation {
  const none = {
    LoadState: "not-found",
    ActiveState: "inactive",
    SubState: "dead",
    FragmentPath: "",
    InvocationID: "",
  };
  return makeObservation({ units: { "app.service": none, "var-cache-app.mount": none } }, target.resources);
}

function version(): fc.Arbitrary<Version> {
  const word = () => fc.constantFrom("a", "b");
  const size = fc.constantFrom("64M", "1G");
  const mode = fc.constantFrom("750", "755");
  const words = {
    exec: word(),
    description: word(),
    environment: word(),
    restarting: word(),
    reloading: word(),
    release: word(),
  };
  return fc
    .record({ ...words, size, mode, canReload: fc.constant(true) })
    .chain((one) => fc.boolean().map((canReload) => ({ ...one, canReload })));
}

function mishap(): fc.Arbitrary<Mishap> {
  const unit = fc.constantFrom("app.service", "var-cache-app.mount");
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom("edit", "chmod", "remove"),
      path: fc.constantFrom(...Object.values(paths)),
    }),
    fc.record({ kind: fc.constantFrom("stop", "fail", "respawn", "forget", "pending"), unit }),
    fc.constant({ kind: "reboot" }),
  ) as fc.Arbitrary<Mishap>;
}

function targetOf(version: Version): HostTarget {
  const link = "/opt/app/current";
  const release = `/opt/app/releases/${version.release}`;
  const specs: readonly ResourceSpec[] = [
    { kind: "account", user: "app" },
    { kind: "directory", path: "/etc/app" },
    { kind: "directory", path: "/opt/app" },
    { kind: "directory", path: "/opt/app/releases" },
    { kind: "release", path: release, sha256: sha256(version.release) },
    { kind: "link", path: link, target: `releases/${version.release}` },
    {
      kind: "link",
      role: "enablement",
      path: "/etc/systemd/system/multi-user.target.wants/app.service",
      target: paths.unit,
    },
    {
      kind: "file",
      role: "environment",
      path: paths.environment,
      content: version.environment,
      mode: "600",
      secret: true,
    },
    {
      kind: "file",
      role: "encrypted-credential",
      path: paths.token,
      content: `token ${version.environment}`,
      mode: "600",
      secret: true,
    },
    { kind: "file", path: paths.restarting, content: version.restarting, onChange: "restart" },
    { kind: "file", path: paths.reloading, content: version.reloading, onChange: "reload" },
    { kind: "file", role: "logrotate", path: paths.logrotate, content: version.description },
    ...mountSpecs(version),
    ...serviceSpecs(version, link),
  ];
  return makeTarget(specs.map(makeResource) satisfies Resource[]);
}

function mountSpecs({ size, mode }: Version): readonly ResourceSpec[] {
  const content = `[Mount]\nWhat=tmpfs\nWhere=/var/cache/app\nOptions=size=${size},mode=${mode}\n`;
  const inputs = { restartInputs: { What: "tmpfs", Where: "c", mode }, reloadInputs: { size } };
  return [
    { kind: "file", role: "unit", path: paths.mount, content },
    { kind: "unit", unit: "var-cache-app.mount", ...inputs, restartDigest: mode, reloadDigest: size },
  ];
}

function serviceSpecs(version: Version, link: string): readonly ResourceSpec[] {
  const { exec, description, environment, restarting, reloading, release, canReload } = version;
  const reload = canReload ? "ExecReload=/bin/kill -HUP $MAINPID\n" : "";
  const content = `[Unit]\nDescription=${description}\n[Service]\nExecStart=/opt/app/current/app ${exec}\n${reload}`;
  const restartInputs = {
    ExecStart: exec,
    environment,
    "app.yaml": restarting,
    release,
    "credential TOKEN": hashHeld(new TextEncoder().encode(`token ${environment}`)),
  };
  const inputs = {
    inputPaths: [paths.unit, paths.environment, paths.token, paths.restarting, paths.reloading, link],
    after: ["var-cache-app.mount"],
  };
  return [
    { kind: "file", role: "unit", path: paths.unit, content },
    {
      kind: "unit",
      restartInputs,
      reloadInputs: { reloading },
      ...inputs,
      restartDigest: JSON.stringify(restartInputs),
      reloadDigest: reloading,
      canReload,
    },
  ];
}
