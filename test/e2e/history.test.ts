/**
 * The history over real hosts: runs of two controllers, one undone and one killed; where what is recorded
 * here and the host differ, the host's word.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hearing, stageOf } from "../support/events.ts";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type RunOptions, type Workshop, webService } from "../support/workshop.ts";

const folder = mkdtempSync(join(tmpdir(), "svcdeploy-history-"));
const CANARY = "canary-of-the-history-7Zq";
const record = "/var/lib/svcdeploy/runs";
let hosts: readonly TestHost[];
let shop: Workshop;

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd })));
  shop = makeWorkshop(hosts, { user: "deploy" });
  shop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web], rollout: { batches: [1, 100%], healthyDeadline: 60s } }\n",
  );
  const says = "  ExecStartPre: /bin/echo the token is \x24{TOKEN}\n";
  shop.write("services/web.yaml", webService({ service: says, extra: "secrets: { TOKEN: { env: TOKEN } }" }));
  for (const home of ["ours", "theirs"]) mkdirSync(join(folder, home));
});
afterAll(async () => {
  shop?.remove();
  rmSync(folder, { recursive: true, force: true });
  await removeHosts();
});

const from = (home: string, words: readonly string[], options: RunOptions = {}): Promise<Run> =>
  shop.run(words, { ...options, env: { HOME: join(folder, home), COLUMNS: "100", TOKEN: CANARY } });
const apply = (home: string, ...words: readonly string[]): Promise<Run> =>
  from(home, ["apply", "--env", "test", "--yes", ...words]);

type HostJson = {
  host: string;
  status: string;
  word: string;
  play: string | null;
  services: string[];
  said: { outcome: string } | null;
  recorded: { status: string } | null;
};
type RunJson = {
  run: string;
  at: string | null;
  command: string;
  environment: string;
  recordedHere: boolean;
  exitCode: number | null;
  commit: string;
  hosts: HostJson[];
};

async function history(
  home: string,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly runs: readonly RunJson[] }> {
  const run = await from(home, ["history", "--output", "json", ...words]);
  if (run.stdout === "") throw new Error(`history said nothing on standard output: ${run.stderr}`);
  return { code: run.code, runs: JSON.parse(run.stdout).runs };
}
const ends = ({ hosts: all }: RunJson): readonly string[] =>
  all.map(({ host, status, word }) => `${host} ${status} ${word}`).sort();

test("three runs: one of ours, one of another controller, one that was undone", async () => {
  expect(await apply("ours")).toMatchObject({ code: 0, stderr: "" });
  expect(await apply("theirs", "--limit", "h1", "--set", "greeting=hi")).toMatchObject({
    code: 0,
    stderr: "",
  });
  shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: { exit_at_once: 3 }\n');
  expect(await apply("ours")).toMatchObject({ code: 5, stderr: "" });
  shop.write("values/base.yaml", 'version: "1.0"\ngreeting: hello\nconf: {}\n');
});

test("alone, this machine's record has its own two; with its hosts asked, all three, newest first", async () => {
  const own = await history("ours");
  expect(own).toMatchObject({ code: 0, runs: [{ exitCode: 5 }, { exitCode: 0 }] });
  expect(own.runs.map(ends)).toEqual([
    ["h1 rolled-back not-asked", "h2 skipped nothing", "h3 skipped nothing"],
    ["h1 changed not-asked", "h2 changed not-asked", "h3 changed not-asked"],
  ]);
  const { code, runs } = await history("ours", "--env", "test");
  expect(code).toBe(0);
  expect(runs.map(ends)).toEqual([
    ["h1 rolled-back agrees", "h2 skipped nothing", "h3 skipped nothing"],
    ["h1 changed alone"],
    ["h1 changed agrees", "h2 changed agrees", "h3 changed agrees"],
  ]);
  expect(runs[1]).toMatchObject({
    recordedHere: false,
    command: "apply",
    environment: "test",
    hosts: [{ services: ["web"] }],
  });
  expect((await history("theirs", "--env", "test")).runs.map(({ recordedHere }) => recordedHere)).toEqual([
    false,
    true,
    false,
  ]);
});

test("a host that left the inventory is a line of the plan, one that has another name is not", async () => {
  const inventory = readFileSync(join(shop.folder, "inventory/test.yaml"), "utf8");
  const planned = async (changed: string): Promise<string> => {
    // The record of a host that environments share is not read for a plan.
    shop.write("inventory/test.yaml", changed.replace("sharedHost: true, ", ""));
    const { code, stdout, stderr } = await from("ours", ["plan", "--env", "test"]);
    shop.write("inventory/test.yaml", inventory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.replace(/\s+/g, " ");
  };
  expect(await planned(inventory.replace("h3:", "h9:"))).not.toContain("left:");
  expect(await planned(inventory.replace(/^ *h3:.*\n/m, ""))).toMatch(
    /left: h3 is no longer in inventory\/test\.yaml, and web \(last applied [-0-9]+\) was not removed from it/,
  );
});

test("as text: a table with every host's end, folded; picked out by host, service and time", async () => {
  const { stdout, stderr } = await from("ours", ["history", "--env", "test"]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^[0-9a-f]{8} {2}\d\d:\d\d, .* apply {2}h1 rolled-back; h2, h3 skipped$/m);
  expect(stdout).toMatch(/ apply {2}h\[1:3\] changed$/m);
  expect(stdout).toContain("3 runs of workshop, test; 3 of 3 hosts answered.");
  const count = async (...words: readonly string[]): Promise<number> =>
    (await history("ours", "--env", "test", ...words)).runs.length;
  expect(await count("--host", "h1")).toBe(3);
  expect(await count("--limit", "h2")).toBe(2);
  expect(await count("--service", "web")).toBe(3);
  expect(await count("--since", "1h", "--count", "1")).toBe(1);
  expect(await count("--since", "2099-01-01")).toBe(0);
});

test("show: the plan, the reason and the journal of what failed; of another's run what the hosts say", async () => {
  const { runs } = await history("ours", "--env", "test");
  const [undone = "", theirs = ""] = runs.map(({ run }) => run);
  const own = await from("ours", ["show", undone.slice(0, 8), "--env", "test"]);
  expect(own).toMatchObject({ code: 0, stderr: "" });
  for (const words of [
    "exit 5: unhealthy and rolled back",
    "h1: rolled-back",
    "leaving at once",
    "+exit_at_once=3",
    "restart web.service",
    "h2, h3: skipped",
  ])
    expect(own.stdout).toContain(words);
  expect(own.stdout).toContain("the token is <secret TOKEN>");
  const kept = readFileSync(join(folder, "ours/.local/state/svcdeploy/history.db"));
  expect({ secret: kept.includes(CANARY), named: kept.includes("<secret TOKEN>") }).toEqual({
    secret: false,
    named: true,
  });
  expect((await from("ours", ["show", theirs.slice(0, 8)])).code).toBe(64);
  const told = await from("ours", ["show", theirs.slice(0, 8), "--env", "test"]);
  expect(told).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("recorded by the hosts (3 of 3 hosts answered)"),
  });
  expect((await from("theirs", ["show", theirs])).stdout).toContain("TOKEN=<secret TOKEN>");
});

test("a host that says something else is believed, and that they differ is told", async () => {
  await hosts[1]?.shell(`sed -i 's/result=confirmed$/result=rolled-back in a reboot/' ${record}`);
  const { runs } = await history("ours", "--env", "test");
  expect(runs[2]?.hosts.find(({ host }) => host === "h2")).toMatchObject({
    status: "rolled-back",
    word: "differs",
    recorded: { status: "changed" },
  });
  const shown = await from("ours", ["show", runs[2]?.run ?? "", "--env", "test"]);
  expect(shown.stdout).toContain("! recorded here as changed, but the host recorded rolled-back");
});

test("garbage in a host's record: left out and counted; no control character of it is shown", async () => {
  const garbage =
    "printf 'run=\\033[2J\\000\\001 result=confirmed\\n\\377\\376\\n'; head -c 300000 /dev/zero | tr '\\000' x; printf '\\nrun=evil result=\\033]0;x\\007\\n'";
  await hosts[2]?.shell(`{ ${garbage}; } >>${record}`);
  const { stdout, code } = await from("ours", ["history", "--env", "test"]);
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect(stdout).toContain("note: h3: 4 lines of its record cannot be read and are left out");
});

test("a host whose clock is a year ahead: its runs are where they belong, and its clock is named", async () => {
  const shim =
    '#!/bin/sh\n[ "$*" = +%s ] && exec echo $(($(/bin/date +%s) + 31536000))\nexec /bin/date "$@"\n';
  await hosts[0]?.exec(["sh", "-c", "cat >/usr/local/bin/date && chmod 755 /usr/local/bin/date"], shim);
  expect(await apply("theirs", "--limit", "h1", "--set", "greeting=later")).toMatchObject({ code: 0 });
  const line = (await hosts[0]?.shell(`tail -n 1 ${record}`)) ?? "";
  expect(Number(/ at=(\d+) /.exec(line)?.[1])).toBeGreaterThan(Date.now() / 1000 + 31_000_000);
  const { runs } = await history("ours", "--env", "test");
  expect(Math.abs(Date.parse(runs[0]?.at ?? "") - Date.now())).toBeLessThan(600_000);
  expect((await from("ours", ["history", "--env", "test"])).stdout).toContain(
    "note: h1: its clock is 365 d ahead",
  );
  await hosts[0]?.shell("rm /usr/local/bin/date");
});

test("a record past a mebibyte keeps its last thousand lines, the new one among them", async () => {
  await hosts[2]?.shell(`line=$(head -n 1 ${record}); yes "$line" | head -n 6000 >>${record}`);
  expect(await apply("ours", "--limit", "h3", "--set", "greeting=trimmed")).toMatchObject({
    code: 0,
    stderr: "",
  });
  expect(
    await hosts[2]?.shell(
      `wc -l <${record}; stat -c %a ${record}; tail -n 1 ${record} | sed 's/.*result=//'; ls ${record}.tmp 2>&1 | wc -l`,
    ),
  ).toBe("1000\n600\nconfirmed\n1\n");
  expect((await history("ours", "--env", "test")).runs.map(ends)).toContainEqual(["h3 changed agrees"]);
});

test("a controller that is killed: its run is here without an end, and the host says what became of it", async () => {
  const noted = async (): Promise<string> => (await hosts[0]?.shell(`grep -c . ${record}`)) ?? "";
  const before = await noted();
  const killing = hearing((event, kill) => {
    if (stageOf(event)?.startsWith("settle") === true) kill("SIGKILL");
  });
  const killed = await from(
    "ours",
    ["apply", "--env", "test", "--yes", "--limit", "h1", "--set", "greeting=killed", "--output", "ndjson"],
    killing,
  );
  expect(killed.code).toBeNull();
  await expect.poll(noted, { timeout: 200_000, interval: 1000 }).not.toBe(before);
  const { runs } = await history("ours", "--env", "test");
  expect(runs.find(({ recordedHere, exitCode }) => recordedHere && exitCode === null)).toMatchObject({
    hosts: [{ host: "h1", status: "rolled-back", word: "alone" }],
  });
  expect((await from("ours", ["history"])).stdout).toContain(
    "! its end was not recorded here: it is still running, or it was killed",
  );
});

test("a host that is away: what is recorded here, and 3", async () => {
  await hosts[2]?.stop();
  const { code, runs } = await history("ours", "--env", "test");
  expect(code).toBe(3);
  expect(
    runs
      .flatMap(({ hosts: all }) => all)
      .filter(({ word }) => word === "unreachable")
      .map(({ host }) => host),
  ).toContain("h3");
  const { stdout } = await from("ours", ["history", "--env", "test"]);
  expect(stdout).toContain("no answer: h3");
  expect(stdout).toContain("2 of 3 hosts answered");
});
