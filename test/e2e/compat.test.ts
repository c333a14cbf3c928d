/**
 * What 0.1 left on a host and on its controller, under this version: test/compat/record.ts recorded it. The
 * host has booted since.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  becomeRecorded,
  LIST_DEPLOYED,
  makeRecordedProject,
  RECORDED,
  RECORDED_ENV,
  readFacts,
  unpackState,
} from "../compat/recording.ts";
import { removeHosts, startHost, type TestHost } from "../support/hosts.ts";
import type { Run, Workshop } from "../support/workshop.ts";

const facts = readFacts();
const state = unpackState();
let host: TestHost;
let shop: Workshop;

beforeAll(async () => {
  host = await startHost({ systemd: facts.systemd, name: "compat" });
  await becomeRecorded(host, facts);
  shop = makeRecordedProject(host);
});
afterAll(async () => {
  shop?.remove();
  rmSync(state, { recursive: true, force: true });
  await removeHosts();
});

const run = (...words: readonly string[]): Promise<Run> =>
  shop.run(words, { env: { ...RECORDED_ENV, XDG_STATE_HOME: state } });
const deployed = (): Promise<string> => host.shell(LIST_DEPLOYED);
const healsIn = (
  folder: string,
): readonly { readonly host: string; readonly service: string; readonly at: number }[] =>
  JSON.parse(readFileSync(join(folder, "heal.json"), "utf8")).heals;
const greeting = (unit: string): Promise<string> =>
  host.shell(
    `tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value ${unit})/environ | sed -n 's/^GREETING=//p'`,
  );

test("the host is as recorded, and the plan finds nothing to do", async () => {
  expect(await deployed()).toBe(facts.deployed["1.1"]);
  const plan = await run("plan", "--env", "test", "--output", "json");
  expect([plan.code, plan.stderr]).toEqual([0, ""]);
  expect(JSON.parse(plan.stdout)).toMatchObject({
    plays: [{ hosts: [{ host: "h1", status: "unchanged", changes: [], actions: [], notices: [] }] }],
  });
  expect(await run("drift", "--env", "test")).toMatchObject({ code: 0, stderr: "" });
  expect(await run("verify", "--env", "test")).toMatchObject({ code: 0, stderr: "" });
});

test("the runs of the recorded history and those that the host tells of are the same", async () => {
  const history = await run("history", "--env", "test", "--output", "json");
  expect([history.code, history.stderr]).toEqual([0, ""]);
  const { runs }: { runs: readonly { recordedHere: boolean; hosts: readonly { word: string }[] }[] } =
    JSON.parse(history.stdout);
  const told = runs.map(({ recordedHere, hosts }) => [recordedHere, hosts.map(({ word }) => word).join()]);
  expect(told).toEqual([
    [true, "agrees"],
    [true, "agrees"],
    [true, "agrees"],
  ]);
  const why = await run("why", "web@h1", "--env", "test", "--output", "json");
  expect(JSON.parse(why.stdout)).toMatchObject({ service: "web", version: "1.1" });
});

test("the recorded plan is carried out", async () => {
  const applied = await run("apply", join(RECORDED, "plan.json"), "--yes");
  expect([applied.code, applied.stderr]).toEqual([0, ""]);
  expect(await Promise.all(["web.service", "worker@green.service"].map(greeting))).toEqual([
    "saved\n",
    "saved\n",
  ]);
  expect(await host.shell("cat /etc/web/web.conf")).toBe("version=1.2\nport=18080\n");
});

test("rollback brings back what 0.1 kept: the generation before, then the first", async () => {
  const { runs }: { runs: readonly { run: string }[] } = JSON.parse(
    (await run("history", "--output", "json")).stdout,
  );
  const back = await run("rollback", "--run", runs[0]?.run ?? "", "--env", "test", "--yes");
  expect(back).toMatchObject({ code: 0, stderr: "" });
  expect(await deployed()).toBe(facts.deployed["1.1"]);
  const first = ["--to", "1", "--env", "test", "--yes"];
  expect(await run("rollback", "web", ...first)).toMatchObject({ code: 0, stderr: "" });
  expect(await run("rollback", "worker", ...first)).toMatchObject({ code: 0, stderr: "" });
  expect(await deployed()).toBe(facts.deployed["1.0"]);
  expect(await greeting("web.service")).toBe("hello\n");
});

test("healing goes on from what it remembered", async () => {
  // The memory is kept by the project's folder, which is another one here.
  const root = createHash("sha256").update(shop.folder).digest("hex").slice(0, 8);
  const folder = join(state, "svcdeploy/drift");
  const known = readdirSync(folder).find((name) => readdirSync(join(folder, name)).includes("heal.json"));
  renameSync(join(folder, known ?? ""), join(folder, `recorded.test.${root}`));
  const memory = join(folder, `recorded.test.${root}`);
  const recorded = healsIn(memory);
  const older = ["--set", "version=1.0", "--set", "greeting=hello"];
  await host.shell("echo '# by hand' >>/etc/web/web.conf");
  const healed = await run("drift", "--heal", "--grace", "0s", "--env", "test", ...older);
  expect([healed.code, healed.stderr]).toEqual([0, ""]);
  expect(await deployed()).toBe(facts.deployed["1.0"]);
  expect(readdirSync(memory)).toEqual(["heal.json"]);
  const heals = healsIn(memory);
  expect(heals.at(-1)).toMatchObject({ host: "h1", service: "web" });
  expect(heals.at(-1)?.at).toBeGreaterThan(recorded[0]?.at ?? Number.POSITIVE_INFINITY);
});
