/**
 * Saved plans on two real hosts: carried out exactly as reviewed, refused where a host or the project moved
 * since, and no secret in the file.
 */
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import { makeWorkshop, type Run, type Workshop, webService } from "../support/workshop.ts";

const CANARY = "canary-one 7Zq";
const env = {
  SVCDEPLOY_PLAN_KEY: "the key of these tests: 32 letters",
  THE_PASSWORD: CANARY,
  COLUMNS: "160",
};

let hosts: readonly TestHost[] = [];
let shop: Workshop;
let file = "";

beforeAll(async () => {
  hosts = await Promise.all([startHost({ systemd: 247 }), startHost({ systemd: 257 })]);
  shop = makeWorkshop(hosts);
  file = join(shop.folder, "plan.json");
  const service = webService({ extra: "secrets: { DB_PASSWORD: { env: THE_PASSWORD } }\n" }).replace(
    "settle: 3s",
    "settle: 1s",
  );
  shop.write("services/web.yaml", service);
});
afterAll(async () => {
  shop.remove();
  await removeHosts();
});
beforeEach(() => rmSync(file, { force: true }));

const run = (...args: readonly string[]): Promise<Run> => shop.run(args, { env });
const on = (host: number, line: string): Promise<string> =>
  hosts[host]?.shell(line) ?? Promise.reject(new Error(`no host ${host}`));
const greeting = (host: number): Promise<string> =>
  on(host, "tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value web.service)/environ | grep GREETING");

async function save(...more: readonly string[]): Promise<Run> {
  const done = await run("plan", "--env", "test", "--out", file, ...more);
  expect({ code: done.code, stderr: done.stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^Saved in .*valid until/),
  });
  return done;
}

test("a new service is applied from its saved plan, with what --values and --set said then, and no secret in the file", async () => {
  const values = join(shop.folder, "more.yaml");
  writeFileSync(values, `version: "1.1"\n`);
  await save("--set", "greeting=reviewed", "--values", values);
  rmSync(values);
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  const text = readFileSync(file, "utf8");
  for (const form of [
    CANARY,
    Buffer.from(CANARY).toString("base64").slice(0, -2),
    Buffer.from(CANARY).toString("hex"),
  ])
    expect(text).not.toContain(form);
  const unasked = await run("apply", file);
  expect([unasked.code, unasked.stderr]).toEqual([64, expect.stringContaining("--yes")]);
  const applied = await run("apply", file, "--yes");
  expect([applied.code, applied.stderr]).toEqual([0, ""]);
  expect(applied.stdout).toMatch(
    /^The saved plan .*plan\.json: project workshop, environment test\nmade .*Z by svcdeploy .*\nvalid until .*Z\nmade with --set greeting=reviewed/,
  );
  expect(await Promise.all([0, 1].map(greeting))).toEqual(["GREETING=reviewed\n", "GREETING=reviewed\n"]);
  expect(await on(0, "cat /etc/web/web.conf")).toBe("version=1.1\n");
  const again = await run("apply", file, "--yes");
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("there is nothing left to do")]);
  expect(again.stdout).toMatch(/2 unchanged/);
});

test("a host that was edited since is refused and told what moved; the other goes on; --stale skip leaves it out", async () => {
  await save("--set", "greeting=second");
  await on(1, "echo '# by hand' >>/etc/web/web.conf");
  const told = /h2 changed since the plan was made:\s+\/etc\/web\/web\.conf was edited since the plan/;
  const skipped = await run("apply", file, "--yes", "--stale", "skip");
  expect([skipped.code, skipped.stderr]).toEqual([3, ""]);
  expect(skipped.stdout).toMatch(told);
  expect(skipped.stdout).toMatch(/1 skipped, 1 changed/);
  expect(skipped.stdout.slice(0, skipped.stdout.search(/^[0-9:]{8} run /m))).toMatch(
    /moved since the plan was made, it will be skipped: \/etc\/web\/web\.conf/,
  );
  expect(await Promise.all([0, 1].map(greeting))).toEqual(["GREETING=second\n", "GREETING=reviewed\n"]);
  const failed = await run("apply", file, "--yes");
  expect([failed.code, failed.stdout]).toEqual([1, expect.stringMatching(told)]);
  expect(failed.stdout).toMatch(/1 failed, 1 unchanged/);
  expect(await on(1, "tail -n 1 /etc/web/web.conf")).toBe("# by hand\n");
  expect(await greeting(1)).toBe("GREETING=reviewed\n");
});

