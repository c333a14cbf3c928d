/** What was reviewed against the project and the hosts of today. */
import { describe, expect, it } from "vitest";
import { SvcdeployError } from "../../../src/core/errors.ts";
import type { Play } from "../../../src/core/model/declared.ts";
import type { SavedHost } from "../../../src/core/model/plan.ts";
import type { HostTarget } from "../../../src/core/model/resource.ts";
import type { Service } from "../../../src/core/model/service.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { movedSince, reviewedPlan } from "../../../src/core/plan/reviewed-plan.ts";
import {
  contentDifferences,
  requireContent,
  requireProject,
  requireValid,
} from "../../../src/core/plan/saved-content.ts";
import { makeSavedPlan } from "../../../src/core/plan/saved-plan.ts";
import { Secret } from "../../../src/core/secret.ts";
import { makeService } from "../../golden/make-service.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "./host-builder.ts";

const key = new Secret("KEY", "0123456789abcdef0123456789abcdef");
const MACHINE = "0123456789abcdef0123456789abcdef";
const resources = [
  makeResource({ kind: "file", path: "/etc/app.yaml", content: "new", onChange: "restart" }),
  makeResource({ kind: "file", path: "/etc/other.yaml", content: "other" }),
  makeResource({ kind: "unit", inputPaths: ["/etc/app.yaml"] }),
];
const target = makeTarget(resources);
const rollout = {
  batches: ["100%"],
  maxFailed: 0,
  maxUnreachable: 0,
  pauseSeconds: 0,
  healthyDeadlineSeconds: 60,
} as const;
const play: Play = {
  name: "site",
  hosts: ["web1"],
  services: ["app"],
  rollout,
  place: { file: "playbooks/site.yaml", line: 1, column: 1 },
};
const ACCOUNT = { user: "app", group: "web", groups: [], home: "/" };
const app = makeService({ name: "app", service: { ExecStart: "/bin/app" }, account: ACCOUNT });
const about = {
  version: "1.2.3",
  project: "shop",
  environment: "prod",
  madeAt: "2026-11-21T08:00:00.000Z",
  validUntil: "2026-11-22T08:00:00.000Z",
  selection: { limit: null, services: [], set: [], values: [] },
  services: new Map([["web1", [app]]]),
  key,
  redact: (text: string) => text,
};

function planOf(host: HostSpec, of: HostTarget = target) {
  const paths = {
    "/etc/systemd/system/app.service": {},
    "/etc/other.yaml": { content: "other" },
    ...host.paths,
  };
  return makePlan(
    of,
    makeObservation(
      { units: { "app.service": {} }, records: { "app.service": {} }, ...host, paths },
      of.resources,
    ),
  );
}

const old = { paths: { "/etc/app.yaml": { content: "old" } } };
const saved = makeSavedPlan(about, [{ play, hosts: [{ target, plan: planOf(old), machineId: MACHINE }] }]);
const savedHost = saved.plays[0]?.hosts[0] as SavedHost;
const moved = (host: HostSpec, machineId = MACHINE): readonly string[] =>
  movedSince(savedHost, target, planOf(host), machineId, key);

describe("movedSince", () => {
  it("finds nothing on a host that is as it was, nor on one that is as planned by now", () => {
    expect(planOf(old).changes.length).toBe(1);
    expect(moved(old)).toEqual([]);
    expect(moved({ paths: { "/etc/app.yaml": { content: "new" } } })).toEqual([]);
  });

  it("names a file that was to change and was edited since", () => {
    expect(moved({ paths: { "/etc/app.yaml": { content: "edited" } } })).toEqual([
      expect.stringMatching(
        /^\/etc\/app\.yaml was edited since the plan: content #[0-9a-f]{7} then, content #[0-9a-f]{7} now$/,
      ),
    ]);
  });

  it("names a file that was as declared and was edited since, or is gone", () => {
    const [edited] = moved({ paths: { ...old.paths, "/etc/other.yaml": { content: "edited" } } });
    expect(edited).toMatch(
      /^\/etc\/other\.yaml was edited since the plan: it was as declared, now content #[0-9a-f]{7}$/,
    );
    expect(moved({ paths: { ...old.paths, "/etc/other.yaml": null } })[0]).toBe(
      "/etc/other.yaml was edited since the plan: it was as declared, now absent",
    );
  });

  it("names an act that no one reviewed", () => {
    expect(moved({ ...old, units: { "app.service": { ActiveState: "failed" } } })).toEqual([
      "start app.service was not in the plan: was failed",
    ]);
  });

  it("names another machine behind the same name", () => {
    expect(moved(old, "f".repeat(32))).toEqual([
      `it is another machine: machine-id ${MACHINE} then, ${"f".repeat(32)} now`,
    ]);
  });
});

