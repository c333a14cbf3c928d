/**
 * The crash suite's slice (test/crash/cases.ts says what it strikes): one test a world without systemd. What it needs is
 * installed or it fails; SVCDEPLOY_CRASH_JOBS: how many worlds at once.
 */
import { beforeAll, expect, test } from "vitest";
import { setUpPlain } from "../crash/set-up.ts";
import { joined, LEAST, lineOf, type Sum, startWorlds } from "../crash/suite.ts";
import { WORLDS } from "../crash/worlds.ts";

const jobs = Number(process.env.SVCDEPLOY_CRASH_JOBS ?? 2);
let running: ReadonlyMap<string, Promise<Sum>> = new Map();

beforeAll(() => {
  setUpPlain();
  running = startWorlds({ seed: "0", jobs });
});

test.each(WORLDS.map(({ name }) => name))(
  "%s: entirely old or entirely new, whatever strikes it",
  async (name) => {
    const sum = await running.get(name);
    expect(sum?.wrong).toEqual([]);
    expect(sum?.missed).toBe(0);
  },
);

test(`at least ${LEAST} runs in all`, async () => {
  const ended = await Promise.allSettled(running.values());
  const sum = joined(ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
  console.log(lineOf(sum));
  expect(sum.runs).toBeGreaterThanOrEqual(LEAST);
});
