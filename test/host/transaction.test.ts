import { expect, test } from "vitest";
import { HostError } from "../../src/core/errors.ts";
import type { UnitProperties } from "../../src/core/model/observation.ts";
import type { Change, Plan } from "../../src/core/model/plan.ts";
import type { Resource } from "../../src/core/model/resource.ts";
import { makeTransaction, type Transaction } from "../../src/host/transaction.ts";
import {
  makeObservation,
  makeResource,
  makeTarget,
  type PathSpec,
  type ResourceSpec,
} from "../core/plan/host-builder.ts";

/** The transaction that writes these resources on a host that has these paths. */
function transactionOf(
  specs: readonly ResourceSpec[],
  paths: Readonly<Record<string, PathSpec>>,
  collateral: readonly string[] = [],
  actions: Plan["actions"] = [],
  units: Readonly<Record<string, UnitProperties>> = {},
): Transaction {
  const resources = specs.map(makeResource);
  const plan: Plan = {
    host: "h",
    play: "p",
    changes: resources
      .filter(({ kind }) => kind !== "unit")
      .map(
        (resource: Resource): Change => ({
          resource,
          before: null,
          after: {},
          differs: [],
          beforeContent: null,
        }),
      ),
    actions,
    notices: [],
    orphans: [],
    collateral: collateral.map((unit) => ({ unit, because: "a.service restarts" })),
    manifests: [],
    records: [],
    fingerprint: "",
  };
  const target = makeTarget(resources);
  return makeTransaction({
    id: "0".repeat(32),
    plan,
    target,
    observation: makeObservation({ paths, units }, resources),
    about: "run=1",
    waitSeconds: 10,
  });
}

const folder = { kind: "directory", path: "/etc/a", mode: "755" } as const;
const link = { kind: "link", path: "/opt/a/current", target: "releases/1", role: "current" } as const;

test.each([
  ["a group with a blank", [folder], { "/etc/a": { type: "directory", group: "domain users" } }, []],
  ["a mode that cannot be read", [folder], { "/etc/a": { type: "directory", mode: "?" } }, []],
  [
    "a link to a name with a blank",
    [link],
    { "/opt/a/current": { type: "link", target: "releases/my build" } },
    [],
  ],
  ["a unit whose name is none", [], {}, ["x$(id).service"]],
] as const)(
  "what the host has and no undo could put back refuses that host alone: %s",
  (_name, specs, paths, collateral) => {
    expect(() => transactionOf(specs, paths, collateral)).toThrow(HostError);
  },
);

test("a version may hold a tilde", () => {
  const path = "/opt/a/releases/1.0~rc1-0123456789ab";
  const release = {
    kind: "release",
    path,
    name: "a",
    keep: 3,
    sha256: "0".repeat(64),
    size: 1,
    source: "/a",
  } as const;
  const plan = transactionOf([release], {}).files.find(({ name }) => name === "plan");
  expect(Buffer.from(plan?.content ?? []).toString()).toContain(`release\t0\t${path}\ta\t`);
});

test("accounts come first, then folders with each parent before what is in it, then releases, files and links", () => {
  const paths = ["/srv/b/c/d", "/srv/b", "/srv/a/c", "/srv/b/c", "/srv/a"];
  const release = {
    kind: "release",
    path: "/opt/a/releases/1-0123456789ab",
    name: "a",
    keep: 3,
    sha256: "0".repeat(64),
    size: 1,
    source: "/a",
  } as const;
  const specs: readonly ResourceSpec[] = [
    link,
    { kind: "file", path: "/etc/a.yaml" },
    ...paths.map((path) => ({ kind: "directory", path, mode: "755" }) as const),
    release,
    { kind: "account", user: "app" },
  ];
  const plan = Buffer.from(
    transactionOf(specs, {}).files.find(({ name }) => name === "plan")?.content ?? [],
  ).toString();
  const lines = plan.split("\n").map((text) => text.split("\t"));
  const words = lines.map(([word = ""]) => word);
  const order = [...new Set(words)].filter((word) => !["target", "keep", "window", ""].includes(word));
  expect(order).toEqual(["account", "directory", "release", "file", "link"]);
  const folders = lines.filter(([word]) => word === "directory").map(([, , path]) => path);
  expect(folders).toEqual(["/srv/b", "/srv/a", "/srv/a/c", "/srv/b/c", "/srv/b/c/d"]);
});

test("a large release has the time to be copied on a slow disk", () => {
  const release = {
    kind: "release",
    path: "/opt/a/releases/0123456789ab",
    name: "a",
    keep: 3,
    sha256: "0".repeat(64),
    source: "/a",
  } as const;
  const [small, large] = [1, 600].map(
    (mebibytes) => transactionOf([{ ...release, size: mebibytes * 1024 * 1024 }], {}).runSeconds,
  );
  expect((large ?? 0) - (small ?? 0)).toBe(599);
});

test("the wait behind an instance is a line of its own, in whole seconds, and the transaction has that time", () => {
  const unit = "web@a\\x2db.service";
  const restart = { verb: "restart", unit, because: "", timeoutSeconds: 100 } as const;
  const settle = { verb: "settle", unit, because: "", timeoutSeconds: 2.5 } as const;
  const [without, made] = [[restart], [restart, settle]].map((actions) =>
    transactionOf([{ kind: "unit", unit }], {}, [], actions),
  );
  const plan = Buffer.from(made?.files.find(({ name }) => name === "plan")?.content ?? []).toString();
  expect(plan.split("\n").filter((text) => text.startsWith("action"))).toEqual([
    `action\trestart\t${unit}\t100`,
    `action\tsettle\t${unit}\t3`,
  ]);
  expect(plan.match(/^record\t/gm)).toHaveLength(1);
  expect((made?.runSeconds ?? 0) - (without?.runSeconds ?? 0)).toBe(3 + 5);
});

test("a daemon-reload alone may stop what runs: units of services whose unit files change, and those under a changed drop-in, are brought back by an undo", () => {
  const [unit, dropIn] = [
    "/etc/systemd/system/a.service",
    "/etc/systemd/system/other.service.d/svcdeploy-a-x.conf",
  ];
  const specs = [
    { kind: "unit", unit: "a.service", service: "a" },
    { kind: "unit", unit: "b.service", service: "b" },
    { kind: "file", role: "unit", path: unit, service: "a" },
    { kind: "file", role: "drop-in", path: dropIn, service: "a" },
  ] as const;
  const reload = [{ verb: "daemon-reload", because: "" }] as const;
  const running = { "a.service": {}, "b.service": {}, "other.service": {} };
  expect(transactionOf(specs, {}, [], reload, running).units).toEqual(["a.service", "other.service"]);
  expect(
    transactionOf(specs, {}, [], reload, { ...running, "other.service": { ActiveState: "inactive" } }).units,
  ).toEqual(["a.service"]);
  expect(transactionOf(specs, {}, [], [], running).units).toEqual([]);
});
