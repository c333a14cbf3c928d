/**
 * The history on the real command line: every apply is in it, and whatever is wrong with it, an apply ends as
 * it would without.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { writeHistory } from "../../../src/store/open-history.ts";
import { putRun } from "../../../src/store/run-store.ts";
import { openSqlite } from "../../../src/store/sqlite.ts";
import { recordedHost, recordedRun } from "../../core/history/sample-runs.ts";
import { CANARY, type CliRun, makeProject, runCli } from "../run-cli.ts";

let project: Awaited<ReturnType<typeof makeProject>>;
let state = "";
beforeAll(async () => {
  project = await makeProject(1);
  state = join(project.folder, "state");
});
beforeEach(() => rmSync(state, { recursive: true, force: true }));
afterAll(() => project.remove());

const database = (): string => join(state, "svcdeploy/history.db");
const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
  runCli(project.folder, words, { XDG_STATE_HOME: state, COLUMNS: "80", ...more });
const apply = (more: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
  run(["apply", "--env", "prod", "--yes"], more);

/** Runs that were not made by the command line. */
function remember(...ids: readonly string[]): void {
  const now = Date.now();
  for (const id of ids) {
    const kept = recordedRun(id, [recordedHost("web1")], { project: "tried", startedAt: now });
    writeHistory(database(), now, (open) => putRun(open, kept, now));
  }
}

test("an apply is in the history, however it ended, and can be shown; no secret is", async () => {
  const applied = await apply();
  expect({ code: applied.code, stderr: applied.stderr }).toEqual({ code: 4, stderr: "" });
  const listed = await run(["history"]);
  expect(listed).toMatchObject({ code: 0, stderr: "" });
  const [, id = ""] =
    /^([0-9a-f]{8}) {2}\d\d:\d\d, just now +\S+ +prod +apply +web1 unreachable$/m.exec(listed.stdout) ?? [];
  const shown = await run(["show", id]);
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  for (const words of [
    "svcdeploy apply --env prod --yes",
    "exit 4: no host was reached",
    "web1: unreachable",
    "connection refused",
  ])
    expect(shown.stdout).toContain(words);
  expect(JSON.parse((await run(["history", "--output", "json"])).stdout)).toMatchObject({
    schema: "svcdeploy.history/1",
    project: "tried",
    runs: [
      {
        run: expect.stringContaining(id),
        exitCode: 4,
        hosts: [{ host: "web1", status: "unreachable", word: "nothing" }],
      },
    ],
  });
  expect(JSON.parse((await run(["show", id, "--output", "json"])).stdout)).toMatchObject({
    schema: "svcdeploy.show/1",
  });
  expect((await run(["show", id, "--output", "markdown"])).stdout).toContain(`### svcdeploy run ${id}`);
  expect(readFileSync(database()).includes(CANARY)).toBe(false);
});

test("what an apply of someone else's project left is not mixed in; outside a project all of it is shown", async () => {
  await apply();
  const now = Date.now();
  writeHistory(database(), now, (open) =>
    putRun(open, recordedRun("abcd", [recordedHost("web1")], { startedAt: now }), now),
  );
  expect((await run(["history"])).stdout).not.toContain("abcd0000");
  const elsewhere = await runCli("/", ["history"], { XDG_STATE_HOME: state });
  expect(elsewhere.stdout).toContain("abcd0000");
  expect(elsewhere.stdout).toContain("tried");
});

test("plan, verify and drift are not kept", async () => {
  for (const command of ["plan", "verify", "drift"]) await run([command, "--env", "prod"]);
  expect(existsSync(state)).toBe(false);
});

