/**
 * What the plan says of kernel settings that cannot be, and of those that stay; whose doing one is that
 * differs.
 */
import { describe, expect, it } from "vitest";
import { findDrift } from "../../../../src/core/plan/drift.ts";
import { makePlan } from "../../../../src/core/plan/plan.ts";
import { probeRequest } from "../../../../src/core/plan/probe-request.ts";
import {
  makeObservation,
  makeResource,
  makeTarget,
  type PathSpec,
  sha256,
  withApplied,
} from "../host-builder.ts";

const path = "/etc/sysctl.d/svcdeploy-app.conf";
const somaxconn = "/proc/sys/net/core/somaxconn";
const settings = (content: string) => makeResource({ kind: "file", role: "sysctl", path, content });
type Paths = Readonly<Record<string, PathSpec>>;

function texts(content: string, paths: Paths): readonly string[] {
  const resources = [settings(content)];
  return makePlan(makeTarget(resources), makeObservation({ paths }, resources)).notices.map(
    ({ text }) => text,
  );
}

describe("what cannot be set", () => {
  const asked = "net.core.somaxconn = 1\n";

  it.each([
    [
      {},
      `this host has no ${somaxconn}: load the kernel module that brings it, or take net.core.somaxconn out`,
    ],
    [
      { [somaxconn]: { mode: "444", content: "2\n" } },
      `${somaxconn} is read-only: the kernel alone decides it; take net.core.somaxconn out`,
    ],
    [
      { [somaxconn]: { mode: "200" } },
      `${somaxconn} cannot be read, so that nothing could tell whether it is in force; take net.core.somaxconn out`,
    ],
    [{ [somaxconn]: { type: "directory" } }, `${somaxconn} holds more than one value: name one of them`],
  ] satisfies readonly (readonly [Paths, string])[])(
    "is named with the reason and what to do: %j",
    (paths, reason) => {
      expect(texts(asked, paths)).toEqual([`net.core.somaxconn cannot be set: ${reason}`]);
    },
  );

  it("is nothing while the file is not touched and its values are in force", () => {
    expect(texts(asked, { [path]: { content: asked }, [somaxconn]: { content: "1\n" } })).toEqual([]);
  });
});

describe("what stays in force", () => {
  const old = {
    [path]: { content: "a.b = 1\nc.d = 2 3\na.e = \u001b[31m\n" },
    "/proc/sys/a/b": { content: "1\n" },
  };

  it("is each key that the file no longer has, whatever a host wrote into it", () => {
    expect(texts("a.b = 1\n", old)).toEqual([
      `${path} no longer sets it: c.d 2 3, a.e  stay in force until the next boot`,
    ]);
  });

  it("is all of it when the file is removed: by name where its text is known", () => {
    const target = {
      ...makeTarget([makeResource({ kind: "link", path: "/opt/app/current", target: "a" })]),
      removal: { pruning: "blocks", declared: new Set<string>(), earlier: [] },
    } as const;
    const entry = { kind: "file", path, mode: "644", owner: "root:root" } as const;
    const of = (spec: PathSpec) =>
      makePlan(
        target,
        makeObservation(
          { paths: { [path]: spec }, manifest: [{ ...entry, sha256: sha256("a.b = 1\n") }] },
          target.resources,
        ),
      ).notices.flatMap(({ code, text }) => (code === "setting-stays" ? [text] : []));
    expect(of({ content: "a.b = 1\n" })).toEqual([
      `${path} is removed: a.b 1 stays in force until the next boot`,
    ]);
    expect(of({ sha256: sha256("a.b = 1\n") })).toEqual([
      `${path} is removed: what it set stays in force until the next boot`,
    ]);
  });
});

describe("a value that differs while its file is right", () => {
  const resources = [settings("net.core.somaxconn = 1\n")];
  const target = makeTarget(resources);
  const host = makeObservation(
    { paths: { [path]: { content: "net.core.somaxconn = 1\n" }, [somaxconn]: { content: "\u001b[31m2\n" } } },
    resources,
  );

  it("is the host's doing, since no one knows when, and harmless to show", () => {
    expect(findDrift(target, withApplied(target, host))).toMatchObject([
      { kind: "setting", subject: path, origin: "host", since: null, text: "net.core.somaxconn is 2, not 1" },
    ]);
  });

  it("is pending where the file was never applied by us", () => {
    expect(findDrift(target, host)).toMatchObject([{ kind: "setting", origin: "project" }]);
  });
});

it("a probe is asked for what the kernel reads, by what it prints, and for the mounts that decide", () => {
  const request = probeRequest([makeTarget([settings("net.ipv4.tcp_rmem = 1 2 3\n")])]);
  expect(request.paths).toContainEqual({ path: "/proc/sys/net/ipv4/tcp_rmem", sha256: sha256("1\t2\t3\n") });
  expect(request.mounts).toEqual(["/proc", "/proc/sys"]);
});
