/** Which runs were asked for. */
import { expect, test } from "vitest";
import { mergeHistory } from "../../../src/core/history/merge-history.ts";
import { type RunFilter, runsByPrefix, selectRuns } from "../../../src/core/history/select-runs.ts";
import { recordedHost, recordedRun } from "./sample-runs.ts";

const runs = mergeHistory(
  [
    recordedRun("aaaa", [recordedHost("web1"), recordedHost("db1", { services: ["db"] })], {
      startedAt: 3000,
    }),
    recordedRun("aabb", [recordedHost("web1")], { startedAt: 2000, environment: "test" }),
    recordedRun("cccc", [], { startedAt: 1000, project: "other", selected: [] }),
  ],
  [],
);
const all: RunFilter = { project: null, environment: null, hosts: null, services: [], since: null };
const found = (filter: Partial<RunFilter>): readonly string[] =>
  selectRuns(runs, { ...all, ...filter }).map(
    ({ id, hosts }) => `${id.slice(0, 4)} ${hosts.map(({ host }) => host).join(",")}`,
  );

test.each([
  ["everything", {}, ["aaaa web1,db1", "aabb web1", "cccc "]],
  ["a project", { project: "shop" }, ["aaaa web1,db1", "aabb web1"]],
  ["an environment", { environment: "test", project: "shop" }, ["aabb web1"]],
  ["hosts", { hosts: new Set(["db1"]) }, ["aaaa db1"]],
  ["services", { services: ["db", "x"] }, ["aaaa db1"]],
  ["a time", { since: 2000 }, ["aaaa web1,db1", "aabb web1"]],
] as const)("%s", (_, filter, wanted) => {
  expect(found(filter)).toEqual(wanted);
});

test("a run whose environment or time no one recorded is not hidden", () => {
  const old = runs.map((run) => ({ ...run, environment: null, at: null }));
  expect(selectRuns(old, { ...all, environment: "prod", since: 5000 })).toHaveLength(3);
});

test("a host told the environment's name as one word", () => {
  const told = runs.map((run) => ({ ...run, environment: "prod_eu", here: null }));
  expect(selectRuns(told, { ...all, environment: "prod eu" })).toHaveLength(3);
  expect(
    selectRuns(
      runs.map((run) => ({ ...run, environment: "prod_eu" })),
      { ...all, environment: "prod eu" },
    ),
  ).toEqual([]);
});

test("by the first digits", () => {
  expect(runsByPrefix(runs, "aaaa").length).toBe(1);
  expect(runsByPrefix(runs, "aa").length).toBe(2);
  expect(runsByPrefix(runs, "f")).toEqual([]);
});
