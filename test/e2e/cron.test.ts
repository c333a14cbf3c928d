/** Drift by itself: a real cron runs the printed line with nothing around it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noCron, startCron } from "../support/cron.ts";
import { main } from "../support/dist.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { until } from "../support/until.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const run = promisify(execFile);
const CONF = "/etc/web/web.conf";

type Told = { readonly verified: boolean; readonly event: string; readonly subject: string };

let hosts: readonly TestHost[];
let workshop: Workshop;
let folder: string;
let hook: Receiver;
const KEY = "ab".repeat(32);

beforeAll(async () => {
  hosts = await Promise.all(([252, 257] as const).map((systemd) => startHost({ systemd, name: "cron" })));
  folder = mkdtempSync(join(tmpdir(), "svcdeploy-cron-"));
  workshop = makeWorkshop(hosts);
  hook = await startReceiver();
  writeFileSync(join(folder, "key"), `${KEY}\n`, { mode: 0o600 });
  const applied = await workshop.run(["apply", "--env", "test", "--yes"]);
  expect(applied).toMatchObject({ code: 0 });
});

afterAll(async () => {
  hook?.close();
  workshop?.remove();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  await removeHosts();
});

/** What the receiver got, verified as docs/drift.md says. */
function told(): readonly Told[] {
  return hook.seen.map(({ headers, body }) => {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["svcdeploy-signature"])) ?? [];
    const { event, subject } = JSON.parse(body);
    return {
      verified: createHmac("sha256", KEY).update(`${t}.${body}`).digest("hex") === v1,
      event,
      subject,
    };
  });
}

function host(index: number): TestHost {
  const found = hosts[index];
  if (found === undefined) throw new Error(`there is no host ${index}`);
  return found;
}

const edit = (on: TestHost): Promise<string> => on.shell(`echo '# by hand' >>${CONF}`);

test("cron: silent, then a mail; never two at once; hosts that cannot be seen; told on change alone", async ({
  skip,
}) => {
  if (noCron !== null) return skip(noCron);
  const state = join(folder, "state");
  const options = ["--env", "test", "--every", "1min", "--state", state, "--timeout", "45s"];
  const printed = await workshop.run([
    "install-timer",
    ...options,
    "--crontab",
    "--notify",
    hook.url,
    "--notify-key",
    join(folder, "key"),
  ]);
  expect(printed).toMatchObject({ code: 0, stderr: "" });
  const line = printed.stdout.split("\n").find((text) => text.startsWith("* * * * * ")) ?? "";
  const cron = startCron(folder, line);
  try {
    const clean = await cron.nextRun();
    expect(clean).toMatchObject({ status: "0", stdout: "", stderr: "" });
    expect(clean.environment).toMatch(/^PATH=\/usr\/bin:\/bin$/m);
    expect(clean.environment).not.toMatch(/^(?:SSH_AUTH_SOCK|TERM)=/m);
    expect(clean.terminal).toContain("not a tty");
    expect(told()).toEqual([]);

    await edit(host(0));
    const drifted = await cron.nextRun();
    expect(drifted).toMatchObject({ status: "2", stderr: "" });
    expect(drifted.stdout).toMatch(
      /^svcdeploy drift of workshop, test: 1 finding on h1\n\nh1: 1 finding\n {2}content \/etc\/web\/web\.conf/,
    );
    expect(drifted.stdout).toContain("-# by hand");
    expect(told()).toEqual([
      { verified: true, event: "drift", subject: "svcdeploy drift of workshop, test: 1 finding on h1" },
    ]);

    await refuseSecond(state, cron.nextRun);
    // Freed at once: the next one finds what is there, and sends nothing again.
    expect(await byHand(line)).toMatchObject({ code: 2, stderr: "" });
    expect(told()).toHaveLength(1);

    await host(1).kill();
    const partly = await byHand(line);
    expect(partly).toMatchObject({ code: 3, stderr: "" });
    expect(partly.stdout).toMatch(/^svcdeploy drift of workshop, test: 1 finding on h1; not seen: h2\n/);
    await host(0).kill();
    const blind = await cron.nextRun();
    expect(blind).toMatchObject({ status: "4", stderr: "" });
    expect(blind.stdout).toMatch(/^svcdeploy drift of workshop, test: not seen: h1, h2\n/);
    expect(told().map(({ verified, event }) => [verified, event])).toEqual([
      [true, "drift"],
      [true, "drift-changed"],
      [true, "unseen"],
    ]);
  } finally {
    cron.stop();
  }
  await Promise.all([host(0).start(), host(1).start()]);
  expect(await workshop.run(["apply", "--env", "test", "--yes"])).toMatchObject({ code: 0 });
  expect(await byHand(line)).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(told().at(-1)).toMatchObject({ verified: true, event: "clean" });
}, 1_200_000);

/** The line's command with nothing in its environment, at once; where cron is at it just now, after that. */
async function byHand(
  line: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const command = line.replace(/^(?:\S+ ){5}/, "");
  return await until(240_000, "a run by hand", async () => {
    const ended = await run("/bin/sh", ["-c", command], { cwd: "/", env: {} }).then(
      (output) => ({ ...output, code: 0 }),
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
    );
    return ended.code === 6 ? null : { code: ended.code, stdout: ended.stdout, stderr: ended.stderr };
  });
}

/**
 * A run that stands still in the middle keeps the place; killed, it leaves it at once, whatever files it
 * leaves.
 */
async function refuseSecond(
  state: string,
  nextRun: () => Promise<{ readonly status: string; readonly stdout: string; readonly stderr: string }>,
): Promise<void> {
  const stopped = await until(
    120_000,
    "a run that was stopped in the middle",
    () => stopInTheMiddle(state),
    1000,
  );
  const second = await nextRun();
  stopped.kill("SIGKILL");
  expect(second).toMatchObject({ status: "6", stdout: "" });
  expect(second.stderr).toMatch(
    new RegExp(
      `^svcdeploy drift of workshop, test: another run \\(process ${stopped.pid}, since .*\\) is still running.*\n$`,
    ),
  );
}

async function stopInTheMiddle(state: string): Promise<ChildProcess | null> {
  const words = ["drift", "--cron", "--env", "test", "--project", workshop.folder, "--state", state];
  const child = spawn(process.execPath, [main, ...words], { stdio: "ignore", env: {} });
  const [name = ""] = readdirSync(join(state, "drift"));
  const note = join(state, "drift", name, "running");
  const began = (): true | null =>
    child.exitCode !== null ||
    (existsSync(note) && readFileSync(note, "utf8").includes(`process ${child.pid},`))
      ? true
      : null;
  await until(60_000, "the run's lock", began, 2);
  child.kill("SIGSTOP");
  // It may have been as good as over: only a run that is refused proves that this one has the place.
  const refused = await workshop.run(["drift", "--cron", "--env", "test", "--state", state]);
  if (refused.code === 6 && refused.stderr.includes(`process ${child.pid},`)) return child;
  child.kill("SIGKILL");
  return null;
}
