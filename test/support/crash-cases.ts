/** The cases of a world of the crash tests, and how one ended: entirely old, entirely new, or neither. */
import {
  type Case,
  caseLine,
  type Fault,
  type Mode,
  makeOld,
  type Outcome,
  runCase,
  type World,
} from "./crash-points.ts";
import type { TestHost } from "./hosts.ts";

/**
 * A host with what it is like before and after a transaction that went well, and the commands of each phase
 * by what led to it.
 */
export type Range = {
  readonly host: TestHost;
  readonly world: World;
  readonly old: readonly string[];
  readonly new: readonly string[];
  readonly apply: readonly string[];
  readonly undo: { readonly cause: Fault; readonly points: readonly string[] };
  readonly complete: { readonly cause: Fault; readonly points: readonly string[] };
};
/**
 * missed: no command had that number this time. said so: an undo that was struck itself, and says that it
 * failed.
 */
export type End = "old" | "new" | "said so" | "mixed" | "missed";

/**
 * Runs a world's transaction once without a fault, and counts. The scripts have to be on the host. Throws
 * where that fails.
 */
export async function makeRange(host: TestHost, world: World): Promise<Range> {
  await makeOld(host, world);
  const clean = await runCase(host, { body: world, confirm: true, faults: [], trace: true });
  if (clean.state !== "CONFIRMED")
    throw new Error(`${host.name}: ${clean.state} without a fault\n${clean.snapshot.join("\n")}`);
  if (clean.snapshot.some((text) => /\/upload\/./.test(text)))
    throw new Error(`${host.name}: the upload is still there after the commit`);
  const apply = phase(clean, "apply");
  const undone = after(apply, LATE[world].undone, "kill-after");
  const completed = after(apply, /new\/3 .*\/blobs\//, "kill-before");
  const old = await makeOld(host, world);
  return {
    host,
    world,
    new: clean.snapshot,
    apply,
    old,
    undo: await trace(host, world, undone),
    complete: await trace(host, world, completed),
  };
}

/** Where an undo has most to do. */
const LATE: Readonly<Record<World, { readonly undone: RegExp }>> = {
  usual: { undone: /systemctl --system start .*crb/ },
  trees: { undone: /systemctl --system restart .*crf/ },
};

async function trace(
  host: TestHost,
  world: World,
  cause: Fault,
): Promise<{ readonly cause: Fault; readonly points: readonly string[] }> {
  await makeOld(host, world);
  const outcome = await runCase(host, { body: world, confirm: true, faults: [cause], trace: true });
  return { cause, points: phase(outcome, "finish") };
}

function phase(outcome: Outcome, name: Fault["phase"]): readonly string[] {
  return outcome.points.filter((point) => point.startsWith(`${name} `));
}

function after(apply: readonly string[], command: RegExp, mode: Mode): Fault {
  const index = apply.findIndex((point) => command.test(point));
  if (index < 1) throw new Error(`no command is like ${command}`);
  return { phase: "apply", number: index + 1, mode };
}

const hasHalves = /^\S+ \d+ (setpriv --reuid|rm -rf -- .*\/releases\/)/;
const readsOnly =
  /^\S+ \d+ (stat|id|sha256sum|readlink|getent|grep|ls|flock|sort|xargs|head|tail|tr|cut|find -P \S+ [^e]|systemctl --system (show|is-system-running)) /;

/**
 * Every case of a world: each command struck in each way, and so the commands of an undo and of a completion.
 */
export function* casesOf(range: Range): Generator<Case> {
  for (const fault of faultsOf("apply", range.apply))
    yield { body: range.world, confirm: true, faults: [fault] };
  for (const { cause, points } of [range.undo, range.complete]) {
    for (const fault of faultsOf("finish", points))
      yield { body: range.world, confirm: true, faults: [cause, fault] };
  }
}

/** A death after a command that only reads is the same as one before it. */
function faultsOf(name: Fault["phase"], points: readonly string[]): readonly Fault[] {
  return points.flatMap((point, index) => {
    const partway: readonly Mode[] = hasHalves.test(point) ? ["kill-partway"] : [];
    const modes: readonly Mode[] = readsOnly.test(point)
      ? ["kill-before", "fail"]
      : ["kill-before", "kill-after", "fail"];
    return [...modes, ...partway].map((mode): Fault => ({ phase: name, number: index + 1, mode }));
  });
}

/** A start job that outlives the systemctl that asked for it must not outlive the undo. */
export function slowCase({ apply }: Range): Case {
  return {
    body: "slow",
    confirm: true,
    faults: [after(apply, /systemctl --system restart .*cra/, "kill-during")],
  };
}

/** How a case ended. */
export function endOf(outcome: Outcome, { faults }: Case, range: Range): End {
  const [word] = outcome.state.split(" ");
  const failedTwice = faults.some((fault) => fault.phase === "finish" && fault.mode === "fail");
  if (word === "ROLLBACK_FAILED") return failedTwice ? "said so" : "mixed";
  const unchanged = word === "STAGED" || word === "REFUSED" || word === "ROLLEDBACK";
  if (unchanged && !same(outcome.snapshot, range.old)) return "mixed";
  if (
    !unchanged &&
    (word !== "CONFIRMED" || !same(withoutRests(outcome.snapshot, range), withoutRests(range.new, range)))
  )
    return "mixed";
  if (!outcome.struck) return "missed";
  return unchanged ? "old" : "new";
}

/** What a commit retires in the world of trees. */
const retired = [
  "/opt/crt/releases/0-bbbbbbbbbbbb",
  "/opt/crg/releases/5-dddddddddddd",
  "/opt/crz/releases/9-cccccccccccc",
  "/var/lib/svcdeploy/gen/1",
];
/** Uploads, folders that are empty, and what no one takes for a whole release or generation. */
const rests =
  /\/var\/lib\/svcdeploy\/upload\/|^\/opt\/cr[gz](\/releases)? d |\.going[/ ]|\.going$|\/gen\/1\.old(\/| |$)/;

/**
 * A removal after the commit that was struck is left for the next one: what is retired is there entirely, or
 * under another name.
 */
function withoutRests(snapshot: readonly string[], range: Range): readonly string[] {
  const whole = retired.filter((path) => same(about(path, snapshot), about(path, range.old)));
  return snapshot.filter((text) => !rests.test(text) && !whole.some((path) => isAbout(path, text)));
}

function about(path: string, snapshot: readonly string[]): readonly string[] {
  return snapshot.filter((text) => isAbout(path, text));
}

function isAbout(path: string, text: string): boolean {
  return text.includes(`${path}/`) || text.includes(`${path} `);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join("\n") === b.join("\n");
}

/** What an ended case has that it should not have, in lines. */
export function describeWrong({ state, snapshot }: Outcome, wanted: Case, range: Range): string {
  const reference = state.startsWith("CONFIRMED") ? range.new : range.old;
  const struck = wanted.faults.map(({ phase: name, number, mode }) => {
    const points =
      name === "apply"
        ? range.apply
        : wanted.faults[0] === range.undo.cause
          ? range.undo.points
          : range.complete.points;
    return `${mode} ${points[number - 1]}`;
  });
  const more = snapshot.filter((text) => !reference.includes(text)).map((text) => `+ ${text}`);
  const less = reference.filter((text) => !snapshot.includes(text)).map((text) => `- ${text}`);
  return [`${caseLine(wanted)}: ${state}`, ...struck, ...more, ...less].join("\n  ");
}
