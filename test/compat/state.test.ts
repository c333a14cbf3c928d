/** What 0.1 kept on its controller is read by this version; the JSON Schemas take what they took. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSavedPlan } from "../../src/core/config/saved-plan.ts";
import { parseState } from "../../src/core/drift/heal-state.ts";
import { contentDifferences } from "../../src/core/plan/saved-content.ts";
import { unsealSavedPlan } from "../../src/core/plan/saved-plan.ts";
import { loadProject } from "../../src/project/load.ts";
import { readPlanKey } from "../../src/project/plan-key.ts";
import { buildTargets } from "../../src/project/targets.ts";
import { readTold } from "../../src/store/told-state.ts";
import { runCli } from "../cli/run-cli.ts";
import { narrowings } from "./narrowings.ts";
import { RECORDED, RECORDED_ENV, readFacts, unpackState } from "./recording.ts";

const state = unpackState();
const schemas = mkdtempSync(join(tmpdir(), "svcdeploy-recorded-schemas-"));
execFileSync("tar", ["-xzf", join(RECORDED, "schemas.tar.gz"), "-C", schemas]);
afterAll(() => {
  for (const folder of [state, schemas]) rmSync(folder, { recursive: true, force: true });
});

/** The only folder of drift that has this file. */
function driftFolder(file: string): string {
  const drift = join(state, "svcdeploy/drift");
  const folders = readdirSync(drift).filter((name) => readdirSync(join(drift, name)).includes(file));
  expect(folders).toHaveLength(1);
  return join(drift, folders[0] ?? "");
}

test("the history: every run with its hosts and its end", async () => {
  const { code, stdout, stderr } = await runCli(state, ["history", "--output", "json"], {
    XDG_STATE_HOME: state,
  });
  expect([code, stderr]).toEqual([0, ""]);
  const { runs }: { runs: readonly { command: string; exitCode: number; hosts: readonly object[] }[] } =
    JSON.parse(stdout);
  expect(runs.map(({ command, exitCode }) => [command.split(" ")[0], exitCode])).toEqual([
    ["apply", 0],
    ["heal", 0],
    ["apply", 0],
  ]);
  for (const { hosts } of runs)
    expect(hosts).toMatchObject([{ host: "h1", status: "changed", services: ["web", "worker"] }]);
});

test("what a receiver was told last", async () => {
  const told = await readTold(driftFolder("told.json"));
  expect([...told.values()]).toEqual([
    { name: "drift", digest: expect.stringMatching(/^[0-9a-f]{64}$/), since: expect.stringMatching(/Z$/) },
  ]);
});

test("what healing remembers", () => {
  const remembered = parseState(readFileSync(join(driftFolder("heal.json"), "heal.json"), "utf8"));
  expect(remembered?.heals).toEqual([{ host: "h1", service: "web", at: expect.any(Number) }]);
  expect(remembered?.seen.size).toBe(1);
});

test("a saved plan is still what the project comes to", async () => {
  const root = join(state, "project");
  cpSync(new URL("project", import.meta.url), root, { recursive: true });
  mkdirSync(join(root, "inventory"));
  const { systemd } = readFacts();
  writeFileSync(join(root, "inventory/test.yaml"), `hosts: { h1: { systemd: ${systemd} } }\n`);
  const key = await readPlanKey({ XDG_STATE_HOME: state }, "refuse");
  const file = join(RECORDED, "plan.json");
  const saved = readSavedPlan(unsealSavedPlan(readFileSync(file, "utf8"), file, key), file);
  const differences = async (set: readonly string[]): Promise<readonly string[]> => {
    const project = await loadProject(root, saved.environment, { set, valuesFiles: [] });
    const rendered = await buildTargets(project, { limit: null, services: [] });
    return contentDifferences(saved, rendered, key);
  };
  Object.assign(process.env, RECORDED_ENV);
  expect(await differences(saved.selection.set)).toEqual([]);
  expect(await differences([])).toContain("h1: file:/etc/web/web.conf is something else now");
});

test.each(["project", "inventory", "playbook", "service"])(
  "every %s file that was valid is valid",
  (kind) => {
    const read = (folder: string): unknown =>
      JSON.parse(readFileSync(join(folder, `${kind}.schema.json`), "utf8"));
    const now = read(new URL("../../schemas", import.meta.url).pathname);
    expect(narrowings(read(join(schemas, "schemas")), now)).toEqual([]);
  },
);

test.each([
  ["a key that is no longer there", { properties: { a: {}, b: {} } }, { properties: { a: {} } }],
  ["a key that has become needed", { required: ["a"] }, { required: ["a", "b"] }],
  ["a word that is no longer taken", { enum: ["on", "off"] }, { enum: ["on"] }],
  ["a type that is no longer taken", { type: ["string", "number"] }, { type: "string" }],
  ["a new bound", {}, { minimum: 1 }],
  ["a tighter bound", { maximum: 9 }, { maximum: 8 }],
  ["another pattern", { pattern: "^a" }, { pattern: "^ab" }],
  ["one of several forms", { anyOf: [{ type: "string" }, { type: "null" }] }, { anyOf: [{ type: "null" }] }],
  ["unknown keys", {}, { additionalProperties: false }],
  [
    "deep inside",
    { $defs: { a: { items: { minLength: 1 } } } },
    { $defs: { a: { items: { minLength: 2 } } } },
  ],
])("narrower: %s", (_what, before, now) => {
  expect(narrowings(before, now)).toHaveLength(1);
  expect(narrowings(before, before)).toEqual([]);
});

test.each([
  ["a new key", { properties: { a: {} } }, { properties: { a: {}, b: { type: "string" } } }],
  ["words of explanation", { description: "old" }, { description: "new", title: "x" }],
  ["a new word", { enum: ["on"] }, { enum: ["on", "off"] }],
  ["a new form", { anyOf: [{ type: "string" }] }, { anyOf: [{ type: "null" }, { type: "string" }] }],
  ["a bound that is gone", { minimum: 1, required: ["a"] }, {}],
])("as wide or wider: %s", (_what, before, now) => {
  expect(narrowings(before, now)).toEqual([]);
});
