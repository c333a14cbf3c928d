/** The cases of a world with systemd, and how one ended: entirely old, entirely new, or neither. */
import type { TestHost } from "../../support/hosts.ts";
import {
  type Case,
  type Command,
  type Fault,
  type Mode,
  makeOld,
  type Outcome,
  runCase,
  type World,
} from "./host.ts";

/** What a transaction comes to before a command: it is carried out, undone, or completed by finish.sh. */
export type Phase = "apply" | "undo" | "complete";
/**
 * A host with what it is like before and after a transaction that went well, and the commands of each phase; causes:
 * what leads to an undo, and to a completion.
 */
export type Range = {
  readonly host: TestHost;
  readonly world: World;
  readonly old: readonly string[];
  readonly new: readonly string[];
  readonly commands: Readonly<Record<Phase, readonly Command[]>>;
  readonly causes: Readonly<Record<Exclude<Phase, "apply">, Fault>>;
};
/** A case with the command that it is about, and how that is struck. */
export type Struck = Case & { readonly phase: Phase; readonly fault: Fault };
/**
 * missed: no such command came up this time. said so: an undo that was struck itself, and says that it
 * failed.
 */
export type End = "old" | "new" | "said so" | "mixed" | "missed";

/** Where an undo has most to do. */
const LATE: Readonly<Record<World, RegExp>> = {
  usual: /systemctl --system start .*crb/,
  trees: /systemctl --system restart .*crf/,
};

/**
 * Runs a world's transaction once without a fault and once to each cause, and has the commands listed. The scripts
 * have to be on the host. Throws where that fails.
 */
export async function makeRange(host: TestHost, world: World): Promise<Range> {
  await makeOld(host, world);
  const clean = await runCase(host, { body: world, faults: [] }, true);
  if (clean.state !== "CONFIRMED")
    throw new Error(`${host.name}: ${clean.state} without a fault\n${clean.snapshot.join("\n")}`);
  if (clean.snapshot.some((text) => /\/upload\/./.test(text)))
    throw new Error(`${host.name}: the upload is still there after the commit`);
  const apply = clean.commands.filter(({ phase }) => phase === "apply");
  const causes = {
    undo: after(apply, LATE[world], "kill-after"),
    complete: after(apply, /^mv .*\/blobs\//, "kill-before"),
  };
  const old = await makeOld(host, world);
  const traced = async (cause: Fault, state: string): Promise<readonly Command[]> => {
    const outcome = await runCase(host, { body: world, faults: [cause] }, true);
    if (!outcome.state.startsWith(state))
      throw new Error(`${host.name}: ${outcome.state} after ${nameOf(cause)}, not ${state}`);
    return outcome.commands.filter(({ phase }) => phase === "finish");
  };
  // Entirely old again, so that the next one begins there.
  const undo = await traced(causes.undo, "ROLLEDBACK");
  const complete = await traced(causes.complete, "CONFIRMED");
  return { host, world, new: clean.snapshot, old, commands: { apply, undo, complete }, causes };
}

function after(apply: readonly Command[], pattern: RegExp, mode: Mode): Fault {
  const command = apply.find(({ text }) => pattern.test(text));
  if (command === undefined) throw new Error(`no command is like ${pattern}`);
  return { ...command, mode };
}

/** How the tally and messages name a command. */
export function nameOf({ text, occurrence }: Command): string {
  return occurrence === 1 ? text : `${text} #${occurrence}`;
}

const hasHalves = /^(setpriv --reuid|rm -rf -- .*\/releases\/)/;
const hasLimit = /^timeout /;
const readsOnly =
  /^(stat|id|sha256sum|readlink|getent|grep|ls|flock|sort|xargs|head|tail|tr|cut|date|find -P \S+ [^e]|systemctl --system (show|is-system-running))( |$)/;

/**
 * In which ways a command is struck. A death after a command that only reads is the same as one before it; so is the
 * end of a command that hangs and has no limit: the unit's own limit kills all of it.
 */
function modesOf({ text }: Command): readonly Mode[] {
  return [
    "kill-before",
    ...(readsOnly.test(text) ? [] : (["kill-after"] as const)),
    "fail",
    "lost",
    ...(hasLimit.test(text) ? (["hang"] as const) : []),
    ...(hasHalves.test(text) ? (["kill-partway"] as const) : []),
  ];
}

/** Every case of a world: each command of each phase struck in each way; a service that starts slowly. */
export function casesOf({ world, commands, causes }: Range): readonly Struck[] {
  const phases = [
    ["apply", []],
    ["undo", [causes.undo]],
    ["complete", [causes.complete]],
  ] as const;
  const each = phases.flatMap(([phase, before]) =>
    commands[phase].flatMap((command) =>
      modesOf(command).map((mode): Struck => {
        const fault = { ...command, mode };
        return { body: world, phase, fault, faults: [...before, fault] };
      }),
    ),
  );
  return world === "usual" ? [slowCase(commands.apply), ...each] : each;
}

/** A start job that outlives the systemctl that asked for it must not outlive the undo. */
function slowCase(apply: readonly Command[]): Struck {
  const fault = after(apply, /systemctl --system restart .*cra/, "kill-during");
  return { body: "slow", phase: "apply", fault, faults: [fault] };
}

/** How a case ended. */
export function endOf(outcome: Outcome, { faults }: Case, range: Range): End {
  const [word] = outcome.state.split(" ");
  const failedTwice = faults.some(({ phase, mode }) => phase === "finish" && !mode.startsWith("kill"));
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
export function describeWrong(
  { state, snapshot }: Outcome,
  { faults }: Case,
  range: Range,
): readonly string[] {
  const reference = state.startsWith("CONFIRMED") ? range.new : range.old;
  const struck = faults.map((fault) => `${fault.phase} ${fault.mode} ${nameOf(fault)}`);
  const more = snapshot.filter((text) => !reference.includes(text)).map((text) => `+ ${text}`);
  const less = reference.filter((text) => !snapshot.includes(text)).map((text) => `- ${text}`);
  return [state, ...struck, ...more, ...less];
}
