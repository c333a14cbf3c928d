/**
 * The crash suite's slice (test/crash/cases.ts says what it strikes): one test a world without systemd. What it needs is
 * installed or it fails; SVCDEPLOY_CRASH_JOBS: how many worlds at once.
 */
import { setPriority } from "node:os";
import { beforeAll, expect, test } from "vitest";
import { checkPatches } from "../crash/mutants.ts";
import { setUpPlain } from "../crash/set-up.ts";
import { joined, LEAST, lineOf, type Sum, startWorlds } from "../crash/suite.ts";
import { WORLDS } from "../crash/worlds.ts";

const jobs = Number(process.env.SVCDEPLOY_CRASH_JOBS ?? 2);
let running: ReadonlyMap<string, Promise<Sum>> | undefined;
const worlds = (): ReadonlyMap<string, Promise<Sum>> => {
  running ??= startWorlds({ seed: "0", jobs });
  return running;
};

beforeAll(() => {
  setUpPlain();
  // Tests with hosts wait for them, and with limits: what only computes lets them go first.
  setPriority(5);
});

test.each(WORLDS.map(({ name }) => name))(
  "%s: entirely old or entirely new, whatever strikes it",
  async (name) => {
    const sum = await worlds().get(name);
    expect(sum?.wrong).toEqual([]);
    expect(sum?.missed).toBe(0);
  },
);

test(`at least ${LEAST} runs in all`, async () => {
  const ended = await Promise.allSettled(worlds().values());
  const sum = joined(ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
  console.log(lineOf(sum));
  expect(sum.runs).toBeGreaterThanOrEqual(LEAST);
});

test("every mutant's patch still applies", () => {
  expect(checkPatches()).toBeGreaterThan(20);
});
