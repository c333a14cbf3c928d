/** install-timer on the real command line, as far as it changes nothing on this machine. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../support/dist.ts";
import { makeProject, runCli } from "../run-cli.ts";

let project: Awaited<ReturnType<typeof makeProject>>;
beforeAll(async () => {
  project = await makeProject(1);
  await writeFile(join(project.folder, "notify.key"), "k".repeat(32), { mode: 0o600 });
  await writeFile(join(project.folder, "env"), "TOKEN=x\n", { mode: 0o600 });
});
afterAll(() => project.remove());

const install = (...words: readonly string[]) =>
  runCli(project.folder, ["install-timer", "--env", "prod", "--env-file", "env", ...words]);

test("a crontab line: everything absolute, nothing relied on, passed on as given", async () => {
  const passed = [
    "--limit",
    "web*",
    "--set",
    "seconds=5",
    "--identity",
    "key.pem",
    "--notify",
    "https://hooks.example.org/x",
    "--notify-key",
    "notify.key",
  ];
  const run = await install("--crontab", "--every", "1h", ...passed);
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const line = run.stdout.split("\n").find((text) => !text.startsWith("#")) ?? "";
  expect(line).toMatch(/^\d+ \* \* \* \* \//);
  for (const word of [
    `${process.execPath} --disable-warning=ExperimentalWarning --env-file=${project.folder}/env `,
    `${main} drift --cron --env=prod --project=${project.folder} `,
    "'--limit=web*' --set=seconds=5 ",
    `--identity=${project.folder}/key.pem --notify=https://hooks.example.org/x --notify-key=${project.folder}/notify.key `,
    ` --state=${project.folder}/.local/state/svcdeploy --timeout=600s`,
  ])
    expect(line).toContain(word);
  expect((await install("--crontab", "--every", "1h", ...passed)).stdout).toBe(run.stdout);
});

test("the units, printed and written", async () => {
  const printed = await install(
    "--print",
    "--every",
    "7min",
    "--timeout",
    "1min",
    "--prometheus",
    "/run/drift.prom",
  );
  expect(printed).toMatchObject({ code: 0, stderr: "" });
  expect(printed.stdout).toContain("# svcdeploy-drift-tried.prod.timer\n");
  expect(printed.stdout).toContain("OnUnitActiveSec=420s");
  expect(printed.stdout).toContain("TimeoutStartSec=180");
  const out = join(project.folder, "units");
  const written = await install("--out", out);
  expect(written).toMatchObject({ code: 0, stderr: "" });
  expect((await readdir(out)).sort()).toEqual([
    "svcdeploy-drift-tried.prod.service",
    "svcdeploy-drift-tried.prod.timer",
  ]);
  expect((await install("--out", out)).code).toBe(0);
  const timer = join(out, "svcdeploy-drift-tried.prod.timer");
  await writeFile(timer, "[Timer]\n");
  const refused = await install("--out", out);
  expect(refused).toMatchObject({ code: 64 });
  expect(refused.stderr).toMatch(/was not written by\s+install-timer/);
  expect(await readFile(timer, "utf8")).toBe("[Timer]\n");
});

test("secrets from variables are missed now, not at the first run", async () => {
  const run = await runCli(project.folder, ["install-timer", "--env", "prod", "--crontab"]);
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/^warning: TOKEN: .*--env-file FILE\n$/);
});

test.each<[readonly string[], RegExp]>([
  [["--crontab", "--every", "7min"], /cron cannot run something every 7min; it can: /],
  [["--every", "10s"], /not from 1min to 1week/],
  [["--every", "soon"], /not a time span/],
  [["--crontab", "--remove"], /exclude each other/],
  [["--on", "web1"], /needs --project-on/],
  [["--on", "web1", "--crontab"], /--crontab works on this machine only/],
  [["--on", "nobody", "--project-on", "/srv"], /no host of that name/],
  [["--on", "web1", "--project-on", "srv"], /an absolute path/],
  [["--project-on", "/srv"], /works with --on HOST only/],
  [["--print", "--notify", "slack+https://hooks.slack.com/services/canary"], /is a secret[\s\S]*@FILE/],
  [["--print", "--notify", "https://hooks.example.org/x", "--notify-key", "absent"], /absent does not exist/],
  [["--print", "--limit", "nobody"], /nobody/],
  [["--print", "--prometheus", "absent/x.prom"], /absent does not exist/],
  [["--print", "--timeout", "x"], /--timeout takes/],
])("%j is refused", async (words, message) => {
  const run = await install(...words);
  expect(run).toMatchObject({ code: 64, stdout: "" });
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toContain("canary");
});

test("a key that only this shell has is none for a run by itself", async () => {
  const words = ["install-timer", "--env", "prod", "--print", "--notify", "https://hooks.example.org/x"];
  const run = await runCli(project.folder, words, { SVCDEPLOY_NOTIFY_KEY: "k".repeat(32) });
  expect(run).toMatchObject({ code: 64 });
  expect(run.stderr).toContain("--notify-key FILE");
});