test("hosts that cannot be asked: what is recorded here is shown, and the exit code says that no one was", async () => {
  remember("abcdef01");
  const asked = await run(["history", "--env", "prod"]);
  expect(asked).toMatchObject({ code: 4, stderr: "" });
  expect(asked.stdout).toContain("web1 changed");
  expect(asked.stdout).toContain("no answer: web1");
  expect(asked.stdout).toContain("0 of 1 host answered");
  const shown = await run(["show", "abcdef01", "--env", "prod"]);
  expect(shown.code).toBe(4);
  expect(shown.stdout).toContain("as recorded here; the host did not answer");
  expect(await run(["history", "--env", "prod", "--local"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("as recorded on this machine"),
  });
});

const LOST = "This run was not recorded in the history: ";
test.each([
  ["the folder cannot be made", () => writeFileSync(state, ""), "cannot be written (", "XDG_STATE_HOME"],
  [
    "it was made by a newer svcdeploy",
    () => {
      remember("abcdef01");
      const open = openSqlite(database());
      open.exec("PRAGMA user_version = 99");
      open.close();
    },
    "was made by a newer svcdeploy (schema 99",
    "update svcdeploy",
  ],
  [
    "it is a folder",
    () => mkdirSync(database(), { recursive: true }),
    "cannot be written (EISDIR)",
    "XDG_STATE_HOME",
  ],
])("%s: one line says so, the apply ends as it would", async (_, prepare, what, next) => {
  prepare();
  const applied = await apply();
  expect(applied.code).toBe(4);
  expect(applied.stdout).toContain("1 unreachable.");
  expect(applied.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(applied.stderr).toContain(LOST);
  expect(applied.stderr).toContain(what);
  expect(applied.stderr).toContain(next);
  rmSync(state, { recursive: true, force: true });
});

test("a folder in which nothing can be made, not even by root", async () => {
  expect((await apply({ XDG_STATE_HOME: "/proc/none" })).stderr).toContain(LOST);
});

test("damaged: moved aside with one line, and the run is in the new one", async () => {
  mkdirSync(join(state, "svcdeploy"), { recursive: true });
  writeFileSync(database(), "no database at all, but long enough to be taken for one".repeat(100));
  const read = await run(["history"]);
  expect(read).toMatchObject({ code: 1, stdout: expect.stringContaining("is damaged") });
  const applied = await apply();
  expect({ code: applied.code, lines: applied.stderr.trimEnd().split("\n").length }).toEqual({
    code: 4,
    lines: 1,
  });
  expect(applied.stderr).toContain("The history was damaged; it is kept as ");
  expect(
    readdirSync(join(state, "svcdeploy")).filter((name) => name.startsWith("history.db.damaged-")),
  ).toHaveLength(1);
  expect((await run(["history"])).stdout).toContain("1 run of tried");
});

test("an account that keeps nothing: no history, no word about it, and no failure", async () => {
  const nowhere = { XDG_STATE_HOME: "", HOME: "/nonexistent" };
  expect(await apply(nowhere)).toMatchObject({ code: 4, stderr: "" });
  expect(await run(["history"], nowhere)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("there is no folder for one"),
  });
  expect(existsSync("/nonexistent")).toBe(false);
});

test("three applies at once are all there", async () => {
  expect((await Promise.all([apply(), apply(), apply()])).map(({ code, stderr }) => [code, stderr])).toEqual([
    [4, ""],
    [4, ""],
    [4, ""],
  ]);
  expect(JSON.parse((await run(["history", "--output", "json"])).stdout).runs).toHaveLength(3);
});

test.each([
  [["show"], "show needs a run"],
  [["show", "xyz"], '"xyz" is not a run\'s id'],
  [["show", "abcde"], "give at least its first six hex digits"],
  [["show", "ffffff"], "No run starts with ffffff: this machine has no record of it, and no host was asked"],
  [["show", "ABCDEF"], "2 runs start with abcdef:\n    abcdef01"],
  [["history", "--since", "soon"], '--since "soon" is neither a span nor a date'],
  [["history", "--since", "5"], "neither a span nor a date"],
  [["history", "--since", "2026-13-45"], "neither a span nor a date"],
  [["history", "--count", "0"], "--count takes a number from 1"],
  [["history", "--limit", "web"], "Add --env E without --local, or use --host NAME"],
  [["show", "abcdef01", "--limit", "web"], "--limit selects hosts of an environment"],
  [["history", "--service", "wbe"], 'did you mean "web"?'],
  [["history", "--env", "prod", "--host", "web9"], "--host web9: no such host"],
  [["history", "--env", "prd"], 'There is no environment "prd"'],
] as const)("%j: 64 and what to do", async (words, wanted) => {
  remember("abcdef01", "abcdef02");
  const refused = await run(words);
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 64, stdout: "" });
  expect(refused.stderr.replaceAll(/\n(?! {4})/g, " ")).toContain(wanted);
});

test("--since, --count, --host and --service pick out", async () => {
  remember("abcdef01", "abcdef02");
  const count = async (...words: readonly string[]): Promise<number> =>
    JSON.parse((await run(["history", "--output", "json", ...words])).stdout).runs.length;
  expect(await count()).toBe(2);
  expect(await count("--since", "1h")).toBe(2);
  expect(await count("--since", "2099-01-01 10:00")).toBe(0);
  expect(await count("--count", "1")).toBe(1);
  expect(await count("--host", "web1", "--service", "web")).toBe(2);
  expect(await count("--host", "web2")).toBe(0);
});
