/** Who moved: declared × what the last apply left × what is on the host, for each kind of resource. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Observation } from "../../../src/core/model/observation.ts";
import type { Finding } from "../../../src/core/model/plan.ts";
import { findDrift } from "../../../src/core/plan/drift.ts";
import { manifestPath } from "../../../src/core/plan/manifest.ts";
import {
  CLOCK,
  type HostSpec,
  LONG_AGO,
  makeObservation,
  makeResource,
  makeTarget,
  pathState,
  type ResourceSpec,
  UPTIME,
  withApplied,
} from "./host-builder.ts";

/** The host as `host` says, its last apply having been of `applied`, looked at with `declared`. */
function findings(
  declared: readonly ResourceSpec[],
  applied: readonly ResourceSpec[],
  host: HostSpec,
): readonly Finding[] {
  const resources = declared.map(makeResource);
  const old = makeTarget(applied.map(makeResource));
  const observation = makeObservation(host, [...resources, ...old.resources]);
  return findDrift(makeTarget(resources), applied.length === 0 ? observation : withApplied(old, observation));
}

const say = ({ origin, kind, subject }: Finding): string => `${origin} ${kind} ${subject}`;
const file = (content: string, more: object = {}): ResourceSpec => ({
  kind: "file",
  path: "/etc/a",
  content,
  ...more,
});
const found = (content: string, more: object = {}): HostSpec => ({
  paths: { "/etc/a": { content, ...more } },
});
const gone: HostSpec = { paths: { "/etc/a": null } };
const link = (target: string): ResourceSpec => ({
  kind: "link",
  role: "current",
  path: "/opt/app/current",
  target,
});
const account = (...groups: readonly string[]): ResourceSpec => ({
  kind: "account",
  user: "app",
  group: "app",
  groups,
});
const folder = (mode: string, owner = "root"): ResourceSpec => ({
  kind: "directory",
  path: "/srv/app",
  mode,
  owner,
});

