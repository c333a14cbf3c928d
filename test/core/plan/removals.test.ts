/** What a rollback takes away. */
import { expect, test } from "vitest";
import type {
  FileResource,
  HostTarget,
  LinkResource,
  UnitResource,
} from "../../../src/core/model/resource.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { makeTransaction } from "../../../src/host/transaction.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget, type PathSpec } from "./host-builder.ts";

const stays = makeResource({ kind: "file", path: "/etc/app/app.conf", content: "a", mode: "644" });
const going = [
  makeResource({ kind: "file", path: "/etc/app/extra.conf", content: "b", mode: "644", onChange: "restart" }),
  makeResource({
    kind: "link",
    path: "/etc/systemd/system/timers.target.wants/app.timer",
    target: "/etc/systemd/system/app.timer",
  }),
  makeResource({ kind: "unit", unit: "app.timer", path: "/etc/systemd/system/app.timer", running: true }),
].filter(
  (each): each is FileResource | LinkResource | UnitResource =>
    each.kind === "file" || each.kind === "link" || each.kind === "unit",
);
const target: HostTarget = { ...makeTarget([stays]), rollback: { of: "r1", absent: going } };
const there: HostSpec = {
  paths: {
    "/etc/app/app.conf": { content: "a" },
    "/etc/app/extra.conf": { content: "edited" },
    "/etc/systemd/system/timers.target.wants/app.timer": {
      type: "link",
      target: "/etc/systemd/system/app.timer",
    },
  },
  units: { "app.timer": {} },
  manifest: [{ kind: "file", path: "/etc/app/extra.conf" }],
};

function planOf(spec: HostSpec) {
  return makePlan(target, makeObservation(spec, [stays, ...going]));
}

test("files and links go, a unit is stopped while systemd still knows it, and nothing of it stays an orphan", () => {
  const plan = planOf(there);
  const gone = plan.changes.filter(({ after }) => after === null).map(({ resource }) => resource.id);
  expect(gone).toEqual([
    "file:/etc/app/extra.conf",
    "link:/etc/systemd/system/timers.target.wants/app.timer",
  ]);
  expect(
    plan.actions.map((action) => ("unit" in action ? `${action.verb} ${action.unit}` : action.verb)),
  ).toEqual(["stop app.timer", "daemon-reload"]);
  expect(plan.orphans).toEqual([]);
  expect(plan.manifests[0]?.content).not.toContain("extra.conf");
});

test("what another service owns as well stays", () => {
  const plan = planOf({
    ...there,
    manifest: [{ kind: "file", path: "/etc/app/extra.conf", service: "other" }],
  });
  expect(plan.changes.map(({ resource }) => resource.id)).not.toContain("file:/etc/app/extra.conf");
});

test("what is gone already, or does not run, is nothing to do", () => {
  const plan = planOf({
    paths: { "/etc/app/app.conf": { content: "a" } },
    units: { "app.timer": { LoadState: "not-found", ActiveState: "inactive" } },
  });
  expect([plan.changes, plan.actions]).toEqual([[], []]);
});

test("after a reboot, a file of the service that goes restarts the service alone: not its mount, and not what keeps its cache", () => {
  const unit = (name: string) =>
    makeResource({ kind: "unit", unit: name, path: `/etc/systemd/system/${name}`, running: true });
  const units = [
    "app.service",
    "app@blue.service",
    "var-cache-app.mount",
    "app-cache-restore.service",
    "app-in.socket",
  ].map(unit);
  const restarting: HostTarget = { ...makeTarget(units), rollback: { of: "r1", absent: going } };
  const records = Object.fromEntries(
    units.flatMap((each) => (each.kind === "unit" ? [[each.unit, { bootId: "boot-0" }]] : [])),
  );
  const recorded = makeObservation(
    {
      ...there,
      units: { ...there.units, ...Object.fromEntries(Object.keys(records).map((name) => [name, {}])) },
      records,
    },
    units,
  );
  const acts = makePlan(restarting, recorded).actions.map((action) =>
    "unit" in action ? `${action.verb} ${action.unit}` : action.verb,
  );
  expect(acts).toEqual([
    "stop app.timer",
    "daemon-reload",
    "restart app.service",
    "restart app@blue.service",
  ]);
});

test("what became something else is refused", () => {
  const plan = planOf({ ...there, paths: { ...there.paths, "/etc/app/extra.conf": { type: "directory" } } });
  expect(plan.notices.filter(({ severity }) => severity === "error").map(({ text }) => text)).toEqual([
    "/etc/app/extra.conf is to be removed, but is no longer a file: look at it first",
  ]);
});

test("what others may exchange is not removed, as the host would refuse it; a folder that no one looked at is no reason", () => {
  const refusals = (folder: PathSpec | null): readonly string[] =>
    planOf({ ...there, paths: { ...there.paths, "/etc/systemd/system/timers.target.wants": folder } })
      .notices.filter(({ severity }) => severity === "error")
      .map(({ text }) => text);
  expect(refusals({ type: "directory", mode: "1777" })).toEqual([
    "/etc/systemd/system/timers.target.wants is writable by everyone, so that root must not remove " +
      "/etc/systemd/system/timers.target.wants/app.timer",
  ]);
  expect([refusals({ type: "directory" }), refusals(null)]).toEqual([[], []]);
});

test("the transaction's lines say it with the hash that was seen, and send nothing for it", () => {
  const observation = makeObservation(there, [stays, ...going]);
  const order = {
    id: "0".repeat(32),
    plan: makePlan(target, observation),
    target,
    observation,
    about: "run=1",
    waitSeconds: 1,
  };
  const transaction = makeTransaction(order);
  const lines = Buffer.from(transaction.files.find(({ name }) => name === "plan")?.content ?? [])
    .toString()
    .split("\n");
  const edited = observation.paths.get("/etc/app/extra.conf")?.sha256 ?? "";
  expect(lines).toContain(`file\t0\t/etc/app/extra.conf\t-\t-\t-\t-\t${edited}`);
  expect(lines).toContain(
    "link\t1\t/etc/systemd/system/timers.target.wants/app.timer\t-\t/etc/systemd/system/app.timer",
  );
  expect(lines.filter((line) => line.startsWith("blob\t"))).toHaveLength(1);
  expect(transaction.files.map(({ name }) => name)).not.toContain("new/0");
  expect(
    Buffer.from(transaction.files.find(({ name }) => name === "about")?.content ?? []).toString(),
  ).toContain(" rollback-of=r1 plan=");
});
