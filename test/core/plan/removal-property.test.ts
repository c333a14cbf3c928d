/**
 * Whatever blocks services lose or gain, and whichever service leaves: after one apply nothing is pending,
 * and nothing is left that is ours and undeclared.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Observation } from "../../../src/core/model/observation.ts";
import type { HostTarget, Resource } from "../../../src/core/model/resource.ts";
import { manifestEntry } from "../../../src/core/plan/manifest.ts";
import { entryKey } from "../../../src/core/plan/orphans.ts";
import { makePlan } from "../../../src/core/plan/plan.ts";
import { makeObservation, makeResource, makeTarget } from "./host-builder.ts";
import { applyPlan } from "./simulated-host.ts";

const folder = "/etc/systemd/system";
const SERVICES = ["api", "job", "web"];

/** What a block of a service brings; the slice is shared by all. */
const BLOCKS: Readonly<Record<string, (service: string) => readonly Resource[]>> = {
  timer: (service) => [
    makeResource({
      kind: "file",
      role: "unit",
      service,
      path: `${folder}/${service}-t.timer`,
      content: `timer of ${service}`,
    }),
    makeResource({
      kind: "link",
      service,
      path: `${folder}/timers.target.wants/${service}-t.timer`,
      target: `${folder}/${service}-t.timer`,
    }),
    makeResource({ kind: "unit", service, unit: `${service}-t.timer` }),
  ],
  slice: (service) => [
    makeResource({ kind: "file", role: "unit", service, path: `${folder}/shared.slice`, content: "shared" }),
    makeResource({ kind: "unit", service, unit: "shared.slice", running: false }),
  ],
  conf: (service) => [
    makeResource({ kind: "file", service, path: `/etc/${service}.conf`, content: service }),
  ],
  secret: (service) => [
    makeResource({
      kind: "file",
      service,
      role: "environment",
      path: `/etc/${service}.env`,
      content: service,
      secret: true,
    }),
  ],
  data: (service) => [makeResource({ kind: "directory", service, path: `/var/lib/${service}` })],
};

type Declared = Readonly<Record<string, readonly string[]>>;

function targetOf(declared: Declared): HostTarget {
  const all = Object.entries(declared).flatMap(([service, blocks]) => [
    makeResource({
      kind: "file",
      role: "unit",
      service,
      path: `${folder}/${service}.service`,
      content: service,
    }),
    makeResource({ kind: "unit", service, unit: `${service}.service` }),
    ...blocks.flatMap((block) => BLOCKS[block]?.(service) ?? []),
  ]);
  const resources = [...new Map(all.map((resource) => [resource.id, resource])).values()];
  const owners = new Map(
    [...Map.groupBy(all, ({ id }) => id)].map(([id, same]) => [id, same.map(({ service }) => service)]),
  );
  const target = makeTarget(all);
  const keys = new Set(resources.map((resource) => entryKey(manifestEntry(target.project, resource))));
  const removal = { pruning: "everything", declared: keys, earlier: [] } as const;
  return { ...target, resources, owners, declared: Object.keys(declared), removal };
}

function applied(target: HostTarget, host: Observation): Observation {
  const plan = makePlan(target, host);
  expect(plan.notices.filter(({ severity }) => severity === "error")).toEqual([]);
  return applyPlan(plan, target, host);
}

const blocks = fc.subarray(Object.keys(BLOCKS));
const declaration = fc
  .subarray(SERVICES, { minLength: 1 })
  .chain((names) =>
    fc
      .tuple(...names.map(() => blocks))
      .map((each): Declared => Object.fromEntries(names.map((name, index) => [name, each[index] ?? []]))),
  );

test("one apply is enough, and removes what no one declares, and only that", () => {
  fc.assert(
    fc.property(fc.array(declaration, { minLength: 2, maxLength: 4 }), (versions) => {
      const everything = Object.fromEntries(SERVICES.map((name) => [name, Object.keys(BLOCKS)]));
      let host = makeObservation(
        { paths: { "/var/lib/foreign": { content: "theirs" } } },
        targetOf(everything).resources,
      );
      for (const version of versions) {
        const target = targetOf(version);
        host = applied(target, host);
        expect(makePlan(target, host)).toMatchObject({
          changes: [],
          actions: [],
          manifests: [],
          records: [],
          orphans: [],
          notices: [],
        });
        const wanted = new Set(
          target.resources.map((resource) => entryKey(manifestEntry(target.project, resource))),
        );
        expect(host.manifest.filter((entry) => !wanted.has(entryKey(entry)))).toEqual([]);
        const files = targetOf(everything).resources.flatMap((resource) =>
          resource.kind === "file" || resource.kind === "link" ? [resource.path] : [],
        );
        expect(
          files.filter(
            (path) => host.paths.has(path) && !wanted.has(`file ${path}`) && !wanted.has(`link ${path}`),
          ),
        ).toEqual([]);
        expect(host.paths.has("/var/lib/foreign")).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});
