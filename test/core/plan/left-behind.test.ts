/**
 * What becomes of what the project no longer declares: what is removed, what is left and why, what is
 * refused.
 */
import { describe, expect, test } from "vitest";
import type { ManifestEntry } from "../../../src/core/model/observation.ts";
import type { HostTarget, RemovalOrder } from "../../../src/core/model/resource.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { hasWork } from "../../../src/core/plan/planned.ts";
import { linkDigest } from "../../../src/core/resources/link.ts";
import { makeTransaction } from "../../../src/host/transaction.ts";
import {
  type HostSpec,
  makeObservation,
  makeResource,
  makeTarget,
  sha256,
  withManifests,
} from "./host-builder.ts";

const unitFolder = "/etc/systemd/system";
const resources = [
  makeResource({ kind: "file", role: "unit", path: `${unitFolder}/app.service`, content: "[Service]\n" }),
  makeResource({ kind: "unit" }),
];

function removing(order: Partial<RemovalOrder> = {}, more: Partial<HostTarget> = {}): HostTarget {
  return {
    ...makeTarget(resources),
    declared: ["app"],
    removal: { pruning: "blocks", declared: new Set(), earlier: [], ...order },
    ...more,
  };
}

type Entry = Partial<ManifestEntry> & Pick<ManifestEntry, "kind" | "path">;
const file = (path: string, content: string, service = "app"): Entry => ({
  kind: "file",
  path,
  sha256: sha256(content),
  mode: "644",
  service,
});
const link = (path: string, target: string, service = "app"): Entry => ({
  kind: "link",
  path,
  sha256: linkDigest(target),
  service,
});

const timer = [
  file(`${unitFolder}/app-job.timer`, "t"),
  link(`${unitFolder}/timers.target.wants/app-job.timer`, `${unitFolder}/app-job.timer`),
  { kind: "unit", path: "app-job.timer" } as const,
];
const there: HostSpec = {
  paths: {
    [`${unitFolder}/app.service`]: { content: "[Service]\n" },
    [`${unitFolder}/app-job.timer`]: { content: "t" },
    [`${unitFolder}/timers.target.wants/app-job.timer`]: {
      type: "link",
      target: `${unitFolder}/app-job.timer`,
    },
    "/etc/app/extra.conf": { content: "extra" },
  },
  units: { "app.service": {}, "app-job.timer": { TimeoutStopUSec: "2min" } },
  records: { "app.service": {} },
};

function planOf(target: HostTarget, manifest: readonly Entry[], more: HostSpec = {}) {
  const spec = {
    ...there,
    ...more,
    paths: { ...there.paths, ...more.paths },
    units: { ...there.units, ...more.units },
    manifest,
  };
  const observation = makeObservation(spec, resources);
  return { plan: makePlan(target, observation), observation };
}

const gone = ({ changes }: ReturnType<typeof makePlan>): readonly string[] =>
  changes.filter(({ after }) => after === null).map(({ resource }) => resource.id);
const acts = ({ actions }: ReturnType<typeof makePlan>): readonly string[] =>
  actions.map((action) => ("unit" in action ? `${action.verb} ${action.unit}` : action.verb));
const codes = ({ notices }: ReturnType<typeof makePlan>): readonly string[] =>
  notices.map(({ code }) => code);

