/**
 * drift for cron on the real command line, against hosts that are not there or never answer: in time, alone,
 * and telling on change.
 */

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { until } from "../support/until.ts";
import { makeProject, makeSilentServer, runCli, startCli } from "./run-cli.ts";

const KEY = "0123456789abcdef".repeat(2);
let project: Awaited<ReturnType<typeof makeProject>>;
let silent: Awaited<ReturnType<typeof makeSilentServer>>;
let state = "";

beforeAll(async () => {
  silent = await makeSilentServer();
  project = await makeProject(1, {
    "inventory/slow.yaml": `hosts:\n  web1: { address: 127.0.0.1, port: ${silent.port}, identity: key.pem, knownHosts: known_hosts }\n`,
  });
});
afterAll(async () => {
  silent.close();
  await project.remove();
});
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "svcdeploy-state-"));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const drift = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runCli(project.folder, ["drift", "--cron", "--env", "prod", "--state", state, ...words], more);

/** A receiver that answers with these statuses in turn, the last one forever. */
const receiver = (...statuses: readonly number[]): Promise<Receiver> =>
  startReceiver((response, count) => {
    response.statusCode = statuses[Math.min(count, statuses.length) - 1] ?? 200;
    response.end("thank you");
  });

test("a host that is not there: 4, a mail, the metrics, nothing on standard error", async () => {
  const file = join(state, "svcdeploy.prom");
  const run = await drift(["--prometheus", file]);
  expect(run).toMatchObject({ code: 4, stderr: "" });
  expect(run.stdout).toMatch(/^svcdeploy drift of tried, prod: not seen: web1\n\nweb1: not checked\n/);
  const metrics = await readFile(file, "utf8");
  expect(metrics).toMatch(/^svcdeploy_host_seen\{.*host="web1"\} 0$/m);
  expect(metrics).toMatch(/^svcdeploy_run_exit_code\{.*\} 4$/m);
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe("644");
});

test("a host that never answers is not seen when the run's time is up", async () => {
  const run = await runCli(project.folder, [
    "drift",
    "--cron",
    "--env",
    "slow",
    "--state",
    state,
    "--timeout",
    "1s",
  ]);
  expect(run).toMatchObject({ code: 4, stderr: "" });
  expect(run.stdout).toContain("the run's 1s are over");
});

async function noteOf(start: string): Promise<string> {
  const names = await readdir(join(state, "drift")).catch(() => []);
  const name = names.find((each) => each.startsWith(start));
  return name === undefined
    ? ""
    : await readFile(join(state, "drift", name, "running"), "utf8").catch(() => "");
}

test("a second run says in one line who is at it, and leaves with 6", async () => {
  const words = ["drift", "--cron", "--env", "slow", "--state", state];
  const first = startCli(project.folder, [...words, "--timeout", "60s"]);
  await until(
    60_000,
    "the first run's lock",
    async () => ((await noteOf("tried.slow")).includes(`process ${first.child.pid},`) ? true : null),
    20,
  );
  // It stands still while it has the place, however slow this machine is.
  first.child.kill("SIGSTOP");
  const second = await runCli(project.folder, words);
  expect(second).toMatchObject({ code: 6, stdout: "" });
  expect(second.stderr).toMatch(
    new RegExp(
      `^svcdeploy drift of tried, slow: another run \\(process ${first.child.pid}, since .*Z\\) is still running.*\n$`,
    ),
  );
  // For anything else no one waits.
  expect((await drift([])).code).toBe(4);
  first.child.kill("SIGKILL");
  await first.end;
  expect((await runCli(project.folder, [...words, "--timeout", "1s"])).code).toBe(4);
});

test("told once a state; who could not be told is told by the next run; the exit code stays", async () => {
  const hook = await receiver(400, 200);
  const words = ["--notify", hook.url];
  const key = { SVCDEPLOY_NOTIFY_KEY: KEY };
  const first = await drift(words, key);
  expect(first.code).toBe(4);
  expect(first.stderr).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/… was not notified: HTTP 400: thank you; the next run tries again\n$/,
  );
  expect(await drift(words, key)).toMatchObject({ code: 4, stderr: "" });
  expect(await drift(words, key)).toMatchObject({ code: 4, stderr: "" });
  hook.close();
  expect(hook.seen).toHaveLength(2);
  expect(hook.seen[1]?.headers["svcdeploy-signature"]).toMatch(/^t=\d{10},v1=[0-9a-f]{64}$/);
  expect(JSON.parse(hook.seen[1]?.body ?? "")).toMatchObject({
    event: "unseen",
    project: "tried",
    hosts: { total: 1 },
  });
});

test("Slack's form, from a file with its secret URL", async () => {
  const hook = await receiver(200);
  const file = join(state, "hooks");
  await writeFile(file, `# the team's channel\n\nslack+${hook.url}\n`, { mode: 0o600 });
  expect(await drift(["--notify", `@${file}`])).toMatchObject({ code: 4, stderr: "" });
  hook.close();
  expect(JSON.parse(hook.seen[0]?.body ?? "")).toMatchObject({
    text: "svcdeploy drift of tried, prod: not seen: web1",
    blocks: [{ type: "section" }, {}],
  });
  expect(hook.seen[0]?.headers).not.toHaveProperty("svcdeploy-signature");
  expect(
    await readFile(join(state, "drift", (await readdir(join(state, "drift")))[0] ?? "", "told.json"), "utf8"),
  ).not.toContain("canary");
});

test.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
  [
    "no key",
    ["--notify", "https://hooks.example.org/x"],
    {},
    /needs a signing key: SVCDEPLOY_NOTIFY_KEY or --notify-key FILE/,
  ],
  [
    "a short key",
    ["--notify", "https://hooks.example.org/x"],
    { SVCDEPLOY_NOTIFY_KEY: "short" },
    /has 5 characters/,
  ],
  ["in the clear", ["--notify", "http://hooks.example.org/canary"], {}, /in the clear/],
  ["no file", ["--notify", "@absent"], {}, /absent does not exist/],
  ["no span", ["--timeout", "soon"], {}, /--timeout takes a time span/],
  ["another output", ["--output", "json"], {}, /prints only a mail/],
  ["a folder that is a file", ["--state", "svcdeploy.yaml"], {}, /given 2 times/],
])("%s is refused before anything is looked at", async (_, words, more, message) => {
  const run = await drift(words, more);
  expect(run).toMatchObject({ code: 64, stdout: "" });
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toContain("canary");
});

test("files with secrets are their owner's alone", async () => {
  await writeFile(join(state, "hooks"), "slack+https://hooks.slack.com/services/x\n", { mode: 0o644 });
  const run = await drift(["--notify", `@${join(state, "hooks")}`]);
  expect(run).toMatchObject({ code: 64 });
  expect(run.stderr).toMatch(/can be read by others\nhint: .*chmod 600/);
});

test("without HOME and without --state it is said what is missing", async () => {
  const run = await runCli(project.folder, ["drift", "--cron", "--env", "prod"], { HOME: "/nonexistent" });
  expect(run).toMatchObject({ code: 64 });
  expect(run.stderr).toContain("--state DIR");
});
