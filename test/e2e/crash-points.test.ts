/**
 * A transaction that is killed or fails at any external command leaves its host entirely as it was or entirely as it shall be; so does one whose
 * undo or completion is struck once more. A sample by default; SVCDEPLOY_CRASH_POINTS=all runs every point (most of an hour).
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Case, caseLine, type Fault, installCrashPoints, type Mode, makeOld, type Outcome, runCase } from "../support/crash-points.ts";
import { cgroupMode, removeHosts, type SystemdVersion, startHost, systemdVersions, type TestHost } from "../support/hosts.ts";

const every = process.env.SVCDEPLOY_CRASH_POINTS === "all";
const limit = every ? 7_200_000 : 300_000;
const sampleMilliseconds = Number(process.env.SVCDEPLOY_CRASH_SECONDS ?? "60") * 1000;
const hosts = new Map<number, TestHost>();

/** A host with what it is like before and after a transaction that went well, and the commands of each phase by what led to it. */
type Range = {
  readonly host: TestHost;
  readonly old: readonly string[];
  readonly new: readonly string[];
  readonly apply: readonly string[];
  readonly undo: { readonly cause: Fault; readonly points: readonly string[] };
  readonly complete: { readonly cause: Fault; readonly points: readonly string[] };
};
/** missed: no command had that number this time. said so: an undo that was struck itself, and says that it failed. */
type End = "old" | "new" | "said so" | "mixed" | "missed";

beforeAll(async () => {
  console.log(`cgroups: ${cgroupMode()}`);
  const started = await Promise.all(systemdVersions.map((systemd) => startHost({ systemd, name: "crash" })));
  for (const host of started) hosts.set(host.systemd, host);
});
afterAll(removeHosts);

test.concurrent.each(systemdVersions)("systemd %i: old or new, whichever command is struck", { timeout: limit }, async (version) => {
  const range = await makeRange(version);
  const all = [slowCase(range), ...casesOf(range)];
  const tally: Tally = { ends: { old: 0, new: 0, "said so": 0, mixed: 0, missed: 0 }, wrong: [] };
  await strike(range, every ? all : sample(all, version), tally);
  const points = `${range.apply.length} commands of apply.sh, ${range.undo.points.length} of the undo, ${range.complete.points.length} of the completion`;
  const counts = Object.entries(tally.ends).map(([end, count]) => `${end} ${count}`);
  const struck = Object.values(tally.ends).reduce((sum, count) => sum + count, 0);
  console.log(`systemd ${version}: ${points}; ${struck} of ${all.length} cases: ${counts.join(", ")}`);
  expect(tally.wrong).toEqual([]);
  expect(tally.ends.old).toBeGreaterThan(0);
  // What the undo asks the journal depends on how fast that is, so the last numbers may not come up.
  expect(tally.ends.missed).toBeLessThanOrEqual(struck / 20);
});

/** How many cases ended how, and the ones that must not be. */
type Tally = { readonly ends: Record<End, number>; readonly wrong: string[] };

async function strike(range: Range, cases: readonly Case[], { ends, wrong }: Tally): Promise<void> {
  const stop = Date.now() + (every ? limit : sampleMilliseconds);
  let end: End = "new";
  for (const wanted of cases) {
    if (Date.now() > stop) return;
    if (end !== "old") expect(await makeOld(range.host)).toEqual(range.old);
    const outcome = await runCase(range.host, wanted);
    end = endOf(outcome, wanted, range);
    ends[end] += 1;
    if (end !== "mixed") continue;
    wrong.push(describeWrong(outcome, wanted, range));
    console.log(`systemd ${range.host.systemd}: ${wrong.at(-1)}`);
  }
}

/** Cases spread over the whole list, others for each version; a slow machine gets less far in the same time. */
function sample(cases: readonly Case[], version: SystemdVersion): readonly Case[] {
  const [slow, ...others] = cases;
  const steps = Array.from(others, (_, index) => (index * 619 + systemdVersions.indexOf(version) * 7) % others.length);
  return [slow, ...steps.map((step) => others[step])].filter((wanted) => wanted !== undefined);
}

