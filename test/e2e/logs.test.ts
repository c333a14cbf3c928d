/**
 * logs on real hosts: merged, clean, followed over a lost connection and a reboot, and nothing left on the
 * hosts afterwards.
 */
import { spawn } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../support/dist.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Workshop } from "../support/workshop.ts";

const hosts: TestHost[] = [];
let workshop: Workshop;

/**
 * A service that says what is written into a pipe; `logger` of its own, so that the entries are its unit's.
 */
const TALKER = `name: talker
service:
  Type: exec
  ExecStart: /bin/sh -c 'echo "token is $TOKEN"; [ -p /run/talk ] || mkfifo /run/talk; while :; do cat /run/talk; done'
secrets: { TOKEN: { env: TOKEN } }
settle: 1s
`;
const SECRET = { TOKEN: "canary-8d1f-not-shown" };

beforeAll(async () => {
  hosts.push(...(await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })))));
  workshop = makeWorkshop(hosts);
  workshop.write("services/talker.yaml", TALKER);
  workshop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web, talker], rollout: { healthyDeadline: 20s } }\n",
  );
  const run = await workshop.run(["apply", "--env", "test", "--yes"], { env: SECRET });
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
});
afterAll(async () => {
  workshop.remove();
  await removeHosts();
});

/**
 * Ends when the journal has it: the talker reads its pipe and journald reads the talker, each in its own
 * time.
 */
const say = async (host: TestHost | undefined, text: string): Promise<void> => {
  await host?.exec(["timeout", "60", "sh", "-c", "cat >/run/talk"], text);
  await until(
    async () =>
      (await host?.shell("journalctl --sync; journalctl -q --no-pager -o cat -u talker.service"))?.includes(
        text,
      ) !== false,
    () => `the journal of ${host?.name} has ${text}`,
  );
};
const reading = async (host: TestHost): Promise<number> =>
  Number(await host.shell("ps ax | grep -c '[j]ournalctl --follow' || :"));

/** Waits until it holds, at most two minutes. */
async function until(holds: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(200)) if (await holds()) return;
  throw new Error(`it never came to this: ${what()}`);
}

type Follower = {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
};

