/**
 * Rollback on real systemd 247, 252 and 257: back, forward again, a whole run, what cannot go back, and what
 * why tells of it.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const secrets = { old: "canary-old-3c1d77", new: "canary-new-9e20b4" };
const program = readFileSync(fileURLToPath(new URL("../support/web.pl", import.meta.url)), "utf8");
const heard: string[] = [];
let hosts: readonly TestHost[] = [];
let shop: Workshop;

const SIDE = `name: side
artifact: { source: artifacts/web.pl }
account: { user: side }
service: { Type: notify, ExecStart: /opt/side/current/web.pl /etc/side/side.conf, TimeoutStartSec: 60s }
files:
  - { path: /etc/side/side.conf, content: "port=18081\\n", mode: "0644", onChange: restart }
settle: 1s
`;

beforeAll(async () => {
  hosts = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "rollback" })));
  shop = makeWorkshop(hosts);
  shop.write("services/side.yaml", SIDE);
  shop.write(
    "playbooks/site.yaml",
    "- { play: web, hosts: all, services: [web, side], rollout: { healthyDeadline: 15s } }\n",
  );
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});

/**
 * The project at a version: configuration, artifact, unit, secret, what the newer one brings anew, and the
 * older one's own check differ.
 */
function writeVersion(version: "1.0" | "1.1"): void {
  const isNew = version === "1.1";
  const before =
    '  - { path: /etc/web/before.conf, content: "here before svcdeploy\\n", mode: "0644", onChange: restart }\n';
  const after = `${before.replace("here before svcdeploy", "and changed")}  - { path: /etc/web/extra.conf, content: "new\\n", mode: "0644", onChange: none }\n`;
  const service = webService({
    service: isNew ? "  LimitNOFILE: 4096" : "",
    extra: "secrets: { TOKEN: { env: THE_TOKEN } }",
  }).replace("TimeoutStartSec: 5s", "TimeoutStartSec: 60s");
  const check = "  - command: [/usr/bin/test, -e, /var/tmp/dependency]\nsettle: 1s";
  shop.write(
    "services/web.yaml",
    service
      .replace("\nhealth:", `\n${isNew ? after : before}health:`)
      .replace("settle: 3s", isNew ? "settle: 1s" : check),
  );
  shop.write("artifacts/web.pl", `${program}# ${version}\n`);
  shop.write(
    "values/base.yaml",
    `version: "${version}"\ngreeting: ${isNew ? "good evening" : "hello"}\nconf: {}\n`,
  );
}

async function run(...args: readonly string[]): Promise<Run> {
  const done = await shop.run([...args, "--env", "test"], { env: { THE_TOKEN: secrets.new } });
  heard.push(done.stdout + done.stderr);
  return done;
}

async function apply(token: string, ...more: readonly string[]): Promise<Run> {
  const done = await shop.run(["apply", "--env", "test", "--yes", ...more], { env: { THE_TOKEN: token } });
  heard.push(done.stdout + done.stderr);
  return done;
}

const everywhere = async (line: string): Promise<readonly string[]> =>
  (await Promise.all(hosts.map((host) => host.shell(line)))).map((text) => text.trim());
const same = (value: string): string[] => hosts.map(() => value);
const invocations = (unit: string): Promise<readonly string[]> =>
  everywhere(`systemctl show -p InvocationID --value ${unit}`);
const lastRun = async (): Promise<string> =>
  /^run=([0-9a-f]{32})/.exec((await everywhere("tail -n 1 /var/lib/svcdeploy/runs"))[0] ?? "")?.[1] ?? "";
const runningVersion = (): Promise<readonly string[]> => everywhere("curl -s http://127.0.0.1:18080/");
const answers = (version: string): string => `{"status":"ok","version":"${version}"}`;
const token = (): Promise<readonly string[]> =>
  everywhere("tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep ^TOKEN=");
const generation = (): Promise<readonly string[]> => everywhere("readlink /var/lib/svcdeploy/current");

/** Everything that the service has on the hosts: names, modes, owners and bytes. */
const state = (): Promise<readonly string[]> =>
  everywhere(
    "for f in $(find /etc/web /etc/svcdeploy/env/web.env /etc/systemd/system/web.service /opt/web/current/ -type f | sort); do stat -c '%n %a %U:%G' $f; sha256sum <$f; done; readlink /opt/web/current",
  );

let atOld: readonly string[] = [];
let atNew: readonly string[] = [];
let newerRun = "";

test("1.0, with a file that was right before svcdeploy came, then 1.1", async () => {
  await everywhere(
    "mkdir -p /etc/web; echo 'here before svcdeploy' >/etc/web/before.conf; : >/var/tmp/dependency",
  );
  writeVersion("1.0");
  const first = await apply(secrets.old);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  atOld = await state();
  writeVersion("1.1");
  expect((await apply(secrets.new)).code).toBe(0);
  newerRun = await lastRun();
  atNew = await state();
  expect(atNew).not.toEqual(atOld);
  expect(await runningVersion()).toEqual(same(answers("1.1")));
  const modes = await everywhere(
    "find /var/lib/svcdeploy/targets /var/lib/svcdeploy/gen /var/lib/svcdeploy/blobs -perm /077 | wc -l",
  );
  expect(modes).toEqual(same("0"));
});

