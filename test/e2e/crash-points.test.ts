/**
 * A transaction that is killed or fails at any external command leaves its host entirely as it was or
 * entirely as it is to be; so does one whose undo or completion is struck once more. A sample by count, the same at
 * each run, which begins with what matters most; `npm run crash -- --full` runs every case (hours).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { casesOf, type End, makeRange, nameOf } from "../crash/systemd/cases.ts";
import { installCrashPoints, MATTERING, WORLD_NAMES, type World } from "../crash/systemd/host.ts";
import { sample } from "../crash/systemd/sample.ts";
import { strike } from "../crash/systemd/strike.ts";
import { cgroupMode, removeHosts, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";

/** Of each world, on each version. */
const SAMPLED = 8;
/** Of all: fewer are a failure. */
const LEAST = 48;
const hosts = new Map<number, TestHost>();
let all = 0;

beforeAll(async () => {
  console.log(`cgroups: ${cgroupMode()}`);
  const started = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "crash" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

test.concurrent.each(systemdVersions)(
  "systemd %i: old or new, whichever command is struck",
  { timeout: 1_800_000 },
  async (version) => {
    const host = hosts.get(version);
    if (host === undefined) throw new Error(`no host with systemd ${version}`);
    await installCrashPoints(host, MATTERING);
    for (const world of WORLD_NAMES) await strikeWorld(host, world);
  },
);

test("enough was struck", () => {
  console.log(`${all} cases of ${LEAST} at least`);
  expect(all).toBeGreaterThanOrEqual(LEAST);
});

/** The versions divide the commands among them. */
async function strikeWorld(host: TestHost, world: World): Promise<void> {
  const range = await makeRange(host, world);
  const cases = casesOf(range);
  const turn = { turn: systemdVersions.indexOf(host.systemd), turns: systemdVersions.length };
  const ends: Record<End, number> = { old: 0, new: 0, "said so": 0, mixed: 0, missed: 0 };
  const wrong: string[] = [];
  for await (const ended of strike(range, sample(cases, SAMPLED, turn), async () => range)) {
    all += 1;
    ends[ended.end] += 1;
    if (ended.wrong.length === 0) continue;
    wrong.push([nameOf(ended.of.fault), ...ended.wrong].join("\n  "));
    console.log(`systemd ${host.systemd}: ${wrong.at(-1)}`);
  }
  const counts = Object.entries(ends).map(([end, count]) => `${end} ${count}`);
  console.log(`systemd ${host.systemd}, ${world}: ${SAMPLED} of ${cases.length} cases: ${counts.join(", ")}`);
  expect(wrong).toEqual([]);
  expect(ends.missed).toBe(0);
  expect(ends.old).toBeGreaterThan(0);
  expect(ends.new).toBeGreaterThan(0);
}