test("a host that is another machine by now, and one that the saved plan found in order, are refused as well", async () => {
  expect((await run("apply", "--env", "test", "--yes")).code).toBe(0);
  await save("--output", "json");
  await on(
    0,
    "cp /etc/machine-id /etc/machine-id.old; echo 0123456789abcdef0123456789abcdef >/etc/machine-id",
  );
  await on(1, "systemctl stop web.service");
  const refused = await run("apply", file, "--yes");
  await on(0, "mv /etc/machine-id.old /etc/machine-id");
  expect(refused.code).toBe(1);
  expect(refused.stdout).toMatch(/it is another machine: machine-id/);
  expect(refused.stdout.replace(/\s+/g, " ")).toContain(
    "start web.service was not in the plan: was inactive",
  );
  expect(await on(1, "systemctl is-active web.service || true")).toBe("inactive\n");
});

test("a plan that must not be carried out is refused in one sentence, before any host is asked", async () => {
  await save("--valid-for", "1h");
  const text = readFileSync(file, "utf8");
  const apply = async (with_: string, ...more: readonly string[]): Promise<string> => {
    writeFileSync(file, with_);
    const { code, stdout, stderr } = await run("apply", file, "--yes", ...more);
    expect(stdout).toBe("");
    return `${code} ${stderr}`;
  };
  expect(await apply(text.replace('"environment": "test"', '"environment": "prod"'))).toMatch(
    /^65 .*it was edited or cut off\n/,
  );
  expect(await apply(text.slice(0, -500))).toMatch(/^65 .*it was edited or cut off\n/);
  expect(await apply(text.replace("saved-plan/1", "saved-plan/9"))).toMatch(
    /^65 .*another version of svcdeploy: it is svcdeploy\.saved-plan\/9/,
  );
  expect(await apply(text, "--limit", "h1")).toMatch(/^64 --limit is fixed by the saved plan/);
  expect(await apply(text, "--dry-run")).toMatch(/^64 --dry-run/);
  const otherKey = await shop.run(["apply", file, "--yes"], {
    env: { ...env, SVCDEPLOY_PLAN_KEY: "another key of thirty-two letters" },
  });
  expect([otherKey.code, otherKey.stderr]).toEqual([64, expect.stringContaining("made under another key")]);
  const noKey = await shop.run(["apply", file, "--yes"], { env: { THE_PASSWORD: CANARY } });
  expect([noKey.code, noKey.stderr]).toEqual([64, expect.stringContaining("SVCDEPLOY_PLAN_KEY")]);
  shop.write("svcdeploy.yaml", "name: other\n");
  expect(await apply(text)).toMatch(
    /^65 .*is a plan of the project workshop, and this is the project other\n/,
  );
  shop.write("svcdeploy.yaml", "name: workshop\n");
  const renewed = await shop.run(["apply", file, "--yes"], { env: { ...env, THE_PASSWORD: "canary-two" } });
  expect([renewed.code, renewed.stderr]).toEqual([
    65,
    expect.stringContaining("h1: file:/etc/svcdeploy/env/web.env is something else now"),
  ]);
  expect(renewed.stderr).not.toContain("canary");
  cpSync(join(shop.folder, "templates/web.conf.hbs"), join(shop.folder, "kept.hbs"));
  shop.write("templates/web.conf.hbs", "other={{values.version}}\n");
  expect(await apply(text)).toMatch(
    /^65 The project has changed since the plan was made:\n.*h1: file:\/etc\/web\/web\.conf is something else now\n/,
  );
  cpSync(join(shop.folder, "kept.hbs"), join(shop.folder, "templates/web.conf.hbs"));
});

test("a plan expires, and is not made where a host is out of reach or a value is a secret's", async () => {
  await save("--valid-for", "1s");
  await sleep(1100);
  const expired = await run("apply", file, "--yes");
  expect([expired.code, expired.stderr]).toEqual([
    6,
    expect.stringMatching(/plan\.json expired: it was made at .* and was valid until/),
  ]);
  rmSync(file);
  const told = await run("plan", "--env", "test", "--out", file, "--set", `greeting=${CANARY}`);
  expect([told.code, told.stderr]).toEqual([64, expect.stringContaining("contains the value of a secret")]);
  await hosts[1]?.stop();
  const half = await run("plan", "--env", "test", "--out", file);
  expect([half.code, half.stderr]).toEqual([
    3,
    expect.stringContaining("Not saved: h2 could not be checked"),
  ]);
  expect(() => statSync(file)).toThrow(/ENOENT/);
});