async function makeRange(version: number): Promise<Range> {
  const host = hosts.get(version);
  if (host === undefined) throw new Error(`no host with systemd ${version}`);
  await installCrashPoints(host);
  await makeOld(host);
  const clean = await runCase(host, { body: "usual", confirm: true, faults: [], trace: true });
  expect(clean.state).toBe("CONFIRMED");
  const apply = phase(clean, "apply");
  const undone = after(apply, /systemctl --system start .*crb/, "kill-after");
  const completed = after(apply, /new\/3 .*\/blobs\//, "kill-before");
  return { host, new: clean.snapshot, apply, old: await makeOld(host), undo: await trace(host, undone), complete: await trace(host, completed) };
}

async function trace(host: TestHost, cause: Fault): Promise<{ readonly cause: Fault; readonly points: readonly string[] }> {
  await makeOld(host);
  const outcome = await runCase(host, { body: "usual", confirm: true, faults: [cause], trace: true });
  return { cause, points: phase(outcome, "finish") };
}

function phase(outcome: Outcome, name: Fault["phase"]): readonly string[] {
  return outcome.points.filter((point) => point.startsWith(`${name} `));
}

function after(apply: readonly string[], command: RegExp, mode: Mode): Fault {
  const index = apply.findIndex((point) => command.test(point));
  expect(index).toBeGreaterThan(0);
  return { phase: "apply", number: index + 1, mode };
}

const readsOnly = /^\S+ \d+ (stat|id|sha256sum|readlink|getent|grep|ls|flock|systemctl --system (show|is-system-running)) /;

function* casesOf(range: Range): Generator<Case> {
  for (const fault of faultsOf("apply", range.apply)) yield { body: "usual", confirm: true, faults: [fault] };
  for (const { cause, points } of [range.undo, range.complete]) {
    for (const fault of faultsOf("finish", points)) yield { body: "usual", confirm: true, faults: [cause, fault] };
  }
}

/** A death after a command that only reads is the same as one before it. */
function faultsOf(name: Fault["phase"], points: readonly string[]): readonly Fault[] {
  return points.flatMap((point, index) => {
    const modes: readonly Mode[] = readsOnly.test(point) ? ["kill-before", "fail"] : ["kill-before", "kill-after", "fail"];
    return modes.map((mode): Fault => ({ phase: name, number: index + 1, mode }));
  });
}

/** A start job that outlives the systemctl that asked for it must not outlive the undo. */
function slowCase({ apply }: Range): Case {
  return { body: "slow", confirm: true, faults: [after(apply, /systemctl --system restart .*cra/, "kill-during")] };
}

function endOf(outcome: Outcome, { faults }: Case, range: Range): End {
  const [word] = outcome.state.split(" ");
  const failedTwice = faults.some((fault) => fault.phase === "finish" && fault.mode === "fail");
  if (word === "ROLLBACK_FAILED") return failedTwice ? "said so" : "mixed";
  const unchanged = word === "STAGED" || word === "REFUSED" || word === "ROLLEDBACK";
  if (unchanged && !same(outcome.snapshot, range.old)) return "mixed";
  if (!unchanged && (word !== "CONFIRMED" || !same(withoutUploads(outcome.snapshot), withoutUploads(range.new)))) return "mixed";
  if (!outcome.struck) return "missed";
  return unchanged ? "old" : "new";
}

/** An upload that came to nothing or is in place by now may stay for the next run. */
function withoutUploads(snapshot: readonly string[]): readonly string[] {
  return snapshot.filter((text) => !text.includes("/var/lib/svcdeploy/upload/"));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\n") === b.join("\n");
}

function describeWrong({ state, snapshot }: Outcome, wanted: Case, range: Range): string {
  const reference = state.startsWith("CONFIRMED") ? range.new : range.old;
  const struck = wanted.faults.map(({ phase: name, number, mode }) => {
    const points = name === "apply" ? range.apply : wanted.faults[0] === range.undo.cause ? range.undo.points : range.complete.points;
    return `${mode} ${points[number - 1]}`;
  });
  const more = snapshot.filter((text) => !reference.includes(text)).map((text) => `+ ${text}`);
  const less = reference.filter((text) => !snapshot.includes(text)).map((text) => `- ${text}`);
  return [`${caseLine(wanted)}: ${state}`, ...struck, ...more, ...less].join("\n  ");
}