test("why says which run made it so, and what that changed", async () => {
  const why = await run("why", "web@h2");
  expect([why.code, why.stderr]).toEqual([0, ""]);
  expect(why.stdout).toContain(newerRun.slice(0, 12));
  expect(why.stdout).toContain("+LimitNOFILE=4096");
  expect(why.stdout).toContain("secret, not shown");
  expect(why.stdout).toContain("nothing on the host differs");
  const json: unknown = JSON.parse((await run("why", "web@h2", "--output", "json")).stdout);
  expect(json).toMatchObject({
    schema: "svcdeploy.why/1",
    host: "h2",
    service: "web",
    version: "1.1",
    lastChange: { run: newerRun, before: 1 },
  });
  expect((await run("why", "nothing@h2")).code).toBe(1);
});

test("a dry run shows the way back and touches nothing", async () => {
  const before = [await state(), await generation()];
  expect(await run("rollback", "wed", "--yes")).toMatchObject({
    code: 64,
    stdout: "",
    stderr: expect.stringContaining('did you mean "web"?'),
  });
  const dry = await run("rollback", "web", "--dry-run");
  expect([dry.code, dry.stderr]).toEqual([0, ""]);
  expect(dry.stdout).toContain("from generation 2 (version 1.1) to generation");
  expect(dry.stdout).toContain("- file /etc/web/extra.conf");
  expect([await state(), await generation()]).toEqual(before);
});

test("rollback: 1.0's bytes and process, verified, nothing sent, the other service untouched", async () => {
  const side = await invocations("side.service");
  rmSync(join(shop.folder, "artifacts/web.pl")); // nothing of the project is needed for it
  const back = await run("rollback", "web", "--yes");
  expect([back.code, back.stderr]).toEqual([0, ""]);
  expect(await state()).toEqual(atOld);
  expect(await runningVersion()).toEqual(same(answers("1.0")));
  expect(await token()).toEqual(same(`TOKEN=${secrets.old}`));
  expect(await invocations("side.service")).toEqual(side);
  expect(await everywhere("ls /var/lib/svcdeploy/upload | wc -l")).toEqual(same("0"));
  expect(
    await everywhere(
      `tail -n 1 /var/lib/svcdeploy/runs | grep -c 'rollback-of=${newerRun} .*result=confirmed'`,
    ),
  ).toEqual(same("1"));
  expect(back.stdout).toMatch(/the\s+next\s+apply/);
  expect(await generation()).toEqual(same("gen/3"));
});

test("rollback again goes forward", async () => {
  const forth = await run("rollback", "web", "--yes");
  expect([forth.code, forth.stderr]).toEqual([0, ""]);
  expect(await state()).toEqual(atNew);
  expect(await token()).toEqual(same(`TOKEN=${secrets.new}`));
  expect(await runningVersion()).toEqual(same(answers("1.1")));
});

test("an old version that is no longer healthy, by its own check, is itself undone", async () => {
  await everywhere("rm /var/tmp/dependency");
  const failed = await run("rollback", "web", "--yes");
  expect(failed.code).toBe(5);
  expect(failed.stdout).toContain("/var/tmp/dependency");
  expect(await state()).toEqual(atNew);
  expect(await runningVersion()).toEqual(same(answers("1.1")));
  expect(await generation()).toEqual(same("gen/4"));
  const why = await run("why", "web@h3");
  expect(why.stdout).toMatch(/tried since .*rolled-back/s);
  await everywhere(": >/var/tmp/dependency");
});

test("a run is taken back as a whole; an edit by hand in between is shown", async () => {
  await everywhere("echo 'body=edited by hand' >>/etc/web/web.conf");
  const dry = await run("rollback", "--run", newerRun.slice(0, 12), "--dry-run");
  expect(dry.stdout).toContain("-body=edited by hand");
  expect((await run("why", "web@h1")).stdout).toContain("/etc/web/web.conf (content)");
  const back = await run("rollback", "--run", newerRun.slice(0, 12), "--yes", "--output", "ndjson");
  expect(back.code).toBe(0);
  expect(await state()).toEqual(atOld);
});

test("of a run with two services, both go back; where a later run changed one of them again that one is refused by name", async () => {
  writeVersion("1.1");
  shop.write("services/side.yaml", SIDE.replace("18081\\n", "18081\\n# changed\\n"));
  expect((await apply(secrets.new)).code).toBe(0);
  const both = await lastRun();
  expect((await apply(secrets.new, "--set", "greeting=only here", "--limit", "h1")).code).toBe(0);
  const back = await run("rollback", "--run", both, "--yes");
  expect(back.code).toBe(1);
  expect(back.stdout).toMatch(
    /h1: web is not rolled back: run\s+[0-9a-f]{12}\s+of\s+\S+\s+changed\s+web\s+again\s+since/,
  );
  expect(await everywhere("cat /etc/side/side.conf")).toEqual(same("port=18081"));
  expect(await everywhere("grep GREETING /etc/svcdeploy/env/web.env")).toEqual([
    'GREETING="only here"',
    'GREETING="hello"',
    'GREETING="hello"',
  ]);
});

test("a release that is not on the host any more refuses before anything", async () => {
  const before = [await state(), await generation()];
  await hosts[1]?.shell("mv /opt/web/releases/1.1-* /root/");
  const refused = await run("rollback", "web", "--yes", "--limit", "h2");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/is no longer on\s+the\s+host/);
  expect(refused.stdout).toContain("svcdeploy apply");
  expect([await state(), await generation()]).toEqual(before);
});

test("no output showed a secret, old or new", () => {
  for (const text of heard) for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
});
