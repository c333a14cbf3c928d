/** Merging the resources of several services on one host. */
import { describe, expect, test } from "vitest";
import { ConfigError, type Problem } from "../../../src/core/errors.ts";
import type { Resource } from "../../../src/core/model/resource.ts";
import { mergeResources } from "../../../src/core/render/merge-resources.ts";
import { renderService } from "../../../src/core/render/render.ts";
import { makeHost, makeService, type ShortService } from "../../golden/make-service.ts";

function render(short: ShortService): readonly Resource[] {
  const inputs = { env: "prod", values: {}, secrets: new Map(), files: new Map(), artifact: null };
  return renderService(makeService({ service: { ExecStart: "/bin/x" }, ...short }), makeHost(), inputs);
}

const merge = (shorts: readonly ShortService[]): readonly Resource[] =>
  mergeResources(shorts.map(render), shorts.map(makeService));

function problemsOf(shorts: readonly ShortService[]): readonly Problem[] {
  try {
    merge(shorts);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const messagesOf = (shorts: readonly ShortService[]): readonly string[] =>
  problemsOf(shorts).map(({ message }) => message);

const slice = { name: "shared", directives: { MemoryMax: "1G" } };
const account = { user: "app", group: "app", groups: [], home: "/nonexistent" };

describe("mergeResources", () => {
  test("keeps one of what two services declare alike, whichever comes first", () => {
    const services = [
      { name: "b", slice, account },
      { name: "a", slice, account, environment: { A: "b" } },
    ];
    const merged = merge(services);
    expect(merge(services.toReversed())).toEqual(merged);
    expect(new Set(merged.map((resource) => resource.id)).size).toBe(merged.length);
    expect(
      merged.filter((resource) => resource.id.includes("shared.slice")).map((resource) => resource.service),
    ).toEqual(["a", "a"]);
  });

  test("orders by kind, and slices before services", () => {
    const kinds = merge([{ name: "a", slice, account, environment: { A: "b" } }]).map(
      (resource) => resource.kind,
    );
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
      "account",
      "directory",
      "file",
      "link",
      "unit",
    ]);
    const units = merge([{ name: "a", slice }]).filter((resource) => resource.kind === "unit");
    expect(units.map((unit) => unit.unit)).toEqual(["shared.slice", "a.service"]);
  });

  test("keeps in `after` only units that are there", () => {
    const after = { After: ["b.service network.target", "gone.service"] };
    const merged = merge([{ name: "a", unit: after, slice }, { name: "b" }]);
    expect(merged.find((resource) => resource.id === "unit:a.service")).toMatchObject({
      after: ["shared.slice", "b.service"],
    });
  });

  test.each([
    ["b.service", ["dropins: b.service is a unit of this project"]],
    ["t@one.service", ["dropins: t@one.service is a unit of this project"]],
    ["t@later.service", ["dropins: t@later.service is a unit of this project"]],
    ["u@one.service", []],
  ])("a drop-in for %s", (unit, messages) => {
    const place = { file: "services/a.yaml", line: 1, column: 1 };
    const instances = [{ name: "one", escaped: "one", unit: "t@one.service", place }];
    const sections = [{ name: "Service", directives: [{ name: "LimitNOFILE", value: "1", place }] }];
    const own = { file: "services/a.yaml", line: 7, column: 5 };
    const dropIns = [{ unit, name: "x", sections, onChange: "none", place: own } as const];
    const problems = problemsOf([{ name: "a", dropIns }, { name: "b" }, { name: "t", instances }]);
    expect(problems).toMatchObject(messages.map((message) => ({ message, place: own })));
  });

  test("names both services when they contradict each other", () => {
    const other = { name: "shared", directives: { MemoryMax: "2G" } };
    expect(
      messagesOf([
        { name: "a", slice },
        { name: "b", slice: other },
      ]),
    ).toEqual([
      "Services a and b both declare file /etc/systemd/system/shared.slice, and differently: content",
    ]);
    const directory = (mode: string) => [{ path: "/srv/x", mode, owner: "root", group: "root" }];
    expect(
      messagesOf([
        { name: "a", directories: directory("0755") },
        { name: "b", directories: directory("0700") },
      ]),
    ).toEqual(["Services a and b both declare directory /srv/x, and differently: mode"]);
    expect(
      messagesOf([
        { name: "a", account },
        { name: "b", account: { ...account, groups: ["adm"] } },
      ]),
    ).toEqual(["Services a and b both declare account app, and differently: groups"]);
  });

  test("lets a folder that one service declares win over the parent that another only needs", () => {
    const files = [{ path: "/etc/shop/a.conf", from: { kind: "content" as const, content: "" } }];
    const directories = [{ path: "/etc/shop", mode: "0700", owner: "root", group: "root" }];
    const needing = { name: "a", files };
    const declaring = { name: "b", directories };
    expect(messagesOf([needing, declaring])).toEqual([]);
    expect(messagesOf([declaring, { ...needing, name: "c" }])).toEqual([]);
  });

  test("knows that a path is one thing only", () => {
    const files = [{ path: "/srv/x", from: { kind: "content" as const, content: "" } }];
    const directories = [{ path: "/srv/x", mode: "0755", owner: "root", group: "root" }];
    expect(
      messagesOf([
        { name: "a", files },
        { name: "b", directories },
      ]),
    ).toEqual(["Services a and b both declare directory /srv/x, and differently: file and directory"]);
  });

  test("renderService itself refuses one path twice", () => {
    const files = ["x", "y"].map((content) => ({
      path: "/srv/x",
      from: { kind: "content" as const, content },
    }));
    expect(messagesOf([{ name: "a", files }])).toEqual([
      "Service a declares twice file /srv/x, and differently: content",
    ]);
  });
});