describe("of a service that is still declared", () => {
  test("files, links and units go, with the unit's own stop timeout; the manifest forgets them", () => {
    const { plan } = planOf(removing(), [...timer, file("/etc/app/extra.conf", "extra")]);
    expect(gone(plan)).toEqual([
      "file:/etc/systemd/system/app-job.timer",
      "link:/etc/systemd/system/timers.target.wants/app-job.timer",
      "file:/etc/app/extra.conf",
    ]);
    expect(acts(plan)).toEqual(["stop app-job.timer", "daemon-reload"]);
    expect(plan.actions[0]).toMatchObject({ because: "no longer declared", timeoutSeconds: 130 });
    expect([plan.orphans, plan.gone]).toEqual([[], { units: ["app-job.timer"], releases: [] }]);
    expect(plan.manifests[0]?.content).not.toMatch(/job|extra/);
  });

  test("nothing goes without the order to: healing, rollback and drift make plans of less", () => {
    const { removal: _none, ...target } = removing();
    const { plan } = planOf(target, [...timer, file("/etc/app/extra.conf", "extra")]);
    expect([gone(plan), acts(plan), plan.orphans.length]).toEqual([[], [], 4]);
  });

  test("users and folders stay, are said once, and are forgotten; a release stays with its service", () => {
    const manifest: Entry[] = [
      { kind: "account", path: "app" },
      { kind: "directory", path: "/var/lib/app" },
      { kind: "release", path: "/opt/app/releases/1-0123456789ab" },
    ];
    const { plan, observation } = planOf(removing(), manifest);
    expect(gone(plan)).toEqual([]);
    expect(plan.notices.map(({ text }) => text)).toEqual([
      "/var/lib/app and user app of app stay: users, folders and their content are never removed",
    ]);
    expect(plan.manifests[0]?.content).toContain("release /opt/app/releases/1-0123456789ab");
    const after = makePlan(removing(), { ...withManifests(removing(), observation), manifest: [] });
    expect(after.notices).toEqual([]);
  });

  test("what was edited, replaced or pointed elsewhere stays and stays ours, and so does the unit of an edited file", () => {
    const { plan } = planOf(removing(), [...timer, file("/etc/app/extra.conf", "extra")], {
      paths: {
        [`${unitFolder}/app-job.timer`]: { content: "edited" },
        "/etc/app/extra.conf": { type: "directory" },
      },
    });
    expect([gone(plan), acts(plan)]).toEqual([[], []]);
    expect(plan.orphans.map(({ path, left }) => `${path} ${left}`)).toEqual([
      `${unitFolder}/app-job.timer edited`,
      `${unitFolder}/timers.target.wants/app-job.timer kept`,
      "app-job.timer kept",
      "/etc/app/extra.conf replaced",
    ]);
    expect(plan.manifests[0]?.content.split("\n")).toHaveLength(7);
  });

  test("an instance whose template was edited stays with it", () => {
    const template = `${unitFolder}/app@.service`;
    const wants = `${unitFolder}/multi-user.target.wants/app@a.service`;
    const instances = [
      file(template, "t"),
      link(wants, template),
      { kind: "unit", path: "app@a.service" } as const,
    ];
    const { plan } = planOf(removing(), instances, {
      paths: { [template]: { content: "edited" }, [wants]: { type: "link", target: template } },
      units: { "app@a.service": { FragmentPath: template } },
    });
    expect([gone(plan), acts(plan)]).toEqual([[], []]);
    expect(plan.orphans.map(({ path, left }) => `${path} ${left}`)).toEqual([
      `${template} edited`,
      `${wants} kept`,
      "app@a.service kept",
    ]);
  });

  test("what is gone already is forgotten without a word", () => {
    const { plan } = planOf(removing(), [file("/etc/app/lost.conf", "lost")]);
    expect([gone(plan), plan.orphans, plan.notices]).toEqual([[], [], []]);
  });

  test("what another service or another project owns as well, or another play declares, stays", () => {
    const extra = file("/etc/app/extra.conf", "extra");
    expect(
      gone(
        planOf(removing({}, { declared: ["app", "other"] }), [extra, { ...extra, service: "other" }]).plan,
      ),
    ).toEqual([]);
    expect(gone(planOf(removing({ declared: new Set(["file /etc/app/extra.conf"]) }), [extra]).plan)).toEqual(
      [],
    );
    expect(
      gone(planOf(removing(), [extra], { others: [{ kind: "file", path: "/etc/app/extra.conf" }] }).plan),
    ).toEqual([]);
  });

  test("what an earlier play of the host drops as well goes once, with the last", () => {
    const extra = file("/etc/app/extra.conf", "extra");
    const both = [extra, { ...extra, service: "other" }];
    expect(gone(planOf(removing({ earlier: ["other"] }, { declared: null }), both).plan)).toEqual([
      "file:/etc/app/extra.conf",
    ]);
    expect(gone(planOf(removing({}, { declared: null }), both).plan)).toEqual([]);
  });

  test("who runs on a mount that goes is stopped before and started after; its contents are lost", () => {
    const mount = "var-cache-app.mount";
    const manifest = [file(`${unitFolder}/${mount}`, "m"), { kind: "unit", path: mount } as const];
    const host = {
      paths: { [`${unitFolder}/${mount}`]: { content: "m" } },
      units: { [mount]: { RequiredBy: "app.service" } },
    };
    const { plan } = planOf(removing(), manifest, host);
    expect(acts(plan)).toEqual(["stop app.service", `stop ${mount}`, "daemon-reload", "start app.service"]);
    expect(codes(plan)).toEqual(["contents-lost"]);
  });

  test("what someone else's unit needs is refused", () => {
    const { plan } = planOf(removing(), timer, {
      units: { "app-job.timer": { RequiredBy: "theirs.service" } },
    });
    expect(plan.notices).toMatchObject([{ severity: "error", code: "needed-elsewhere" }]);
  });

  test("a secret file's content is not in the plan", () => {
    const path = "/etc/svcdeploy/env/app.env";
    const { plan } = planOf(removing(), [{ ...file(path, "TOKEN=x"), secret: true }], {
      paths: { [path]: { content: "TOKEN=x" } },
    });
    expect(plan.changes).toMatchObject([{ resource: { secret: true }, beforeContent: null, after: null }]);
  });

  test("the transaction stops first, removes then, and systemd reads its files after that", () => {
    const target = removing();
    const { plan, observation } = planOf(target, timer);
    const { files } = makeTransaction({
      id: "0".repeat(32),
      plan,
      target,
      observation,
      about: "run=1",
      waitSeconds: 1,
    });
    const text = Buffer.from(files.find(({ name }) => name === "plan")?.content ?? []).toString();
    const lines = text.split("\n").filter((each) => /^(action|gone)\t/.test(each));
    expect(lines.map((each) => each.replaceAll("\t", " "))).toEqual([
      "gone app-job.timer",
      "action stop app-job.timer 130",
      "action remove - 60",
      "action daemon-reload - 120",
    ]);
  });
});