describe("an origin", () => {
  test.each<[string, readonly ResourceSpec[], readonly ResourceSpec[], HostSpec, readonly string[]]>([
    ["edited on the host", [file("a")], [file("a")], found("x"), ["host content /etc/a"]],
    ["moved on in the project", [file("b")], [file("a")], found("a"), ["project content /etc/a"]],
    ["both", [file("b")], [file("a")], found("x"), ["conflict content /etc/a"]],
    ["both to the same", [file("b")], [file("a")], found("b"), []],
    ["never applied", [file("a")], [], found("x"), ["project content /etc/a"]],
    ["never applied and not there", [file("a")], [], gone, ["project missing /etc/a"]],
    ["removed from the host", [file("a")], [file("a")], gone, ["host missing /etc/a"]],
    ["removed there and changed here", [file("b")], [file("a")], gone, ["conflict missing /etc/a"]],
    [
      "a directory in its place",
      [file("a")],
      [file("a")],
      { paths: { "/etc/a": { type: "directory" } } },
      ["host type /etc/a"],
    ],
    ["its mode on the host", [file("a")], [file("a")], found("a", { mode: "600" }), ["host mode /etc/a"]],
    [
      "its mode in the project",
      [file("a", { mode: "0600" })],
      [file("a")],
      found("a"),
      ["project mode /etc/a"],
    ],
    ["its owner on the host", [file("a")], [file("a")], found("a", { owner: "eve" }), ["host owner /etc/a"]],
    [
      "its owner in the project",
      [file("a", { owner: "app" })],
      [file("a")],
      found("a"),
      ["project owner /etc/a"],
    ],
    [
      "content here, mode there",
      [file("b")],
      [file("a")],
      found("a", { mode: "600" }),
      ["project content /etc/a", "host mode /etc/a"],
    ],
    [
      "a link on the host",
      [link("releases/1")],
      [link("releases/1")],
      { paths: { "/opt/app/current": { type: "link", target: "/tmp" } } },
      ["host content /opt/app/current"],
    ],
    [
      "a link in the project",
      [link("releases/2")],
      [link("releases/1")],
      { paths: { "/opt/app/current": { type: "link", target: "releases/1" } } },
      ["project content /opt/app/current"],
    ],
    [
      "a directory's mode",
      [folder("0755")],
      [folder("0755")],
      { paths: { "/srv/app": { type: "directory", mode: "777" } } },
      ["host mode /srv/app"],
    ],
    [
      "a directory's owner",
      [folder("0755", "app")],
      [folder("0755")],
      { paths: { "/srv/app": { type: "directory" } } },
      ["project owner /srv/app"],
    ],
    ["an account that is gone", [account()], [account()], {}, ["host account app"]],
    [
      "a group more in the project",
      [account("adm")],
      [account()],
      { users: { app: { uid: 9, gid: 9 } }, groups: { app: { gid: 9 }, adm: { gid: 4 } } },
      ["project account app"],
    ],
    [
      "a group less on the host",
      [account("adm")],
      [account("adm")],
      { users: { app: { uid: 9, gid: 9 } }, groups: { app: { gid: 9 }, adm: { gid: 4 } } },
      ["host account app"],
    ],
    ["no longer declared", [], [file("a")], found("a"), []],
  ])("%s", (_name, declared, applied, host, expected) => {
    expect(findings(declared, applied, host).map(say)).toEqual(expected);
  });

  test("of a stopped unit is the host's once it was applied, and the project's before", () => {
    const unit = { kind: "unit" as const, unit: "app.service" };
    const stopped = {
      units: {
        "app.service": {
          ActiveState: "inactive",
          StateChangeTimestampMonotonic: String((UPTIME - 600) * 1e6),
        },
      },
    };
    expect(findings([unit], [unit], stopped).map((each) => [say(each), each.since])).toEqual([
      ["host not-running app.service", CLOCK - 600],
    ]);
    expect(findings([unit], [], stopped).map((each) => [say(each), each.since])).toEqual([
      ["project not-running app.service", null],
    ]);
  });

  test("an owner that an older manifest does not tell is no one's to heal", () => {
    const target = makeTarget([makeResource(file("a"))]);
    const host = withApplied(target, makeObservation(found("a", { owner: "eve" }), target.resources));
    const manifest = host.manifest.map(({ owner: _, ...entry }) => entry);
    const old: Observation = {
      ...host,
      manifest,
      paths: new Map([...host.paths].filter(([path]) => path !== manifestPath("shop", "app"))),
    };
    expect(findDrift(target, old).map(say)).toEqual(["conflict owner /etc/a"]);
  });

  test("a damaged manifest is said, and nothing of its service told apart", () => {
    const target = makeTarget([makeResource(file("a"))]);
    const host = withApplied(target, makeObservation(found("x"), target.resources));
    const damaged = {
      ...host,
      manifest: [],
      paths: new Map([
        ...host.paths,
        [manifestPath("shop", "app"), pathState({ content: "garbage" })] as const,
      ]),
    };
    expect(findDrift(target, damaged).map(say)).toEqual([
      "host manifest /var/lib/svcdeploy/projects/shop/app",
      "conflict content /etc/a",
    ]);
  });

  test("is pending exactly where an apply of what was declared before would have found nothing", () => {
    const state = fc.constantFrom("a", "b", "c");
    fc.assert(
      fc.property(state, state, state, (declared, applied, there) => {
        const [one] = findings([file(declared)], [file(applied)], found(there));
        const drifted = findings([file(applied)], [file(applied)], found(there)).length > 0;
        if (declared === there) expect(one).toBeUndefined();
        else expect(one?.origin).toBe(!drifted ? "project" : declared === applied ? "host" : "conflict");
      }),
    );
  });
});

describe("since", () => {
  test("is the path's ctime, or that of the nearest directory above when it is gone; never of what is pending", () => {
    const touched = { paths: { "/etc/a": { content: "x", ctime: CLOCK - 30 } } };
    expect(findings([file("a")], [file("a")], touched)[0]?.since).toBe(CLOCK - 30);
    expect(findings([file("a")], [], touched)[0]?.since).toBeNull();
    expect(findings([file("a")], [file("a")], gone)[0]?.since).toBe(LONG_AGO);
    const folderGone = {
      paths: {
        "/etc/deep/er/a": null,
        "/etc/deep/er": null,
        "/etc/deep": { type: "directory" as const, ctime: CLOCK - 7 },
      },
    };
    const deep = { kind: "file" as const, path: "/etc/deep/er/a", content: "a" };
    expect(findings([deep], [deep], folderGone)[0]?.since).toBe(CLOCK - 7);
  });

  test("is unknown where systemd forgot, and where the clock makes no sense", () => {
    const unit = { kind: "unit" as const, unit: "app.service" };
    const stopped = { ActiveState: "inactive", StateChangeTimestampMonotonic: "0" };
    expect(findings([unit], [unit], { units: { "app.service": stopped } })[0]?.since).toBeNull();
    const odd = {
      facts: { clock: 0 },
      units: { "app.service": { ...stopped, StateChangeTimestampMonotonic: "5000000" } },
    };
    expect(findings([unit], [unit], odd)[0]?.since).toBeNull();
  });
});
