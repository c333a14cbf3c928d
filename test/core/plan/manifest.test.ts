/** The ownership manifest: written, read back, and when a plan rewrites it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ManifestEntry } from "../../../src/core/model/observation.ts";
import { formatManifest, manifestPath, parseManifestLine } from "../../../src/core/plan/manifest.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { makeObservation, makeResource, makeTarget, sha256 } from "./host-builder.ts";

describe("the manifest", () => {
  it("reads what it writes, in any order the same text", () => {
    fc.assert(
      fc.property(fc.uniqueArray(entry(), { selector: ({ kind, path }) => `${kind} ${path}` }), (entries) => {
        const text = formatManifest(entries);
        expect(formatManifest(entries.toReversed())).toBe(text);
        const read = text
          .split("\n")
          .slice(0, -1)
          .map((line) => parseManifestLine("shop", "app", line));
        expect(new Set(read.map((one) => JSON.stringify(one)))).toEqual(
          new Set(entries.map((one) => JSON.stringify(one))),
        );
      }),
    );
  });

  it.each(["", "file /a", "socket /a - -", "file /a xyz 644", "file /a - 999", `file ${"a".repeat(3)}`])(
    "refuses %j",
    (line) => {
      expect(parseManifestLine("shop", "app", line)).toBeNull();
    },
  );

  it("no folder of enablement links is an orphan: it is systemd's", () => {
    const links = {
      kind: "directory",
      path: "/etc/systemd/system/timers.target.wants",
      sha256: "-",
      mode: "755",
    } as const;
    expect(makePlan(makeTarget([]), makeObservation({ manifest: [links] }, [])).orphans).toEqual([]);
  });

  it("is planned only when the host has another one, and goes on owning orphans", () => {
    const resources = [makeResource({ kind: "file", path: "/etc/a", content: "a" })];
    const target = makeTarget(resources);
    const orphan = { kind: "file", path: "/etc/old", sha256: sha256("old"), mode: "644" } as const;
    const content = formatManifest([
      {
        project: "shop",
        service: "app",
        kind: "file",
        path: "/etc/a",
        sha256: sha256("a"),
        mode: "644",
        owner: "root:root",
      },
      { project: "shop", service: "app", ...orphan },
    ]);
    const path = manifestPath("shop", "app");
    const fresh = makePlan(target, makeObservation({ manifest: [orphan] }, resources));
    expect(fresh.manifests).toEqual([{ service: "app", path, content, oldSha256: null }]);
    expect(fresh.orphans).toEqual([{ service: "app", kind: "file", path: "/etc/old", left: "unplanned" }]);
    expect(
      makePlan(target, makeObservation({ manifest: [orphan], paths: { [path]: { content } } }, resources))
        .manifests,
    ).toEqual([]);
  });

  it("holds what two services share in the manifests of both, whichever is selected", () => {
    const slice = makeResource({ kind: "file", path: "/etc/systemd/system/shared.slice", service: "app" });
    const other = makeResource({ kind: "file", path: "/etc/other", service: "other" });
    const shared = makeTarget([slice, other]);
    const owners = new Map([
      [slice.id, ["app", "other"]],
      [other.id, ["other"]],
    ]);
    const both = makePlan({ ...shared, owners }, makeObservation({}, shared.resources)).manifests;
    expect(both.map(({ service, content }) => [service, content.includes("shared.slice")])).toEqual([
      ["app", true],
      ["other", true],
    ]);
  });

  it("of a service that is gone altogether is found only when all declared services are known", () => {
    const target = makeTarget([makeResource({ kind: "file", path: "/etc/a" })]);
    const manifest = [
      { kind: "file", path: "/etc/gone", service: "gone" },
      { kind: "file", path: "/etc/other", service: "other" },
    ] as const;
    const host = makeObservation({ manifest }, target.resources);
    expect(makePlan(target, host).orphans).toEqual([]);
    expect(makePlan({ ...target, declared: ["app", "other"] }, host).orphans).toEqual([
      { service: "gone", kind: "file", path: "/etc/gone", left: "left-project" },
    ]);
  });
});

function entry(): fc.Arbitrary<ManifestEntry> {
  const kind = fc.constantFrom<ManifestEntry["kind"]>(
    "file",
    "link",
    "directory",
    "release",
    "account",
    "unit",
  );
  const path = fc.stringMatching(/^\/[a-z .-]{1,20}$/);
  const hash = fc.constantFrom("-", sha256("a"));
  const mode = fc.constantFrom("-", "644", "1777");
  const plain = { project: fc.constant("shop"), service: fc.constant("app"), kind, path, sha256: hash, mode };
  const owner = fc.constantFrom("root:root", "web-1:web_2");
  return fc.oneof(
    fc.record(plain),
    fc.record({ ...plain, owner }),
    fc.record({ ...plain, owner, secret: fc.constant(true as const) }),
  );
}
