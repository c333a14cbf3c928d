/**
 * A transaction that is killed or fails at any external command leaves its host entirely as it was or
 * entirely as it is to be; so does one whose undo or completion is struck once more. A sample by default, the
 * same at each run; `npm run test:full` runs every point (hours).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  casesOf,
  describeWrong,
  type End,
  endOf,
  makeRange,
  type Range,
  slowCase,
} from "../support/crash-cases.ts";
import { type Case, installCrashPoints, makeOld, runCase } from "../support/crash-points.ts";
import {
  cgroupMode,
  removeHosts,
  type SystemdVersion,
  startHost,
  systemdVersions,
  type TestHost,
} from "../support/hosts.ts";

const every = process.env.SVCDEPLOY_CRASH_POINTS === "all";
const limit = every ? 14_400_000 : 1_800_000;
/** Of each world, on each version. */
const sampled = 8;
const hosts = new Map<number, TestHost>();

beforeAll(async () => {
  console.log(`cgroups: ${cgroupMode()}`);
  const started = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "crash" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

test.concurrent.each(systemdVersions)(
  "systemd %i: old or new, whichever command is struck",
  { timeout: limit },
  async (version) => {
    const host = hosts.get(version);
    if (host === undefined) throw new Error(`no host with systemd ${version}`);
    await installCrashPoints(host);
    for (const world of ["usual", "trees"] as const) await strikeWorld(await makeRange(host, world));
  },
);

async function strikeWorld(range: Range): Promise<void> {
  const { host, world, apply, undo, complete } = range;
  const all = [...(world === "usual" ? [slowCase(range)] : []), ...casesOf(range)];
  const tally: Tally = { ends: { old: 0, new: 0, "said so": 0, mixed: 0, missed: 0 }, wrong: [] };
  await strike(range, every ? all : sample(all, host.systemd), tally);
  const points = `${apply.length} commands of apply.sh, ${undo.points.length} of the undo, ${complete.points.length} of the completion`;
  const counts = Object.entries(tally.ends).map(([end, count]) => `${end} ${count}`);
  const struck = Object.values(tally.ends).reduce((sum, count) => sum + count, 0);
  console.log(
    `systemd ${host.systemd}, ${world}: ${points}; ${struck} of ${all.length} cases: ${counts.join(", ")}`,
  );
  expect(tally.wrong).toEqual([]);
  expect(tally.ends.old).toBeGreaterThan(0);
  // What the undo asks the journal depends on how fast that is, so the last numbers may not come up.
  expect(tally.ends.missed).toBeLessThanOrEqual(Math.max(1, struck / 20));
}

/** How many cases ended how, and the ones that must not be. */
type Tally = { readonly ends: Record<End, number>; readonly wrong: string[] };

async function strike(range: Range, cases: readonly Case[], { ends, wrong }: Tally): Promise<void> {
  let end: End = "new";
  for (const wanted of cases) {
    if (end !== "old") expect(await makeOld(range.host, range.world)).toEqual(range.old);
    const outcome = await runCase(range.host, wanted);
    end = endOf(outcome, wanted, range);
    ends[end] += 1;
    if (end !== "mixed") continue;
    wrong.push(describeWrong(outcome, wanted, range));
    console.log(`systemd ${range.host.systemd}: ${wrong.at(-1)}`);
  }
}

/**
 * Cases of every way to strike a command of every phase in turn, spread over the commands, others for each
 * version; the one of a service that starts slowly always.
 */
function sample(cases: readonly Case[], version: SystemdVersion): readonly Case[] {
  const kinds = [...Map.groupBy(cases, kindOf).values()];
  const slow = kinds.filter(([first]) => first?.body === "slow").flat();
  const others = kinds.filter(([first]) => first?.body !== "slow");
  const start = systemdVersions.indexOf(version) * sampled;
  const taken = Array.from({ length: sampled }, (_, index) => {
    const turn = start + index;
    const kind = others[turn % others.length] ?? [];
    return kind[(turn * 619) % kind.length];
  });
  return [...slow, ...taken].filter((wanted) => wanted !== undefined);
}

/** Which commands are struck and how: an undo's and a completion's causes differ in how they are struck. */
function kindOf({ body, faults }: Case): string {
  return [body, ...faults.map(({ phase, mode }) => `${phase} ${mode}`)].join(", ");
}
