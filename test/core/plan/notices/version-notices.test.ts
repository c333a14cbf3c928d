/** What a plan says of versions that programs say themselves. */
import { expect, test } from "vitest";
import type { SaidVersions } from "../../../../src/core/model/observation.ts";
import { makePlan } from "../../../../src/core/plan/plan.ts";
import { digest, type HostSpec, makeObservation, makeResource, makeTarget } from "../host-builder.ts";

const says = { command: ["bin/app", "--version"], match: "[0-9.]+", user: "app" };
const path = "/opt/app/releases/aaaaaaaaaaaa";
const about = {
  service: "app",
  form: "file",
  name: "app",
  sha256: digest("app"),
  size: 1,
  source: null,
  keep: 5,
};
const release = makeResource({ kind: "release", path, ...about, says });
const link = makeResource({
  ...{
    kind: "link",
    service: "app",
    path: "/opt/app/current",
    role: "current",
    target: "releases/aaaaaaaaaaaa",
  },
});

function noticesWith(versions: SaidVersions | undefined, target: string): readonly string[] {
  const spec: HostSpec = { paths: { "/opt/app/current": { type: "link", target } } };
  const host = makeObservation(versions === undefined ? spec : { ...spec, versions: { app: versions } }, [
    release,
    link,
  ]);
  const plan = makePlan(makeTarget([release, link]), host);
  return plan.notices.filter(({ code }) => code === "version").map(({ text }) => text);
}

test.each<[string, SaidVersions | undefined, string, readonly string[]]>([
  ["both are there", { current: "1.1", release: "1.2" }, "releases/b", ["version of app: 1.1 → 1.2"]],
  [
    "the new one is not there yet",
    { current: "1.1", release: null },
    "releases/b",
    ["version of app: 1.1 → what the new release says once it is there"],
  ],
  [
    "only the new one says it",
    { current: null, release: "1.2" },
    "releases/b",
    ["version of app: none → 1.2"],
  ],
  ["neither says it", { current: null, release: null }, "releases/b", []],
  ["no one was asked", undefined, "releases/b", []],
  ["the release stays", { current: "1.2", release: "1.2" }, "releases/aaaaaaaaaaaa", []],
])("%s", (_name, versions, target, expected) => {
  expect(noticesWith(versions, target)).toEqual(expected);
});
