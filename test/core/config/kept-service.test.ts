/**
 * What a host keeps of a service comes back as it was, for every service of the demo, the workshop and the
 * fixture; what a host could make of it does not.
 */
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import { readKeptService } from "../../../src/core/config/kept-service.ts";
import type { HostTarget, KeptService } from "../../../src/core/model/resource.ts";
import { formatKeptService, isSameService, keptService } from "../../../src/core/plan/kept-service.ts";
import { rebuildResource } from "../../../src/core/rollback/rebuild.ts";
import { isField } from "../../../src/host/frames.ts";
import { loadProject } from "../../../src/project/load.ts";
import { buildTargets, STAND_INS } from "../../../src/project/targets.ts";
import { SHOP } from "../../project/project-copy.ts";
import { makeWorkshop } from "../../support/workshop.ts";

const workshop = makeWorkshop([]);
workshop.write(
  "inventory/test.yaml",
  "defaults: { user: root, become: none, systemd: 247 }\nhosts:\n  h1: { address: 127.0.0.1 }\n  h2: { address: 127.0.0.2 }\n",
);
afterAll(workshop.remove);

const demo = join(SHOP, "../../../../playbooks/demo");

async function targetsOf(root: string, environment: string): Promise<readonly HostTarget[]> {
  const project = await loadProject(root, environment, { set: [], valuesFiles: [] });
  return (await buildTargets(project, { limit: null, services: [] }, STAND_INS)).plays.flatMap(
    ({ targets }) => targets,
  );
}

describe.each([
  ["the demo's staging", demo, "staging"],
  ["the demo's prod", demo, "prod"],
  ["the workshop", workshop.folder, "test"],
  ["the fixture", SHOP, "prod"],
])("%s", (_name, root, environment) => {
  test("every service is read as it was written, and rebuilt with its contents", async () => {
    vi.stubEnv("SVCDEPLOY_TEST_KEY", "key-canary");
    const targets = await targetsOf(root, environment);
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) {
      const contents = new Map(
        target.resources.flatMap((each) =>
          each.kind === "file" ? [[each.sha256, each.content] as const] : [],
        ),
      );
      for (const service of target.services) {
        const kept = keptService(target, service);
        const read = readKeptService(formatKeptService(kept), service.name);
        expect(read).toEqual({ ok: true, kept });
        const own = target.resources.filter(({ id }) => target.owners.get(id)?.includes(service.name));
        const wanted = own.map((each) => {
          const { shown: _lines, ...kept } = { shown: null, ...each };
          return { ...kept, service: service.name, ...(each.kind === "release" ? { source: null } : {}) };
        });
        expect(kept.resources.map((each) => rebuildResource(each, contents))).toEqual(wanted);
      }
    }
  });

  test("no file's content stands in it", async () => {
    for (const target of await targetsOf(root, environment)) {
      for (const service of target.services) {
        const text = formatKeptService(keptService(target, service));
        expect(text).not.toContain("content");
        expect(text).not.toContain("stand-in");
      }
    }
  });
});

const sample: KeptService = {
  service: "web",
  play: "site",
  version: "1.0",
  secrets: ["TOKEN"],
  health: [],
  settleSeconds: 3,
  resources: [
    {
      kind: "file",
      id: "file:/etc/web/web.conf",
      service: "web",
      role: "config",
      path: "/etc/web/web.conf",
      mode: "644",
      owner: "root",
      group: "root",
      sha256: "0".repeat(64),
      secret: false,
      onChange: "reload",
    },
    {
      kind: "link",
      id: "link:/opt/web/current",
      service: "web",
      role: "current",
      path: "/opt/web/current",
      target: "releases/1.0",
    },
  ],
};
const text = formatKeptService(sample);

test.each([
  ["another schema", text.replace("target/1", "target/2"), "another version"],
  ["no JSON", text.slice(0, -9), "another version"],
  ["an unknown key", text.replace('"play"', '"more":1,"play"'), "is not valid"],
  [
    "a path that leaves its folder",
    text.replaceAll("/etc/web/web.conf", "/etc/web/../shadow"),
    "resources.0.path",
  ],
  ["a path with a blank", text.replaceAll("/etc/web/web.conf", "/etc/web/a b"), "resources.0.path"],
  [
    "an id that is not the path's",
    text.replace("file:/etc/web/web.conf", "file:/etc/shadow"),
    "not about web",
  ],
  [
    "another service's resource",
    text.replace('"service":"web","role":"config"', '"service":"api","role":"config"'),
    "not about web",
  ],
  ["an escape sequence in the play's name", text.replace('"site"', '"\\u001b[31m"'), "play"],
  ["an owner with a shell's characters", text.replace('"owner":"root"', '"owner":"root;reboot"'), "owner"],
  ["a mode that is none", text.replace('"644"', '"u+s"'), "mode"],
])("a host's %s is refused", (_name, tampered, reason) => {
  expect(tampered).not.toBe(text);
  expect(readKeptService(tampered, "web")).toEqual({ ok: false, reason: expect.stringContaining(reason) });
});

test("whatever a host makes of it, it is refused or every path and name may stand in a line to a script", () => {
  const pieces = fc.array(
    fc.tuple(fc.nat(text.length), fc.nat(4), fc.string({ unit: "binary", maxLength: 6 })),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(pieces, (cuts) => {
      const tampered = cuts.reduce(
        (all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length),
        text,
      );
      const read = readKeptService(tampered, "web");
      if (!read.ok) return;
      for (const resource of read.kept.resources) {
        if ("path" in resource) expect(isField(resource.path)).toBe(true);
        if ("owner" in resource)
          expect([isField(resource.owner), isField(resource.group), isField(resource.mode)]).toEqual([
            true,
            true,
            true,
          ]);
        if (resource.kind === "link") expect(isField(resource.target)).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test("only what the host would be counts as different", () => {
  expect(isSameService(sample, { ...sample, settleSeconds: 9, play: "other", version: null })).toBe(true);
  const unit = {
    kind: "unit",
    id: "unit:web.service",
    service: "web",
    unit: "web.service",
    path: "/etc/systemd/system/web.service",
  } as const;
  const digests = {
    restartInputs: {},
    reloadInputs: {},
    restartDigest: "1",
    reloadDigest: "2",
    inputPaths: [],
    canReload: false,
  } as const;
  const started = (after: readonly string[], startTimeoutSeconds: number): KeptService => ({
    ...sample,
    resources: [
      {
        ...unit,
        ...digests,
        running: true,
        after,
        startTimeoutSeconds,
        stopTimeoutSeconds: 1,
        type: "notify",
      },
    ],
  });
  expect(isSameService(started(["db.service"], 1), started([], 1))).toBe(true);
  expect(isSameService(started([], 1), started([], 2))).toBe(false);
  const [file, link] = sample.resources;
  expect(
    isSameService(sample, { ...sample, resources: [link, file].filter((each) => each !== undefined) }),
  ).toBe(true);
  expect(isSameService(sample, { ...sample, resources: file === undefined ? [] : [file] })).toBe(false);
});
