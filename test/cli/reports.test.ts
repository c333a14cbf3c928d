/**
 * --report on the real command line: written however the run ends, refused before anything is done, and free
 * of secrets.
 */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPORT_KINDS } from "../../src/report/files/report-kinds.ts";
import { CANARY, makeProject, runCli } from "./run-cli.ts";

let project: Awaited<ReturnType<typeof makeProject>>;
let out = "";
beforeAll(async () => {
  project = await makeProject(1);
  out = join(project.folder, "out");
  await mkdir(out);
});
afterAll(() => project.remove());

const orders = (): readonly string[] => ["--report", ...REPORT_KINDS.map((kind) => `${kind}=out/${kind}`)];
const read = (kind: string): Promise<string> => readFile(join(out, kind), "utf8");

test.each([["plan"], ["apply", "--yes"], ["verify"], ["drift"]])(
  "%s of an unreachable host writes every report, and none holds the secret",
  async (...words) => {
    const run = await runCli(project.folder, [...words, "--env", "prod", ...orders()], {
      GITHUB_ACTIONS: "true",
    });
    expect(run.code).toBe(4);
    expect((await readdir(out)).sort()).toEqual([...REPORT_KINDS].sort());
    for (const kind of REPORT_KINDS) {
      expect(await read(kind)).not.toContain(CANARY);
      expect(await read(kind)).not.toContain(JSON.stringify(CANARY).slice(1, -1));
    }
    expect(JSON.parse(await read("json"))).toMatchObject({
      schema: "svcdeploy.run/1",
      command: words[0],
      project: "tried",
      commit: "none",
      exitCode: 4,
    });
    expect(await read("junit")).toContain('errors="1"');
    expect(await read("prometheus")).toContain('svcdeploy_run_exit_code{command="');
    expect(run.stdout).toMatch(
      /^::error (?:file=inventory\/prod\.yaml,line=2,col=\d+,)?title=web1%3A (?:unreachable|not )/m,
    );
    await rm(out, { recursive: true });
    await mkdir(out);
  },
);

test("a report that cannot be written is refused before anything is looked at", async () => {
  const run = await runCli(project.folder, ["plan", "--env", "prod", "--report", "junit=nowhere/a.xml"]);
  expect(run).toMatchObject({ code: 64, stdout: "" });
  expect(run.stderr).toContain("does not exist");
});

test("an unknown kind, no file, one file twice", async () => {
  const tryOut = (...words: readonly string[]) =>
    runCli(project.folder, ["plan", "--env", "prod", "--report", ...words]);
  expect((await tryOut("jnit=a.xml")).stderr).toContain("Did you mean junit?");
  expect((await tryOut("junit")).stderr).toContain("KIND=FILE");
  expect((await tryOut("junit=a", "markdown=./a")).stderr).toContain("twice");
});

test("annotations leave JSON on standard output alone", async () => {
  const words = ["plan", "--env", "prod", "--output", "json", "--report", "github=out/summary.md"];
  const run = await runCli(project.folder, words, { GITHUB_ACTIONS: "true" });
  JSON.parse(run.stdout);
  expect(run.stderr).toMatch(/^::error /m);
  expect((await runCli(project.folder, words)).stderr).not.toContain("::error");
});