function follow(...words: readonly string[]): Follower {
  const env = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...SECRET };
  const child = spawn(
    process.execPath,
    [main, "logs", ...words, "--env", "test", "-f", "--project", workshop.folder],
    { env },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

test("the current invocation, merged by time; its secret is not shown", async () => {
  for (const [index, host] of hosts.entries()) await say(host, `hello from ${index + 1}\n`);
  const { code, stdout, stderr } = await workshop.run(["logs", "talker", "--env", "test"], { env: SECRET });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = stdout.split("\n").filter((each) => / h[123] /.test(each));
  for (const index of [1, 2, 3])
    expect(rows.filter((each) => each.endsWith(`h${index} | hello from ${index}`))).toHaveLength(1);
  expect(rows.filter((each) => each.endsWith("| token is <secret TOKEN>"))).toHaveLength(3);
  expect(stdout).not.toContain(SECRET.TOKEN);
  const json = await workshop.run(["logs", "talker", "--env", "test", "--output", "ndjson"], { env: SECRET });
  const times = json.stdout
    .trim()
    .split("\n")
    .map((each) => String(JSON.parse(each).time));
  expect(times.length).toBeGreaterThanOrEqual(6);
  expect(times).toEqual(times.toSorted());
});

test("without the secret at hand they are shown, and that nothing can be redacted is said", async () => {
  const { code, stderr } = await workshop.run(["logs", "talker", "--env", "test", "--host", "h1"]);
  expect(code).toBe(0);
  expect(stderr).toContain("1 secret cannot be read here (TOKEN of talker)");
});

test("an earlier invocation is left out, and --since brings it back", async () => {
  const host = hosts[1];
  await say(host, "before the restart\n");
  await host?.shell("systemctl restart talker");
  await until(
    async () => (await host?.shell("[ -p /run/talk ] && systemctl is-active talker")) === "active\n",
    () => "a restarted service",
  );
  await say(host, "after the restart\n");
  const only = ["logs", "talker", "--env", "test", "--host", "h2"];
  const now = await workshop.run(only);
  expect(now.stdout).toContain("after the restart");
  expect(now.stdout).not.toContain("before the restart");
  const all = await workshop.run([...only, "--since", "1h"]);
  expect(all.stdout).toMatch(/before the restart\n.*after the restart/s);
  const last = await workshop.run([...only, "--since", "1h", "--lines", "1", "--output", "ndjson"]);
  expect(JSON.parse(last.stdout)).toMatchObject({
    schema: "svcdeploy.log/1",
    host: "h2",
    unit: "talker.service",
    message: "after the restart",
  });
});

test("what a host sends is harmless, whatever it is", async () => {
  const native = `use Socket; socket(S, PF_UNIX, SOCK_DGRAM, 0); connect(S, sockaddr_un("/run/systemd/journal/socket"));
    sub say_ { my $m = shift; send(S, "MESSAGE\\n" . pack("Q<", length $m) . $m . "\\nPRIORITY=3\\n", 0) }
    say_("red \\e[31mRED\\e[0m \\e]0;title\\a end"); say_("one\\ntwo"); say_("nul \\0 bad \\xff end"); say_("x" x 100000);
    say_("canary-8d\\e[0m1f-not-shown"); sleep 1;`;
  const host = hosts[2];
  await host?.exec(["sh", "-c", "cat >/hostile.pl"], native);
  await host?.shell("mkdir -p /run/systemd/system/talker.service.d");
  await host?.shell(
    "printf '[Service]\\nExecStartPre=/usr/bin/perl /hostile.pl\\n' >/run/systemd/system/talker.service.d/x.conf; systemctl daemon-reload; systemctl restart talker",
  );
  const { code, stdout } = await workshop.run(["logs", "talker", "--env", "test", "--host", "h3"], {
    env: SECRET,
  });
  await host?.shell("rm -r /run/systemd/system/talker.service.d; systemctl daemon-reload");
  expect(code).toBe(0);
  for (const text of ["| red RED  end", "| one\n", "| two\n", "| nul ␀ bad \ufffd end", "| <secret TOKEN>"])
    expect(stdout).toContain(text);
  expect(stdout).not.toContain("\u001b");
  expect(Math.max(...stdout.split("\n").map((each) => Buffer.byteLength(each)))).toBeLessThanOrEqual(
    4096 + 64,
  );
});

test("-f: two hosts merged, a lost connection and a reboot, no line twice or lost; nothing stays on the hosts after Ctrl-C", async () => {
  const [first, second] = hosts;
  if (first === undefined || second === undefined) throw new Error("two hosts are needed");
  const follower = follow("talker", "--limit", "h1,h2");
  const shows =
    (text: string): (() => boolean) =>
    () =>
      follower.stdout().includes(text);
  const why = (): string => `${follower.stdout()}\n${follower.stderr()}`;
  await until(async () => (await reading(first)) === 1 && (await reading(second)) === 1, why);
  await say(first, "first line\n");
  await until(shows("h1 | first line"), why);
  await say(second, "second line\n");
  await until(shows("h2 | second line"), why);

  await first.shell(
    "systemctl restart ssh; for pid in $(pgrep sshd); do [ $pid = $(systemctl show -p MainPID --value ssh) ] || kill $pid || :; done",
  );
  await say(first, "said while nobody listened\n");
  await until(() => follower.stderr().includes("h1: back"), why);
  await until(shows("h1 | said while nobody listened"), why);

  await second.stop();
  await second.start();
  await until(
    async () =>
      (await second.exec(["sh", "-c", "[ -p /run/talk ] && systemctl is-active talker"])).status === 0,
    why,
  );
  await say(second, "after the reboot\n");
  await until(shows("h2 | after the reboot"), why);

  expect(await follower.end("SIGINT")).toBe(0);
  for (const text of ["first line", "second line", "said while nobody listened", "after the reboot"])
    expect(
      follower
        .stdout()
        .split("\n")
        .filter((each) => each.endsWith(`| ${text}`)),
    ).toHaveLength(1);
  await until(
    async () => (await reading(first)) === 0 && (await reading(second)) === 0,
    () => "no journalctl on the hosts",
  );
});

test("-f killed outright leaves nothing on the host either; a closed pipe ends it quietly", async () => {
  const [host] = hosts;
  if (host === undefined) throw new Error("a host is needed");
  const follower = follow("talker", "--host", "h1");
  await until(async () => (await reading(host)) === 1, follower.stderr);
  await follower.end("SIGKILL");
  await until(
    async () => (await reading(host)) === 0,
    () => "no journalctl on the host",
  );
  const line = `'${process.execPath}' '${main}' logs talker --env test -f --project '${workshop.folder}' 2>&1 | head -n 2 >/dev/null`;
  const piped = spawn("sh", ["-c", line], { env: { ...process.env, ...SECRET }, stdio: "ignore" });
  // That no one reads now shows when there is something to write.
  const isOver = async (): Promise<boolean> => {
    await say(host, "is anybody there?\n");
    return piped.exitCode !== null;
  };
  await until(isOver, () => "an end of the pipe");
  await until(
    async () => (await reading(host)) === 0,
    () => "no journalctl on the host",
  );
});

test("a login that may not read the journal, a journald that is stopped, an unknown service: said, each with its exit code", async () => {
  workshop.write("inventory/poor.yaml", inventoryOf("nosudo", "none"));
  const poor = await workshop.run(["logs", "web", "--env", "poor"], { env: SECRET });
  expect(poor.code).toBe(1);
  expect(poor.stderr).toMatch(/^h[123]: nosudo may not read the journal\nhint: Write become: sudo/);
  await hosts[0]?.shell(
    "systemctl stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket systemd-journald 2>/dev/null || :",
  );
  const state = (await hosts[0]?.exec(["systemctl", "is-active", "systemd-journald"]))?.stdout.trim();
  const stopped = await workshop.run(["logs", "web", "--env", "test", "--host", "h1"], { env: SECRET });
  const still = (await hosts[0]?.exec(["systemctl", "is-active", "systemd-journald"]))?.stdout.trim();
  await hosts[0]?.shell("systemctl start systemd-journald.socket systemd-journald");
  if (state !== "active" && still === state)
    expect(stopped.stderr).toContain(`h1: systemd-journald is ${state}: nothing new is written`);
  const unknown = await workshop.run(["logs", "wbe", "--env", "test"], { env: SECRET });
  const instance = await workshop.run(["logs", "web@1", "--env", "test"], { env: SECRET });
  expect(instance).toMatchObject({
    code: 64,
    stdout: "",
    stderr: "web@1: web has no such instance\nhint: web runs once, without instances\n",
  });
  expect(unknown).toMatchObject({
    code: 64,
    stdout: "",
    stderr: 'wbe: there is no such service\nhint: did you mean "web"?\n',
  });
});

function inventoryOf(user: string, become: string): string {
  const lines = hosts.map(
    (host, index) =>
      `  h${index + 1}: { address: ${host.address}, port: ${host.port}, identity: ${host.identity}, knownHosts: ${host.knownHosts} }\n`,
  );
  return `defaults: { user: ${user}, become: ${become}, systemd: 247 }\nhosts:\n${lines.join("")}`;
}