describe("reviewedPlan", () => {
  const shown = (host: HostSpec, lines: readonly string[], stale: "fail" | "skip" = "fail") =>
    reviewedPlan(savedHost, target, planOf(host), key, { lines, stale });

  it("shows what was saved, with the old content where it is still there", () => {
    const plan = shown(old, []);
    expect(plan.changes.map(({ resource }) => resource.id)).toEqual(["file:/etc/app.yaml"]);
    expect(new TextDecoder().decode(plan.changes[0]?.beforeContent ?? new Uint8Array())).toBe("old");
    expect(
      shown({ paths: { "/etc/app.yaml": { content: "edited" } } }, []).changes[0]?.beforeContent,
    ).toBeNull();
    expect(plan.actions).toEqual(savedHost.actions);
  });

  it("says of a host that moved what becomes of it, as a refusal", () => {
    expect(shown(old, ["a moved", "b moved"]).notices.at(-1)).toEqual({
      severity: "error",
      code: "stale",
      text: "moved since the plan was made, it will be refused: a moved; b moved",
    });
    expect(shown(old, ["a moved"], "skip").notices.at(-1)?.text).toContain("it will be skipped");
  });
});

describe("contentDifferences", () => {
  const { services } = about;
  const differences = (now: HostTarget, playNow: Play = play): readonly string[] =>
    contentDifferences(saved, { plays: [{ play: playNow, targets: [now] }], services }, key);
  const otherwise = (service: Service): readonly string[] => {
    const now = new Map([["web1", [service]]]);
    return contentDifferences(saved, { plays: [{ play, targets: [target] }], services: now }, key);
  };

  it("finds none in the same project, whatever lines things stand in and wherever the artifact lies", () => {
    expect(differences(target)).toEqual([]);
    const source = { form: "file", strip: 0, sha256: "0".repeat(64), size: 1 };
    const release = (path: string) =>
      makeTarget([
        makeResource({ kind: "release", path: "/opt/app/releases/1", source: { ...source, path } }),
      ]);
    const planned = release("/ci/build/app");
    const kept = makeSavedPlan(about, [
      { play, hosts: [{ target: planned, plan: planOf({}, planned), machineId: MACHINE }] },
    ]);
    const moved = { ...play, place: { ...play.place, line: 9 } };
    const plays = [{ play: moved, targets: [release("/home/me/app")] }];
    expect(contentDifferences(kept, { plays, services }, key)).toEqual([]);
  });

  it("finds none where a comment moved a service's lines, and where its keys stand in another order", () => {
    const { user, group, groups, home } = ACCOUNT;
    const moved = app.service.map((each) => ({ ...each, place: { ...each.place, line: 7 } }));
    expect(otherwise({ ...app, service: moved, account: { home, groups, group, user } })).toEqual([]);
    expect(otherwise({ ...app, account: { user, group, groups, home: "/srv" } })).toEqual([
      "web1: service app is something else now",
    ]);
  });

  it("names what is rendered otherwise, what is new and what is gone", () => {
    const now = makeTarget([
      makeResource({ kind: "file", path: "/etc/app.yaml", content: "newer", onChange: "restart" }),
      makeResource({ kind: "file", path: "/etc/third.yaml", content: "third" }),
      ...resources.slice(2),
    ]);
    expect(differences(now)).toEqual([
      "web1: file:/etc/third.yaml is new",
      "web1: file:/etc/other.yaml is gone",
      "web1: file:/etc/app.yaml is something else now",
    ]);
  });

  it("names another rollout, another host and another service's settings", () => {
    expect(differences(target, { ...play, rollout: { ...rollout, maxFailed: 1 } })).toEqual([
      "play site: its rollout",
    ]);
    expect(differences(makeTarget(resources, { name: "web2" }))).toEqual([
      "play site: host web2 is new",
      "play site: host web1 is gone",
    ]);
    expect(otherwise({ ...app, settleSeconds: 99 })).toEqual(["web1: service app is something else now"]);
    expect(differences(target, { ...play, name: "db" })).toEqual(["plays: site then, db now"]);
  });

  it("is one error that says so, and counts what is too much to name", () => {
    const rendered = (now: HostTarget) => ({ plays: [{ play, targets: [now] }], services: about.services });
    expect(() => requireContent(saved, rendered(target), key)).not.toThrow();
    const many = Array.from({ length: 30 }, (_, index) =>
      makeResource({ kind: "file", path: `/etc/${index}.yaml`, content: "x" }),
    );
    expect(() => requireContent(saved, rendered(makeTarget(many)), key)).toThrow(
      /^The project has changed since the plan was made[\s\S]*and 13 more$/,
    );
  });
});

describe("time and project", () => {
  it("a plan is valid until its time is over, to the millisecond", () => {
    const end = Date.parse(saved.validUntil);
    expect(() => requireValid(saved, "plan.json", end - 1)).not.toThrow();
    expect(() => requireValid(saved, "plan.json", end)).toThrow(SvcdeployError);
    expect(() => requireValid(saved, "plan.json", end)).toThrow(
      /^plan\.json expired: .*valid until 2026-11-22T08:00:00\.000Z$/,
    );
  });

  it("a plan of another project is refused by both names", () => {
    expect(() => requireProject(saved, "plan.json", "shop")).not.toThrow();
    expect(() => requireProject(saved, "plan.json", "till")).toThrow(
      "plan.json is a plan of the project shop, and this is the project till",
    );
  });
});