describe("a service that left the project", () => {
  const left = [
    file(`${unitFolder}/gone.service`, "g", "gone"),
    { kind: "unit", path: "gone.service", service: "gone" } as const,
    { kind: "release", path: "/opt/gone/releases/1-0123456789ab", service: "gone" } as const,
  ];
  const host = { paths: { [`${unitFolder}/gone.service`]: { content: "g" } }, units: { "gone.service": {} } };
  const own = [
    file(`${unitFolder}/app.service`, "[Service]\n"),
    { kind: "unit", path: "app.service" } as const,
  ];

  test("is only shown", () => {
    const { plan } = planOf(removing(), [...own, ...left], host);
    expect([gone(plan), plan.orphans.every((orphan) => orphan.left === "left-project")]).toEqual([[], true]);
  });

  test("goes with --prune, and its manifest and releases with it", () => {
    const { plan } = planOf(removing({ pruning: "services" }), [...own, ...left], host);
    expect([gone(plan), acts(plan)]).toEqual([
      ["file:/etc/systemd/system/gone.service"],
      ["stop gone.service", "daemon-reload"],
    ]);
    expect(plan.manifests.find(({ service }) => service === "gone")).toMatchObject({ content: "" });
    expect(plan.gone?.releases).toEqual(["/opt/gone/releases"]);
    expect(hasWork(plan)).toBe(true);
  });

  test("stays as a whole where its unit file was edited", () => {
    const more = file("/etc/gone/gone.conf", "c", "gone");
    const { plan } = planOf(removing({ pruning: "services" }), [...own, ...left, more], {
      ...host,
      paths: {
        [`${unitFolder}/gone.service`]: { content: "edited" },
        "/etc/gone/gone.conf": { content: "c" },
      },
    });
    expect([gone(plan), acts(plan), plan.manifests.map(({ service }) => service)]).toEqual([[], [], ["app"]]);
  });

  test.each([
    ["one of two", ["gone"], ["app"], []],
    ["all that there are", ["gone"], [], ["prune-limit"]],
    ["two of three", ["gone", "past"], ["app"], ["prune-limit"]],
    ["two of four", ["gone", "past"], ["app", "other"], []],
  ])("%s", (_what, leaving, staying, expected) => {
    const entries = [...leaving, ...staying].map((service) => file(`/etc/${service}.conf`, service, service));
    const paths = Object.fromEntries(entries.map(({ path, service = "" }) => [path, { content: service }]));
    const target = (pruning: RemovalOrder["pruning"]) =>
      removing({ pruning }, { declared: ["app", "other"] });
    const limits = (pruning: RemovalOrder["pruning"]) =>
      codes(planOf(target(pruning), entries, { paths }).plan).filter((code) => code === "prune-limit");
    expect(limits("services")).toEqual(expected);
    expect(limits("everything")).toEqual([]);
  });
});

test("of pruned services only those that had a release are said to lose releases", () => {
  const release: Entry = { kind: "release", path: "/opt/old/releases/1", service: "old" };
  const { plan } = planOf(removing({ pruning: "everything" }), [
    file("/etc/app/extra.conf", "extra", "plain"),
    release,
  ]);
  expect(plan.notices.filter(({ code }) => code === "releases").map(({ text }) => text)).toEqual([
    expect.stringMatching(/^releases of old below/),
  ]);
});
