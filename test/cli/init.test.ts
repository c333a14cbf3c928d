/** `svcdeploy init` and `check` as a user meets them, up to where a host is needed. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeProject, runCli } from "./run-cli.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-cli-init-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("help fits 80 columns and shows how a host is written", async () => {
  const { code, stdout } = await runCli(folder, ["init", "--help"]);
  expect(code).toBe(0);
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toContain("svcdeploy init deploy@web1.example.com:2222");
});

test("a host that is none writes nothing", async () => {
  const { code, stderr } = await runCli(folder, ["init", "web1:port"]);
  expect([code, stderr.split("\n")[0]]).toEqual([
    64,
    'web1:port: a port is a number from 1 to 65535, not "port"',
  ]);
  expect((await runCli(folder, ["init", "web1", "web2"])).stderr).toContain("init takes no argument web2");
  expect(readdirSync(folder)).toEqual([]);
});

test("init says what it wrote and what comes next; what it wrote renders; a second time it is refused", async () => {
  const first = await runCli(folder, ["init", "root@127.0.0.1:1", "--project", "first"]);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toContain("inventory/prod.yaml");
  const commands =
    first.stdout.match(/^ {2}svcdeploy .*$/gm)?.map((line) => line.trim().split(" ").slice(1)) ?? [];
  expect(commands.map(([name]) => name)).toEqual(["check", "plan"]);
  expect((await runCli(folder, ["render", "--env", "prod", "--project", "first"])).stdout).toContain(
    "ExecStart=/opt/heartbeat/current/heartbeat",
  );

  // There is a key to log in with in no home of a test's: that is what both of the commands say of this host.
  for (const words of commands) expect((await runCli(folder, words)).code).toBe(77);

  const again = await runCli(folder, ["init", "--project", "first"]);
  expect([again.code, again.stdout]).toEqual([64, ""]);
  expect(again.stderr.replaceAll("\n", " ")).toContain(
    "is not empty; it contains .gitignore, .svcdeploy, artifacts, inventory",
  );
});

test("check of a host that does not answer is 4, as JSON too", async () => {
  const { folder: project, remove } = await makeProject(1);
  const text = await runCli(project, ["check", "--env", "prod"]);
  expect([text.code, text.stdout]).toEqual([4, expect.stringContaining("web1: unreachable")]);
  const { code, stdout } = await runCli(project, ["check", "--env", "prod", "--output", "json"]);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    4,
    { schema: "svcdeploy.check/1", exitCode: 4, hosts: [{ host: "web1", status: "unreachable" }] },
  ]);
  expect((await runCli(project, ["check", "--env", "prod", "--limit", "db9"])).code).toBe(64);
  await remove();
});
