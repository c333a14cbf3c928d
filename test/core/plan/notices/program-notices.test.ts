/** Programs of releases that will not be there. */
import { expect, test } from "vitest";
import type { Change } from "../../../../src/core/model/plan.ts";
import type { Resource } from "../../../../src/core/model/resource.ts";
import { programNotices } from "../../../../src/core/plan/notices/program-notices.ts";
import { makeFile } from "../../../../src/core/render/make-file.ts";
import { type HostSpec, makeObservation, makeResource, makeTarget } from "../host-builder.ts";

const file = makeFile(
  "shopapi",
  "unit",
  "/etc/systemd/system/shopapi.service",
  "[Service]\nExecStart=/opt/shopd/current/shopd\n",
);
const LINK = { "/opt/shopd/current": { type: "link", target: "releases/1" } } as const;

function texts(
  host: HostSpec,
  changes: readonly Change[] = [],
  resources: readonly Resource[] = [],
  declared: readonly string[] = [],
): readonly string[] {
  const all = [file, ...resources];
  const removal = { pruning: "blocks", declared: new Set(declared), earlier: [] } as const;
  return programNotices({ ...makeTarget(all), removal }, makeObservation(host, all), changes).map(
    ({ severity, text }) => `${severity} ${text}`,
  );
}

test("a release that is on the host, or that another play brings", () => {
  expect(texts({ paths: LINK })).toEqual([]);
  expect(texts({}, [], [], ["link /opt/shopd/current"])).toEqual([]);
});

test("one that no one brings, and one that the same plan removes", () => {
  expect(texts({})).toEqual([
    "error shopapi.service starts /opt/shopd/current/shopd, and there is no /opt/shopd/current on the host: " +
      "name the release that has it",
  ]);
  const link = makeResource({
    kind: "link",
    service: "shopd",
    path: "/opt/shopd/current",
    target: "releases/1",
  });
  const gone: Change = {
    resource: link,
    before: { type: "link" },
    after: null,
    differs: [],
    beforeContent: null,
  };
  expect(texts({ paths: LINK }, [gone])[0]).toContain("this plan removes /opt/shopd/current");
});

test("a release of one file that is called otherwise", () => {
  const release = makeResource({ kind: "release", service: "shopd", form: "file", name: "shop" });
  expect(texts({ paths: LINK }, [], [release])[0]).toContain("the release of shopd is the one file shop");
});
